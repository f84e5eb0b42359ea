// Operators of newer networks, which nobody pays for who does not import them: toeplitz/ops.

export { product } from '../layer/product.ts';
export {
  type ClipAttributes,
  clip,
  elu,
  type GeluAttributes,
  gelu,
  type HardSigmoidAttributes,
  hardSigmoid,
  hardSwish,
  type PowerAttributes,
  power,
  selu,
  silu,
  softplus,
} from './elementwise.ts';
export { type GroupNormAttributes, groupNorm, instanceNorm, layerNorm } from './group-norm.ts';
export { logSoftmax } from './log-softmax.ts';
export type { LpPoolAttributes } from './lp-pool.ts';
export {
  type BlockAttributes,
  depthToSpace,
  type ShuffleAttributes,
  type SliceAttributes,
  shuffleChannels,
  slice,
  spaceToDepth,
} from './moves.ts';
export { globalLpPool, lpPool1d, lpPool3d } from './other-lp-pools.ts';
export { type PadAttributes, type PadMode, pad } from './pad.ts';
export { type UpsampleAttributes, upsample } from './upsample.ts';
