// Normalisation on the kernels: some images at a time, an image's sums by themselves. Spec norm-statistics, numerics-long.

import type { Statistics } from '../reference/normalization.ts';
import type { Data } from '../tensor.ts';
import { type Arena, withArena } from './arena.ts';
import { STAGED_BYTES } from './blocks.ts';
import { Norm } from './declared.ts';

/** The images of a call, some of which are staged together: `rows` places of `columns` channels each. */
interface Staged {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly images: number;
}

function stagedImages(batch: number, columns: number, x: Data): Staged {
  const image = x.length / batch;
  const images = Math.max(1, Math.min(batch, Math.floor(STAGED_BYTES / (image * 4))));
  return { batch, rows: image / columns, columns, images };
}

/** Calls `run` with the numbers of the first and of the last staged image and one more, from the first to the last. */
function forBlocks({ batch, images }: Staged, run: (first: number, end: number) => void): void {
  for (let first = 0; first < batch; first += images) run(first, Math.min(batch, first + images));
}

/** Room for `images` images, and the copies in and out of it. */
function room(arena: Arena, s: Staged) {
  const floats = s.rows * s.columns;
  const address = arena.take(s.images * floats * 4);
  const values = (first: number, end: number): Float32Array => arena.floats(address, (end - first) * floats);
  return {
    address,
    load: (data: Data, first: number, end: number): void =>
      values(first, end).set(data.subarray(first * floats, end * floats)),
    store: (data: Data, first: number, end: number): void => data.set(values(first, end), first * floats),
  };
}

/** Room for a number of each channel, in whole vectors of the loops that read it, and those given. */
function numbers(arena: Arena, columns: number, values?: Data): number {
  const single = values instanceof Float32Array;
  const address = arena.take(Math.ceil(columns / 8) * 8 * (single ? 4 : 8));
  if (values) (single ? arena.floats(address, columns) : arena.doubles(address, columns)).set(values);
  return address;
}

/** Adds the sums that `sum` gives of every image to `total`. */
function addImages(
  arena: Arena,
  { rows, columns }: Staged,
  total: Float64Array,
  count: number,
  sum: (offset: number, sums: number) => void,
  sums: number,
): void {
  const each = arena.doubles(sums, columns);
  for (let n = 0; n < count; n++) {
    sum(n * rows * columns * 4, sums);
    for (let c = 0; c < columns; c++) total[c] += each[c];
  }
}

/** Mean and variance of every channel, in float64. Spec norm-statistics. */
export function batchStatistics(batch: number, columns: number, x: Float32Array): Statistics {
  return withArena('batchNorm', (arena) => {
    const { kernels } = arena;
    const s = stagedImages(batch, columns, x);
    const stage = room(arena, s);
    const sums = numbers(arena, columns);
    const at = numbers(arena, columns);
    const M = x.length / columns;
    const isOne = s.images === batch;
    const total = new Float64Array(columns);
    forBlocks(s, (first, end) => {
      stage.load(x, first, end);
      const sum = (offset: number): void => kernels.sumRows(stage.address + offset, s.rows, columns, sums);
      addImages(arena, s, total, end - first, sum, sums);
    });
    const mean = total.map((each) => each / M);
    arena.doubles(at, columns).set(mean);
    total.fill(0);
    forBlocks(s, (first, end) => {
      if (!isOne) stage.load(x, first, end);
      const sum = (offset: number): void => kernels.sumSquares(stage.address + offset, s.rows, columns, at, sums);
      addImages(arena, s, total, end - first, sum, sums);
    });
    return { mean, variance: total.map((each) => each / M) };
  });
}
