// Normal random numbers on the kernels, a block at a time.

import { BLOCK } from './elementwise.ts';
import { withArena } from './scratch-arena.ts';

/** values[i] = factor · normal(), from a generator in the given state of four words. Spec random-normal. */
export function normals(state: readonly number[], factor: number, values: Float32Array): void {
  withArena('initialize', (arena) => {
    const words = arena.table(state);
    const block = arena.take(BLOCK * 4);
    for (let start = 0; start < values.length; start += BLOCK) {
      const count = Math.min(BLOCK, values.length - start);
      arena.kernels.normals(words, block, count, factor);
      values.set(arena.floats(block, count), start);
    }
  });
}
