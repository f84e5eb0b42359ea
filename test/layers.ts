// One or more examples of every layer of the library; test/laws.test.ts checks the laws of its kind for each. A layer
// that can be made without attributes is added automatically; any other needs a line here.

import * as toeplitz from '../src/index.ts';
import {
  avgPool1d,
  avgPool2d,
  avgPool3d,
  batchNorm,
  binaryCrossEntropy,
  chain,
  channelMaxPool,
  concat,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  crossEntropy,
  dense,
  depthwiseConv1d,
  depthwiseConv2d,
  depthwiseConv3d,
  dropout,
  flatten,
  frozenNorm,
  globalAvgPool,
  globalMaxPool,
  identity,
  type Layer,
  leakyRelu,
  locallyConnected1d,
  locallyConnected2d,
  lpPool2d,
  lrn,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  relu,
  type Shape,
  scale,
  selectChannels,
  shared,
  sigmoid,
  softmax,
  squaredError,
  sum,
  tanh,
  tensor,
  trueConv1d,
  trueConv2d,
} from '../src/index.ts';
import * as ops from '../src/ops/index.ts';
import type { LawOptions } from '../src/testing/index.ts';

interface Example extends LawOptions {
  readonly name: string;
  readonly layer: Layer;
  readonly shape: Shape;
}

const residual = sum({ body: conv2d({ filters: 3, size: 3, padding: 'same', bias: false }), skip: identity() });

// biome-ignore format: one line per layer
const chosen: readonly Example[] = [
  { name: 'conv1d', layer: conv1d({ filters: 4, size: 3, stride: 2, dilation: 2, padding: [[3, 1]], groups: 2 }), shape: [2, 9, 6], kind: 'affine' },
  { name: 'conv2d', layer: conv2d({ filters: 6, size: [2, 3], stride: [2, 1], dilation: [1, 2], padding: [[1, 0], [2, 3]], groups: 3 }), shape: [2, 6, 5, 3], kind: 'affine' },
  { name: 'conv2d, pointwise', layer: conv2d({ filters: 5, size: 1, stride: [3, 2] }), shape: [1, 7, 4, 9], kind: 'affine' },
  { name: 'conv2d, same, stride wider than the window', layer: conv2d({ filters: 2, size: 2, stride: 3, padding: 'same-lower', bias: false }), shape: [2, 8, 7, 2], kind: 'affine' },
  { name: 'conv2d, im2col', layer: conv2d({ filters: 9, size: 3, padding: 'same', algorithm: 'im2col' }), shape: [2, 5, 6, 4], kind: 'affine' },
  { name: 'conv2d, direct', layer: conv2d({ filters: 17, size: 3, padding: 1, algorithm: 'direct' }), shape: [1, 9, 4, 5], kind: 'affine' },
  { name: 'conv3d', layer: conv3d({ filters: 4, size: [2, 1, 3], stride: [1, 2, 1], padding: 'same', groups: 2 }), shape: [2, 3, 4, 5, 2], kind: 'affine' },
  { name: 'trueConv1d', layer: trueConv1d({ filters: 3, size: 4, padding: [[1, 2]] }), shape: [2, 6, 2], kind: 'affine' },
  { name: 'trueConv2d', layer: trueConv2d({ filters: 4, size: [3, 2], stride: 2, groups: 2 }), shape: [1, 7, 5, 4], kind: 'affine' },
  { name: 'depthwiseConv1d', layer: depthwiseConv1d({ size: 3, multiplier: 3 }), shape: [2, 7, 2], kind: 'affine' },
  { name: 'depthwiseConv2d', layer: depthwiseConv2d({ size: 3, multiplier: 2, dilation: [2, 3], padding: 'same' }), shape: [2, 7, 6, 5], kind: 'affine' },
  { name: 'depthwiseConv3d', layer: depthwiseConv3d({ size: [1, 2, 2], multiplier: 2, bias: false }), shape: [1, 2, 3, 4, 3], kind: 'affine' },
  {
    name: 'convTranspose1d',
    layer: convTranspose1d({ filters: 4, size: 3, stride: 4, dilation: 2, padding: [[1, 2]], outputPadding: 3, groups: 2 }),
    shape: [2, 4, 6],
    kind: 'affine',
  },
  {
    name: 'convTranspose1d, more outputPadding than stride',
    layer: convTranspose1d({ filters: 5, size: 3, stride: 2, dilation: 4, padding: 1, outputPadding: 3 }),
    shape: [2, 4, 3],
    kind: 'affine',
  },
  {
    name: 'convTranspose2d',
    layer: convTranspose2d({ filters: 3, size: [2, 3], stride: [1, 2], padding: 'same', bias: false }),
    shape: [2, 4, 3, 5],
    kind: 'affine',
  },
  {
    name: 'convTranspose3d',
    layer: convTranspose3d({ filters: 2, size: [1, 2, 3], stride: [2, 1, 2], padding: 'same-lower' }),
    shape: [1, 2, 3, 2, 3],
    kind: 'affine',
  },
  {
    name: 'locallyConnected1d',
    layer: locallyConnected1d({ filters: 3, size: 4, stride: 2, padding: 'same' }),
    shape: [2, 7, 2],
    kind: 'affine',
  },
  {
    name: 'locallyConnected2d',
    layer: locallyConnected2d({ filters: 2, size: [3, 2], padding: 1, bias: false }),
    shape: [2, 3, 4, 3],
    kind: 'affine',
  },
  { name: 'dense', layer: dense({ units: 7 }), shape: [5, 6], kind: 'affine' },
  { name: 'dense, no bias', layer: dense({ units: 3, bias: false }), shape: [1, 1], kind: 'affine' },
  { name: 'maxPool1d', layer: maxPool1d({ size: 3, stride: 1, padding: 1 }), shape: [2, 8, 3], kind: 'homogeneous' },
  { name: 'maxPool2d', layer: maxPool2d({ size: [3, 2], stride: [2, 3], padding: [[1, 0], [0, 1]], ceil: true }), shape: [2, 6, 8, 2], kind: 'homogeneous' },
  { name: 'maxPool2d, one cell', layer: maxPool2d({ size: 1, stride: [2, 3] }), shape: [1, 5, 7, 3], kind: 'homogeneous' },
  { name: 'maxPool3d', layer: maxPool3d({ size: 2, dilation: [1, 2, 1], padding: 'same' }), shape: [2, 3, 4, 3, 2], kind: 'homogeneous' },
  { name: 'avgPool1d', layer: avgPool1d({ size: 4, stride: 3, ceil: true }), shape: [2, 9, 2], kind: 'affine', unit: 12 },
  { name: 'avgPool2d', layer: avgPool2d({ size: [3, 2], stride: [1, 3], padding: [[2, 1], [0, 1]], ceil: true }), shape: [2, 5, 6, 3], kind: 'affine', unit: 12 },
  { name: 'avgPool2d, padding counted', layer: avgPool2d({ size: 3, stride: 2, padding: 1, ceil: true, countPadding: true }), shape: [1, 6, 7, 2], kind: 'affine', unit: 36 },
  { name: 'avgPool3d', layer: avgPool3d({ size: 2, stride: 1, padding: 'same' }), shape: [1, 2, 3, 4, 2], kind: 'affine', unit: 8 },
  { name: 'globalAvgPool', layer: globalAvgPool(), shape: [2, 3, 4, 5], kind: 'affine', unit: 12 },
  { name: 'globalMaxPool', layer: globalMaxPool(), shape: [2, 3, 4, 5], kind: 'homogeneous' },
  { name: 'channelMaxPool', layer: channelMaxPool({ size: 3 }), shape: [2, 4, 6], kind: 'homogeneous' },
  { name: 'lpPool2d', layer: lpPool2d({ size: [2, 3], stride: [1, 2], padding: 1 }), shape: [2, 3, 4, 2], kind: 'smooth' },
  { name: 'lpPool2d, cubes', layer: lpPool2d({ size: 2, p: 3, ceil: true }), shape: [1, 3, 5, 2], kind: 'smooth' },
  { name: 'lpPool1d', layer: ops.lpPool1d({ size: 3, stride: 2, padding: 1 }), shape: [2, 6, 2], kind: 'smooth' },
  { name: 'lpPool3d', layer: ops.lpPool3d({ size: [1, 2, 2], p: 3 }), shape: [1, 2, 3, 4, 2], kind: 'smooth' },
  { name: 'globalLpPool', layer: ops.globalLpPool({ keep: true }), shape: [2, 3, 4, 3], kind: 'smooth' },
  { name: 'globalAvgPool, space kept', layer: globalAvgPool({ keep: true }), shape: [2, 3, 4, 5], kind: 'affine', unit: 12 },
  { name: 'globalMaxPool, space kept', layer: globalMaxPool({ keep: true }), shape: [2, 3, 4, 5], kind: 'homogeneous' },
  { name: 'pad', layer: ops.pad({ padding: [[2, 1], [-1, 3]] }), shape: [2, 3, 4, 2], kind: 'affine' },
  { name: 'pad, reflect', layer: ops.pad({ padding: [[4, 3]], mode: 'reflect' }), shape: [2, 3, 2], kind: 'affine' },
  { name: 'pad, edge', layer: ops.pad({ padding: 1, mode: 'edge' }), shape: [1, 2, 3, 2, 2], kind: 'affine' },
  { name: 'pad, wrap', layer: ops.pad({ padding: [[5, -1], 2], mode: 'wrap' }), shape: [2, 3, 4, 3], kind: 'affine' },
  { name: 'upsample', layer: ops.upsample({ scale: [2, 3] }), shape: [2, 3, 2, 3], kind: 'affine' },
  { name: 'upsample, fewer cells', layer: ops.upsample({ size: [2, 5], coordinates: 'asymmetric', rounding: 'floor' }), shape: [2, 5, 3, 2], kind: 'affine' },
  { name: 'upsample, linear', layer: ops.upsample({ mode: 'linear' }), shape: [2, 3, 4, 3], kind: 'affine', unit: 16 },
  { name: 'upsample, linear, corners', layer: ops.upsample({ mode: 'linear', size: 5, coordinates: 'align-corners' }), shape: [2, 3, 2], kind: 'affine', unit: 2 },
  { name: 'product', layer: ops.product({ body: conv2d({ filters: 3, size: 3, padding: 'same' }), gate: chain([globalAvgPool({ keep: true }), conv2d({ filters: 3, size: 1 }), sigmoid()]) }), shape: [2, 4, 3, 2], kind: 'smooth' },
  { name: 'product, of channels', layer: ops.product([conv2d({ filters: 1, size: 1 }), identity(), globalMaxPool({ keep: true })]), shape: [2, 3, 2, 3], kind: 'smooth' },
  { name: 'groupNorm', layer: ops.groupNorm({ groups: 2, epsilon: 0.1 }), shape: [2, 3, 2, 6], kind: 'smooth' },
  { name: 'instanceNorm', layer: ops.instanceNorm({ epsilon: 0.1 }), shape: [2, 3, 4, 2], kind: 'smooth' },
  { name: 'layerNorm', layer: ops.layerNorm({ epsilon: 0.1 }), shape: [2, 3, 5], kind: 'smooth' },
  { name: 'slice', layer: ops.slice({ axes: [1, -1], starts: [-1, 1], ends: [-9, 4], steps: [-2, 1] }), shape: [2, 5, 3, 4], kind: 'affine' },
  { name: 'shuffleChannels', layer: ops.shuffleChannels({ groups: 3 }), shape: [2, 3, 2, 6], kind: 'affine' },
  { name: 'depthToSpace', layer: ops.depthToSpace({ size: 2 }), shape: [2, 3, 2, 12], kind: 'affine' },
  { name: 'depthToSpace, CRD', layer: ops.depthToSpace({ size: 2, order: 'CRD' }), shape: [1, 3, 2, 8], kind: 'affine' },
  { name: 'depthToSpace, one axis', layer: ops.depthToSpace({ size: 3, order: 'CRD' }), shape: [2, 4, 6], kind: 'affine' },
  { name: 'spaceToDepth', layer: ops.spaceToDepth({ size: 2 }), shape: [2, 4, 6, 3], kind: 'affine' },
  { name: 'logSoftmax, first axis', layer: ops.logSoftmax({ axis: 1 }), shape: [2, 3, 4], kind: 'smooth' },
  { name: 'clip', layer: ops.clip({ min: -1, max: 2.5 }), shape: [2, 3, 4], kind: 'smooth' },
  { name: 'power', layer: ops.power({ exponent: 3, scale: -2, shift: 1 }), shape: [2, 3, 4], kind: 'smooth' },
  { name: 'gelu, tanh', layer: ops.gelu({ approximate: 'tanh' }), shape: [2, 3, 4], kind: 'smooth' },
  { name: 'leakyRelu', layer: leakyRelu({ slope: 0.5 }), shape: [2, 3, 4], kind: 'homogeneous' },
  { name: 'sigmoid', layer: sigmoid(), shape: [2, 5], kind: 'smooth' },
  { name: 'tanh', layer: tanh(), shape: [2, 5], kind: 'smooth' },
  { name: 'scale', layer: scale({ factor: -3 }), shape: [2, 3, 2], kind: 'affine' },
  { name: 'softmax', layer: softmax(), shape: [2, 3, 4], kind: 'smooth' },
  { name: 'softmax, first axis', layer: softmax({ axis: 1 }), shape: [2, 3, 4], kind: 'smooth' },
  {
    name: 'dropout', // not affine image by image: what is dropped depends on the place in the batch
    layer: dropout({ rate: 0.5, seed: 3 }),
    shape: [2, 3, 4],
    kind: 'smooth',
  },
  { name: 'batchNorm', layer: batchNorm({ epsilon: 0.1 }), shape: [3, 2, 3, 2], kind: 'smooth' },
  {
    name: 'frozenNorm', // not smooth: the gradients of mean and variance are zeros by definition
    layer: frozenNorm({ epsilon: 0.1 }),
    shape: [2, 3, 4],
  },
  { name: 'lrn', layer: lrn({ size: 4, alpha: 0.3 }), shape: [2, 2, 6], kind: 'smooth' },
  { name: 'squaredError', layer: squaredError({ target: tensor([2, 3], [1, 0, -1, 2, 0.5, 3]) }), shape: [2, 3], kind: 'smooth' },
  { name: 'crossEntropy', layer: crossEntropy({ labels: [2, 0, 1, 1] }), shape: [2, 2, 3], kind: 'smooth' },
  {
    name: 'crossEntropy, ignored, weighted, smoothed',
    layer: crossEntropy({ labels: [2, -100, 1, 1], ignore: -100, classWeights: [1, 0.5, 3], smoothing: 0.25 }),
    shape: [2, 2, 3],
    kind: 'smooth',
  },
  {
    name: 'binaryCrossEntropy',
    layer: binaryCrossEntropy({ targets: tensor([2, 3], [1, 0, 0.5, 1, 0.25, 0]) }),
    shape: [2, 3],
    kind: 'smooth',
  },
  { name: 'relu', layer: relu(), shape: [2, 3, 4], kind: 'homogeneous' },
  { name: 'flatten', layer: flatten(), shape: [2, 3, 2, 2], kind: 'affine' },
  { name: 'selectChannels', layer: selectChannels({ channels: [2, 0, 2, 1, 4] }), shape: [2, 3, 2, 5], kind: 'affine' },
  { name: 'identity', layer: identity(), shape: [2, 4, 3], kind: 'affine' },
  { name: 'chain, empty', layer: chain({}), shape: [2, 4, 3], kind: 'affine' },
  { name: 'chain, affine', layer: chain({ one: conv2d({ filters: 3, size: 2 }), two: conv2d({ filters: 2, size: 3, stride: 2 }), flat: flatten(), out: dense({ units: 3 }) }), shape: [2, 6, 8, 2], kind: 'affine' },
  { name: 'chain, padded after a stride', layer: chain([conv2d({ filters: 2, size: 2, stride: 2 }), conv2d({ filters: 1, size: 3, padding: 'same' })]), shape: [1, 12, 10, 1], kind: 'affine' },
  { name: 'chain, homogeneous', layer: chain([conv2d({ filters: 4, size: 3, bias: false }), relu(), maxPool2d({ size: 2 })]), shape: [2, 6, 7, 2], kind: 'homogeneous' },
  { name: 'chain, smooth', layer: chain([conv1d({ filters: 3, size: 3 }), relu(), avgPool1d({ size: 2 }), flatten(), dense({ units: 2 })]), shape: [2, 9, 2], kind: 'smooth' },
  { name: 'sum', layer: residual, shape: [2, 4, 5, 3], kind: 'affine' },
  { name: 'sum, of a chain', layer: sum({ body: chain([residual, relu()]), one: identity(), two: identity() }), shape: [1, 4, 3, 3], kind: 'homogeneous' },
  { name: 'shared', layer: shared(conv2d({ filters: 2, size: 3, padding: 'same' }), (same) => chain({ one: same, tanh: tanh(), two: same })), shape: [2, 3, 4, 2], kind: 'smooth' },
  { name: 'concat', layer: concat({ narrow: conv2d({ filters: 2, size: 1 }), wide: conv2d({ filters: 3, size: 3, padding: 'same' }), skip: identity() }), shape: [2, 4, 3, 2], kind: 'affine' },
];

/** The layers that a public function makes without attributes, and that are not listed above. */
export const made = [...Object.values(toeplitz), ...Object.values(ops)].flatMap((make): Example[] => {
  if (typeof make !== 'function' || make.length > 1 || chosen.some(({ layer }) => layer.name === make.name)) return [];
  try {
    const layer = (make as () => Layer)();
    return layer?.name === make.name ? [{ name: make.name, layer, shape: [2, 3, 4], kind: 'smooth' }] : [];
  } catch (error) {
    if (error instanceof TypeError || error instanceof toeplitz.SpecError) return [];
    throw error;
  }
});

export const examples: readonly Example[] = [...chosen, ...made];
