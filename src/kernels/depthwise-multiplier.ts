// A depthwise convolution with a few filters for each channel is one with more channels, in which every value of x stands
// several times in a row.
//
//   y[p][c·m + j] = Σ_k x[cell][c] · w[k][c·m + j]        w has the same layout in both

import type { ConvGeometry } from '../window.ts';
import { withArena } from './scratch-arena.ts';

/** With more filters for each channel, the kernels for groups have no empty lanes and are faster. */
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
    // Whole vectors are written, also for the last value.
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
