// The weight gradient of a depthwise convolution: four taps against eight channels, over the positions of an image.

import { type ConvGeometry, outputs, taps } from '../window.ts';
import { LATTICE_BYTES, MR, PLACE } from './blocks.ts';
import type { Arena } from './engine.ts';
import { forwardPiece } from './plan.ts';
import { makeSource } from './source.ts';

/** Fills dw. Returns false, with dw untouched, if zeros of padding would meet ∞ or NaN in dy. Spec numerics-padding. */
export function depthwiseGradient(
  arena: Arena,
  g: ConvGeometry,
  x: Float32Array,
  dy: Float32Array,
  dw: Float32Array,
): boolean {
  const { kernels } = arena;
  const [a, b, c] = g.axes;
  const [C, K, floats] = [g.groups, taps(g.axes), outputs(g.axes) * g.groups];
  const source = makeSource(arena, x, g.batch, [a.input, b.input, c.input], C, [forwardPiece(g.axes)]);
  const stage = arena.take(source.images * floats * 4);
  const sums = arena.take(dw.byteLength);
  const rows = arena.take((K + MR) * PLACE);
  const lattice = arena.take(LATTICE_BYTES);
  const from = [-source.before, 0, a.dilation * source.plane, b.dilation * source.row, c.dilation * source.pixel];
  const to = [sums, 0, b.size * c.size * C * 4, c.size * C * 4, C * 4];
  arena.write(lattice, [1, a.size, b.size, c.size, ...from, ...to]);
  kernels.places(lattice, 0, K, rows);
  const steps = [c.stride * source.pixel, b.stride * source.row, a.stride * source.plane];
  const walk = arena.words([a.output, b.output, c.output, ...steps]);
  kernels.zero(sums, dw.byteLength);
  for (let first = 0; first < g.batch; first += source.images) {
    const end = Math.min(g.batch, first + source.images);
    source.load(first, end);
    arena.floats(stage, (end - first) * floats).set(dy.subarray(first * floats, end * floats));
    if (source.isPadded && kernels.finite(stage, (end - first) * floats) === 0) return false;
    for (let n = 0; n < end - first; n++) {
      const origin = source.address + n * source.image;
      kernels.depthwiseGradient(rows, Math.ceil(K / MR), stage + n * floats * 4, C, walk, origin);
    }
  }
  dw.set(arena.floats(sums, dw.length));
  return true;
}
