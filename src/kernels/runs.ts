// Runs: the terms of a sum as stretches of memory, and the passes over them.

import type { Phase } from './phases.ts';
import { offsetOf, type Placement } from './placement.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * The terms of a sum as runs, stretches of memory that are all equally long: their byte offsets from the cell j·step.
 * Offsets below 0 lie in the padding.
 */
export interface Runs {
  readonly offsets: readonly number[];
  readonly length: number;
}

/** The runs of a phase over a source; `length` is the bytes of the channels of one cell. */
export function runsOf([a, b, c]: Phase, source: Placement, length: number): Runs {
  const offsets: number[] = [];
  for (const i of a.offsets) {
    for (const j of b.offsets) {
      for (const k of c.offsets) offsets.push(offsetOf(source, [i, j, k]));
    }
  }
  return merged(offsets, length);
}

/** Joins runs that follow each other without a gap, if all joined runs are then equally long. */
function merged(offsets: readonly number[], length: number): Runs {
  let joined = 1;
  while (joined < offsets.length && offsets[joined] === offsets[joined - 1] + length) joined++;
  const fits = offsets.every((offset, i) => i % joined === 0 || offset === offsets[i - 1] + length);
  if (!fits || offsets.length % joined !== 0) return { offsets, length };
  return { offsets: offsets.filter((_, i) => i % joined === 0), length: length * joined };
}

/**
 * For each row of positions the byte offsets in the table of runs where those begin and end that meet rows of cells; undefined
 * where planes or joined runs mix them.
 */
export function spansOf([planes, { positions, step, offsets }]: Phase, rows: number, runs: Runs): number[] | undefined {
  const each = (runs.offsets.length / offsets.length) * 4;
  if (planes.offsets.length > 1 || each % 4 > 0) return undefined;
  const before = (row: number, end: number) => offsets.filter((offset) => row * step + offset < end).length * each;
  return range(positions).flatMap((row) => [before(row, 0), before(row, rows)]);
}

/** What one pass adds to the sums: some runs, or a part of one. `row` is the first row of the panels that it uses. */
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
