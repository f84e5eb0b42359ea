// Epilogues: what happens to a finished sum before it is stored: + bias; (y − mean)·scale + shift; relu.

import type { Arena } from './arena.ts';
import { Epilogue } from './declared.ts';

/** One number for each channel of a norm. */
export interface Norm {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/**
 * The parts of an epilogue, in the order in which they are done. Each array has a number for each channel of all groups.
 */
export interface Finish {
  readonly bias?: Float32Array | undefined;
  readonly norm?: Norm | undefined;
  readonly relu?: boolean | undefined;
}

/** Writes an epilogue for each group of `channels` words and gives the addresses; 0 if there is nothing to do. */
export function writeEpilogues(arena: Arena, { bias, norm, relu }: Finish, groups: number, channels: number): number[] {
  if (!bias && !norm && !relu) return Array<number>(groups).fill(0);
  const addressOf = (values: Float32Array | undefined): number => (values ? arena.values(values) : 0);
  const whole = {
    bias: addressOf(bias),
    mean: addressOf(norm?.mean),
    scale: addressOf(norm?.scale),
    shift: addressOf(norm?.shift),
  };
  return Array.from({ length: groups }, (_, group) => {
    const ofGroup = (address: number): number => address && address + group * channels * 4;
    return arena.struct(Epilogue, {
      bias: ofGroup(whole.bias),
      mean: ofGroup(whole.mean),
      scale: ofGroup(whole.scale),
      shift: ofGroup(whole.shift),
      relu: relu ? 1 : 0,
    });
  });
}
