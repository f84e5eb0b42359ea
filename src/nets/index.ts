// The networks of the lectures.

export { type AlexnetOptions, alexnet } from './alexnet.ts';
export type { ClassifierOptions } from './classifier.ts';
export { type GooglenetOptions, googlenet, type HeadsLossOptions, headsLoss } from './googlenet.ts';
export { type InceptionOptions, type InceptionVariant, inceptionModule } from './inception.ts';
export { type Lenet5Options, lenet5 } from './lenet5.ts';
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
export { type VggOptions, vgg, vgg16, vgg19 } from './vgg.ts';
