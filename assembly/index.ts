// The binary interface of the kernels: what the module exports, and nothing else.

export { add } from './add';
export { LANES, MR, NR, PASS_BYTES, SUM_POSITIONS } from './blocks';
export { map, relu, reluGradient } from './elementwise';
export { depthwise } from './depthwise';
export { depthwiseGradient } from './depthwise-gradient';
export { PLACE, places } from './geometry';
export { accumulate } from './gradient';
export { gather } from './im2col';
export { lrn } from './lrn';
export { exp, log, pow, sigmoid, softplus, tanh } from './math';
export { move } from './long-sums';
export { multiply } from './multiply';
export { copyRows, finite, pack, repeat, zero, zeroRows } from './pack';
export { pool } from './pool';
export { sumRows } from './sums';
export { winogradInputs, winogradOutputs, winogradWeights } from './winograd';
export { winogradSums } from './winograd-sums';

/** Where the arena starts: memory below it is the module's own. */
export function heapBase(): usize {
  return __heap_base;
}
