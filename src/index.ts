// The public names, nothing else.

export { chain, concat, identity, mapLayer, sum } from './algebra.ts';
export { SpecError } from './errors.ts';
export type { Attributes, AxisField, Field, Gradient, Layer, Params } from './layer.ts';
export { relu } from './ops/activation.ts';
export {
  conv1d,
  conv2d,
  conv3d,
  depthwiseConv1d,
  depthwiseConv2d,
  depthwiseConv3d,
  trueConv1d,
  trueConv2d,
} from './ops/conv.ts';
export { dense } from './ops/dense.ts';
export { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from './ops/pool.ts';
export { flatten } from './ops/reshape.ts';
export { type Data, type ElementType, type Shape, type Tensor, tensor } from './tensor.ts';
