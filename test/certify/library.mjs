// What the campaign is about: the core and the operators of toeplitz/ops, as they were built.

export * from '../../dist/index.js';
export * from '../../dist/ops/index.js';
