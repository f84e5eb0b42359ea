// The networks of the lectures, and others with published counts.

export { type AlexnetOptions, alexnet } from './alexnet.ts';
export { type Cifar10Options, cifar10 } from './cifar10.ts';
export type { ClassifierOptions } from './classifier.ts';
export { type DensenetOptions, densenet } from './densenet.ts';
export { type GooglenetOptions, googlenet, type HeadsLossOptions, headsLoss } from './googlenet.ts';
export { type InceptionOptions, type InceptionVariant, inceptionModule } from './inception.ts';
export { type InceptionV3Options, inceptionV3 } from './inception-v3.ts';
export { type Lenet5Options, lenet5 } from './lenet5.ts';
export { type MobilenetOptions, mobilenet, mobilenetV2 } from './mobilenet.ts';
export { type NetFile, readNet, type WriteNetOptions, writeNet } from './net-file.ts';
export { type ResidualOptions, residualBlock, type StrideVariant } from './residual.ts';
export { type ResnetOptions, resnet } from './resnet.ts';
export {
  type CellGridOptions,
  type ContextOptions,
  cellGrid,
  contextModule,
  type SegmenterOptions,
  segmenter,
} from './segmenter.ts';
export { type Cnn1dOptions, cnn1d, type MlpOptions, mlp } from './small.ts';
export { type SqueezenetOptions, squeezenet } from './squeezenet.ts';
export { type UnetOptions, unet } from './unet.ts';
export { type VggOptions, vgg, vgg16, vgg19 } from './vgg.ts';
