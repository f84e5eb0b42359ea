// The published nets by a name each, as the command line and the explorer call them. Spec cli-show.

import type { Layer } from '../layer/layer.ts';
import { alexnet } from './alexnet.ts';
import { cifar10 } from './cifar10.ts';
import { densenet } from './densenet.ts';
import { googlenet } from './googlenet.ts';
import { inceptionV3 } from './inception-v3.ts';
import { lenet5 } from './lenet5.ts';
import { mobilenet, mobilenetV2 } from './mobilenet.ts';
import { resnet } from './resnet.ts';
import { squeezenet } from './squeezenet.ts';
import { unet } from './unet.ts';
import { vgg } from './vgg.ts';

export interface NamedNet {
  readonly title: string;
  make(options?: { readonly classes?: number }): Layer;
  /** Height, width, channels of the images that it was made for. */
  readonly input: readonly [height: number, width: number, channels: number];
}

const photo: NamedNet['input'] = [224, 224, 3];

export const namedNets = {
  lenet5: { title: 'LeNet-5', make: lenet5, input: [32, 32, 1] },
  alexnet: { title: 'AlexNet', make: alexnet, input: [227, 227, 3] },
  vgg11: { title: 'VGG-11', make: (options = {}) => vgg(11, options), input: photo },
  vgg13: { title: 'VGG-13', make: (options = {}) => vgg(13, options), input: photo },
  vgg16: { title: 'VGG-16', make: (options = {}) => vgg(16, options), input: photo },
  vgg19: { title: 'VGG-19', make: (options = {}) => vgg(19, options), input: photo },
  googlenet: { title: 'GoogLeNet', make: googlenet, input: photo },
  resnet18: { title: 'ResNet-18', make: (options = {}) => resnet(18, options), input: photo },
  resnet34: { title: 'ResNet-34', make: (options = {}) => resnet(34, options), input: photo },
  resnet50: { title: 'ResNet-50', make: (options = {}) => resnet(50, options), input: photo },
  resnet101: { title: 'ResNet-101', make: (options = {}) => resnet(101, options), input: photo },
  resnet152: { title: 'ResNet-152', make: (options = {}) => resnet(152, options), input: photo },
  inceptionv3: { title: 'Inception v3', make: inceptionV3, input: [299, 299, 3] },
  squeezenet: { title: 'SqueezeNet', make: squeezenet, input: photo },
  mobilenet: { title: 'MobileNet', make: mobilenet, input: photo },
  mobilenetv2: { title: 'MobileNet v2', make: mobilenetV2, input: photo },
  densenet121: { title: 'DenseNet-121', make: (options = {}) => densenet(121, options), input: photo },
  densenet161: { title: 'DenseNet-161', make: (options = {}) => densenet(161, options), input: photo },
  densenet169: { title: 'DenseNet-169', make: (options = {}) => densenet(169, options), input: photo },
  densenet201: { title: 'DenseNet-201', make: (options = {}) => densenet(201, options), input: photo },
  cifar10: { title: 'cifar10_quick', make: cifar10, input: [32, 32, 3] },
  unet: { title: 'U-Net', make: unet, input: [572, 572, 1] },
} as const satisfies Record<string, NamedNet>;
