// Depthwise with a few filters for each channel is depthwise with more channels: x with every value side by side.
//
//   y[p][c·m + j] = Σ_k x[cell][c] · w[k][c·m + j]        w lies the same way

import type { Algorithm } from '../layer/layer.ts';
import type { ConvGeometry } from '../window.ts';
import { withArena } from './arena.ts';

/** More filters a channel than a vector has lanes are left to the grouped kernels, which they fill. */
const MOST_FILTERS = 4;

/** Values repeated at a time: with four copies of each, 320 KB. */
const BLOCK = 16384;

/** The geometry with one filter a channel, and its x; unchanged where that is not the same convolution. Spec conv-multiplier. */
export function widened(g: ConvGeometry, x: Float32Array, algorithm: Algorithm): readonly [ConvGeometry, Float32Array] {
  const m = g.filters;
  if (g.groups === 1 || g.channels > 1 || m === 1 || m > MOST_FILTERS || algorithm === 'im2col') return [g, x];
  const wide = new Float32Array(x.length * m);
  withArena('conv', (arena) => {
    // The last value is written as a whole vector too.
    const [from, to] = [arena.take(BLOCK * 4), arena.take(BLOCK * m * 4 + 16)];
    for (let start = 0; start < x.length; start += BLOCK) {
      const count = Math.min(BLOCK, x.length - start);
      arena.floats(from, count).set(x.subarray(start, start + count));
      arena.kernels.repeat(from, count, m, to);
      wide.set(arena.floats(to, count * m), start * m);
    }
  });
  return [{ ...g, groups: g.groups * m, filters: 1 }, wide];
}
