// The commands about networks and their files.

export * as describe from './describe.ts';
export * as explore from './explore.ts';
export * as expose from './expose.ts';
export * as judge from './judge.ts';
export * as run from './run.ts';
export * as show from './show.ts';
export * as train from './train.ts';
