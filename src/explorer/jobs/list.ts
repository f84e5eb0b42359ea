// The jobs that workers do, one line each.

export { field } from '../field/job.ts';
export { certify } from '../oracle/certify.ts';
export { judge } from '../oracle/judge.ts';
export { train } from '../train/job.ts';
