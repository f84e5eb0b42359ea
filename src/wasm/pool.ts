// Placeholder until the kernels land: the reference loops.
export { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from '../reference/pool.ts';
