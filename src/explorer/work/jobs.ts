// The jobs that workers do, one line each.

export { train } from '../train/job.ts';
