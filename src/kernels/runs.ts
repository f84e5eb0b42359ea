// Runs: the terms of a sum as stretches of memory, and the passes over them.

import type { Phase } from './phases.ts';
import { offsetOf, type Placement } from './placement.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A sum's terms as runs of equal length that lie in one stretch of memory each: byte offsets from cell j·step, below 0 in padding. */
export interface Runs {
  readonly offsets: readonly number[];
  readonly length: number;
}

/** The runs of a phase over a source, from a position's first cell, each `length` bytes. */
export function runsOf([a, b, c]: Phase, source: Placement, length: number): Runs {
  const offsets: number[] = [];
  for (const i of a.offsets) {
    for (const j of b.offsets) {
      for (const k of c.offsets) offsets.push(offsetOf(source, [i, j, k]));
    }
  }
  return merged(offsets, length);
}

/** Joins runs that follow each other without a gap, as long as all joined ones come out equally long. */
function merged(offsets: readonly number[], length: number): Runs {
  let joined = 1;
  while (joined < offsets.length && offsets[joined] === offsets[joined - 1] + length) joined++;
  const fits = offsets.every((offset, i) => i % joined === 0 || offset === offsets[i - 1] + length);
  if (!fits || offsets.length % joined !== 0) return { offsets, length };
  return { offsets: offsets.filter((_, i) => i % joined === 0), length: length * joined };
}

/** Some runs, or a part of one: what one pass adds to the sums. `row` is its first row of the panels. */
export interface Pass {
  readonly offsets: readonly number[];
  readonly length: number;
  readonly row: number;
}

/** Cuts the runs into passes of at most `most` rows. */
export function passesOf({ offsets, length }: Runs, most: number): Pass[] {
  const rows = length / 4;
  if (rows <= most) {
    const together = Math.floor(most / rows);
    return range(Math.ceil(offsets.length / together)).map((i) => ({
      offsets: offsets.slice(i * together, (i + 1) * together),
      length,
      row: i * together * rows,
    }));
  }
  return offsets.flatMap((offset, i) =>
    range(Math.ceil(rows / most)).map((part) => ({
      offsets: [offset + part * most * 4],
      length: Math.min(most, rows - part * most) * 4,
      row: i * rows + part * most,
    })),
  );
}
