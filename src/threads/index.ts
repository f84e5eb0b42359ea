// toeplitz/threads: nets that worker threads compute.

export { compileParallel, type ParallelNet, type ParallelOptions } from './compile-parallel.ts';
export { type HostThreads, hostThreads } from './host.ts';
