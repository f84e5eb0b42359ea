// toeplitz/ops: operators of newer networks, which cost only those who import them.

export { product } from '../layer/product.ts';
export {
  type BlockAttributes,
  depthToSpace,
  type ShuffleAttributes,
  shuffleChannels,
  spaceToDepth,
} from './blocks.ts';
export { type GroupNormAttributes, groupNorm, instanceNorm, layerNorm } from './group-norm.ts';
export { logSoftmax } from './log-softmax.ts';
export type { LpPoolAttributes } from './lp-pool.ts';
export { globalLpPool, lpPool1d, lpPool3d } from './other-lp-pools.ts';
export { type PadAttributes, type PadMode, pad } from './pad.ts';
export {
  type ClipAttributes,
  clip,
  type HardSigmoidAttributes,
  hardSigmoid,
  hardSwish,
} from './piecewise.ts';
export { type SliceAttributes, slice } from './slice.ts';
export {
  elu,
  type GeluAttributes,
  gelu,
  type PowerAttributes,
  power,
  selu,
  silu,
  softplus,
} from './smooth.ts';
export { type UpsampleAttributes, upsample } from './upsample.ts';
