// Epilogues: what happens to a finished sum before it is stored: + bias; (y − mean)·scale + shift; relu.

import type { Arena } from './arena.ts';

/** One number for each channel of a norm. */
export interface Norm {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** The parts of an epilogue, each one number for each channel of all groups, done in this order. */
export interface Finish {
  readonly bias?: Float32Array | undefined;
  readonly norm?: Norm | undefined;
  readonly relu?: boolean | undefined;
}

/** The tables of the epilogue for each group of `channels` channels; 0 where nothing is to be done. */
export function writeEpilogues(arena: Arena, { bias, norm, relu }: Finish, groups: number, channels: number): number[] {
  if (!bias && !norm && !relu) return Array<number>(groups).fill(0);
  const arrays = [bias, norm?.mean, norm?.scale, norm?.shift].map((values) => values && arena.values(values));
  return Array.from({ length: groups }, (_, group) => {
    const addresses = arrays.map((address) => (address === undefined ? 0 : address + group * channels * 4));
    return arena.words([...addresses, relu ? 1 : 0]);
  });
}
