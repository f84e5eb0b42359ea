// Depthwise with a few filters for each channel is depthwise with more channels: every value of x several times in a row.
//
//   y[p][c·m + j] = Σ_k x[cell][c] · w[k][c·m + j]        w lies the same way

import type { ConvGeometry } from '../window.ts';
import { withArena } from './arena.ts';

/** More filters a channel than a vector has lanes are left to the grouped kernels, which they fill. */
const MOST_FILTERS = 4;

/** Values repeated at a time: with four copies of each, 320 KB. */
const BLOCK = 16384;

/** Whether it pays to repeat the channels. Spec conv-multiplier. */
export const hasMultiplier = ({ groups, channels, filters }: ConvGeometry): boolean =>
  groups > 1 && channels === 1 && filters > 1 && filters <= MOST_FILTERS;

/** The same convolution with one filter a channel. */
export const withoutMultiplier = (g: ConvGeometry): ConvGeometry => ({
  ...g,
  groups: g.groups * g.filters,
  filters: 1,
});

/** x with every value `times` ≤ 4 times. */
export function repeated(x: Float32Array, times: number): Float32Array {
  const wide = new Float32Array(x.length * times);
  withArena('conv', (arena) => {
    // The last value is written as a whole vector too.
    const [from, to] = [arena.take(BLOCK * 4), arena.take(BLOCK * times * 4 + 16)];
    for (let start = 0; start < x.length; start += BLOCK) {
      const count = Math.min(BLOCK, x.length - start);
      arena.floats(from, count).set(x.subarray(start, start + count));
      arena.kernels.repeat(from, count, times, to);
      wide.set(arena.floats(to, count * times), start * times);
    }
  });
  return wide;
}
