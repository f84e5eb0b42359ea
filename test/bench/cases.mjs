// What is measured: single layers, gradients, whole nets and a training step, each described once for all engines.
//
// A description is a tree: a node is {op, ...numbers}, a chain or a sum holds parts. Padding is a number on all sides.

import { lenet5, resnet, vgg16 } from './nets.mjs';

const conv = (filters, size, more = {}) => ({ op: 'conv', filters, size, ...more });
const depthwise = (stride) => ({ op: 'depthwise', size: 3, stride, padding: 1 });
const pool = (op, size, stride, padding) => ({ op, size, stride, padding });

const layer = (group, name, shape, net) => ({ name, group, kind: 'forward', shape: [1, ...shape], net });

const convolutions = [
  layer('conv', 'lenet-conv1', [32, 32, 1], conv(6, 5)),
  layer('conv', 'lenet-conv2', [14, 14, 6], conv(16, 5)),
  layer('conv', 'alexnet-conv1', [227, 227, 3], conv(96, 11, { stride: 4 })),
  layer('conv', 'alexnet-conv2', [27, 27, 96], conv(256, 5, { padding: 2 })),
  layer('conv', 'alexnet-conv2-g2', [27, 27, 96], conv(256, 5, { padding: 2, groups: 2 })),
  layer('conv', 'vgg-conv1_2', [224, 224, 64], conv(64, 3, { padding: 1 })),
  layer('conv', 'vgg-conv3_1', [56, 56, 128], conv(256, 3, { padding: 1 })),
  layer('conv', 'vgg-conv4_2', [28, 28, 512], conv(512, 3, { padding: 1 })),
  layer('conv', 'vgg-conv5_1', [14, 14, 512], conv(512, 3, { padding: 1 })),
  layer('conv', 'resnet50-1x1-56-64-256', [56, 56, 64], conv(256, 1)),
  layer('conv', 'resnet50-1x1-14-1024-256', [14, 14, 1024], conv(256, 1)),
  layer('conv', 'resnet50-3x3s2-56-128', [56, 56, 128], conv(128, 3, { stride: 2, padding: 1 })),
  layer('conv', 'resnet50-7x7s2-224-3-64', [224, 224, 3], conv(64, 7, { stride: 2, padding: 3 })),
  layer('conv', 'googlenet-5x5-28-16-32', [28, 28, 16], conv(32, 5, { padding: 2 })),
  layer('conv', 'dilated2-64-64-64', [64, 64, 64], conv(64, 3, { padding: 2, dilation: 2 })),
  layer('conv', 'dilated4-64-64-64', [64, 64, 64], conv(64, 3, { padding: 4, dilation: 4 })),
];

const others = [
  layer('depthwise', 'depthwise-3x3s1-112-32', [112, 112, 32], depthwise(1)),
  layer('depthwise', 'depthwise-3x3s2-112-32', [112, 112, 32], depthwise(2)),
  layer('pool', 'maxpool-3s2-112-64', [112, 112, 64], pool('maxPool', 3, 2, 1)),
  layer('pool', 'avgpool-3s2-112-64', [112, 112, 64], pool('avgPool', 3, 2, 1)),
  layer('pool', 'maxpool-2s2-224-64', [224, 224, 64], pool('maxPool', 2, 2, 0)),
  layer('pool', 'avgpool-2s2-224-64', [224, 224, 64], pool('avgPool', 2, 2, 0)),
  layer('dense', 'dense-25088-4096', [25088], { op: 'dense', units: 4096 }),
];

const gradients = [
  ['lenet-conv2-b32', [32, 14, 14, 6], conv(16, 5)],
  ['vgg-conv5_1', [1, 14, 14, 512], conv(512, 3, { padding: 1 })],
  ['resnet50-3x3s2-56-128', [1, 56, 56, 128], conv(128, 3, { stride: 2, padding: 1 })],
].flatMap(([name, shape, net]) => [
  { name: `dx-${name}`, group: 'gradient', kind: 'dx', shape, net },
  { name: `dw-${name}`, group: 'gradient', kind: 'dw', shape, net },
]);

/** The arithmetic of the oracle's reference: the chain is two float64 instead of four float32 wide. */
const doubles = convolutions
  .filter(({ name }) => /^(vgg-conv[345]|resnet50-1x1)/.test(name))
  .map((each) => ({ ...each, name: `float64-${each.name}`, group: 'float64', kind: 'float64' }));

const nets = [
  layer('net', 'resnet18', [224, 224, 3], resnet([2, 2, 2, 2], false)),
  layer('net', 'resnet50', [224, 224, 3], resnet([3, 4, 6, 3], true)),
  layer('net', 'vgg16', [224, 224, 3], vgg16()),
];

const step = { name: 'lenet5-step-b32', group: 'step', kind: 'step', shape: [32, 32, 32, 1], net: lenet5() };

export const cases = [...convolutions, ...others, ...gradients, ...doubles, ...nets, step];

/** 3×3 windows of stride 1: where Winograd's transforms apply. */
export const isWinograd = ({ group, net }) =>
  group === 'net' || (group === 'conv' && net.size === 3 && (net.stride ?? 1) === 1 && (net.dilation ?? 1) === 1);
