// im2col: the patch under every place as one row of a matrix, so that a convolution is one product of matrices.

import { PLACE } from './lattice';

/**
 * Copies the runs of `count` places into rows of `matrix`, and makes each row the source of its place. Spec
 * conv-algorithm.
 */
export function gather(places: usize, count: i32, runs: usize, runCount: i32, length: usize, matrix: usize): void {
  const runsEnd = runs + runCount * 4;
  for (let p = 0; p < count; p++) {
    const source = load<usize>(places);
    store<usize>(places, matrix);
    for (let run = runs; run != runsEnd; run += 4) {
      copy(matrix, source + load<usize>(run), length);
      matrix += length;
    }
    places += PLACE;
  }
}

/** Copies `bytes`, which may be as few as those of one float: for such runs memory.copy costs more than a loop. */
@inline
function copy(destination: usize, source: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(destination + i, v128.load(source + i));
  for (; i < bytes; i += 4) store<f32>(destination + i, load<f32>(source + i));
}
