// The binary interface of the kernels: what the module exports, and nothing else. declare.mjs writes its constants and the
// structs of all files for TypeScript.

export { add, Pixelwise } from './add';
export { LANES, MR, NR, PASS_BYTES, ROW, SUM_POSITIONS } from './blocks';
export { cells } from './cells';
export { sumRows } from './column-sums';
export { copyRows, finite, repeat, zero, zeroRows } from './copy';
export { depthwise } from './depthwise';
export { depthwiseGradient } from './depthwise-weight-gradient';
export { map, MathFunction, relu, reluGradient } from './elementwise';
export { addSums, TILE_BYTES } from './float64-sums';
export { gather } from './im2col';
export { PLACE, places, SPAN } from './lattice';
export { lrn } from './lrn';
export { exp, log, pow, sigmoid, softplus, tanh } from './math';
export { multiply } from './multiply';
export { normalize, normGradient, sumTerms } from './norm';
export { pack } from './pack';
export { pool } from './pool';
export { PoolOperation } from './pool-geometry';
export { normals } from './random';
export { SCRATCH_BYTES, setScratch } from './scratch';
export { accumulate } from './weight-gradient';
export { winogradInputs, winogradOutputs, winogradWeights } from './winograd';
export { winogradSums } from './winograd-sums';

/** Where the arena starts: memory below it is the module's own. */
export const HEAP_BASE = __heap_base;
