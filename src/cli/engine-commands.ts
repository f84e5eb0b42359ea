// The commands about engines, which need the oracle.

export * as check from './check.ts';
export * as demo from './demo.ts';
export * as explain from './explain.ts';
export * as initAdapter from './init-adapter.ts';
export * as merge from './merge.ts';
export * as smoke from './smoke.ts';
export * as vectors from './vectors.ts';
export * as verify from './verify.ts';
