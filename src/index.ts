// The public names, nothing else. Their order is that of the built file, in which gzip looks back no further than 32 KB:
// the embedded kernels would hide the code before them, and what is alike should stand together.

import './kernels/binary.ts';

// Operators

export { leakyRelu, relu, scale, sigmoid, tanh } from './ops/activation.ts';
export { convTranspose1d, convTranspose2d, convTranspose3d } from './ops/conv-transpose.ts';
export {
  conv1d,
  conv2d,
  conv3d,
  depthwiseConv1d,
  depthwiseConv2d,
  depthwiseConv3d,
  trueConv1d,
  trueConv2d,
} from './ops/convolution.ts';
export { dense } from './ops/dense.ts';
export { dropout } from './ops/dropout.ts';
export { channelMaxPool, globalAvgPool, globalMaxPool } from './ops/global-pool.ts';
export { locallyConnected1d, locallyConnected2d } from './ops/local.ts';
export { binaryCrossEntropy, crossEntropy, squaredError } from './ops/loss.ts';
export { lpPool2d } from './ops/lp-pool.ts';
export { lrn } from './ops/lrn.ts';
export { batchNorm, frozenNorm } from './ops/normalization.ts';
export { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from './ops/pool.ts';
export { prelu } from './ops/prelu.ts';
export { flatten } from './ops/reshape.ts';
export { selectChannels } from './ops/select.ts';
export { softmax } from './ops/softmax.ts';

// What runs the kernels

export { type Host, host, useKernels } from './kernels/host.ts';

// Tensors, numbers and errors

export { toFloat32, toFloat64 } from './convert.ts';
export { SpecError } from './errors.ts';
export { toChannelsFirst, toChannelsLast, weightToChannelsFirst, weightToChannelsLast } from './layout.ts';
export { NUMERICS } from './numerics.ts';
export { type Data, type ElementType, type Shape, type Tensor, tensor } from './tensor.ts';

// Layers and parameters

export { concat, sum } from './layer/branches.ts';
export { chain } from './layer/chain.ts';
export { fieldAt } from './layer/field.ts';
export { parameter } from './layer/flat-params.ts';
export { type Folded, foldNorm } from './layer/fold-norm.ts';
export { identity } from './layer/identity.ts';
export { type InitializeOptions, initialize } from './layer/initialize.ts';
export type { Attributes, AxisField, Changes, Field, Gradient, Layer, Params, Program } from './layer/layer.ts';
export { mapLayer } from './layer/map-layer.ts';
export { shared } from './layer/shared.ts';
export type { Value } from './layer/step.ts';

// Inspection

export { filters } from './inspect/filters.ts';
export { gradientCheck } from './inspect/gradient-check.ts';
export { im2col } from './inspect/im2col.ts';
export { matrixText, toeplitz } from './inspect/matrix.ts';
export { pixelCorrelation } from './inspect/pixel-correlation.ts';
export { collapse, gaussianPyramid, laplacianPyramid } from './inspect/pyramid.ts';
export { describe, parameterCount, receptiveField, summary } from './inspect/summary.ts';
export { type TensorTextOptions, tensorText } from './inspect/tensor-text.ts';

// Compiled nets

export { type CompileOptions, compile } from './compile/compile.ts';
