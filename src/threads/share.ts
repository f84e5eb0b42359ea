// What thread gets how much.

import type { Call } from './shared-arena.ts';

/** What each thread runs, one after the other; between two of them all threads wait for each other. */
export type Section = readonly (readonly Call[])[];

/** The share of `count` that is thread `t`'s: from where to where, in multiples of `unit`. */
export function share(count: number, t: number, threads: number, unit = 1): readonly [first: number, end: number] {
  const units = Math.ceil(count / unit);
  const at = (i: number): number => Math.min(count, Math.round((units * i) / threads) * unit);
  return [at(t), at(t + 1)];
}

export const each = <T>(threads: number, make: (t: number) => T): T[] =>
  Array.from({ length: threads }, (_, t) => make(t));
