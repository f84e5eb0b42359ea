// The weight gradient of a depthwise convolution: the sums of one image, row by row, then the images.

import { type ConvGeometry, outputs } from '../window.ts';
import type { Arena } from './arena.ts';
import { forward } from './convolution-contractions.ts';
import { depthwisePlan } from './depthwise.ts';
import { denseRegion } from './region.ts';
import { makeSource } from './source.ts';

/** Fills dw. Padding takes no part, so that there is nothing it could not do. Spec conv-depthwise. */
export function depthwiseGradient(
  arena: Arena,
  g: ConvGeometry,
  x: Float32Array,
  dy: Float32Array,
  dw: Float32Array,
): boolean {
  const { kernels } = arena;
  const c = forward(g, 'auto');
  const source = makeSource(arena, x, g.batch, c.source.size, g.groups, []);
  const floats = outputs(g.axes) * g.groups;
  const stage = denseRegion(arena.take(source.images * floats * 4), c.target.size, g.groups);
  const sums = arena.take(dw.byteLength);
  const plan = arena.words(
    depthwisePlan(arena, c, c.pieces[0], { address: sums, tap: g.groups * 4, quad: 16 }, 0, source, stage),
  );
  dw.fill(0);
  for (let first = 0; first < g.batch; first += source.images) {
    const end = Math.min(g.batch, first + source.images);
    source.load(first, end);
    arena.floats(stage.address, (end - first) * floats).set(dy.subarray(first * floats, end * floats));
    for (let n = 0; n < end - first; n++) {
      kernels.zero(sums, dw.byteLength);
      for (let plane = 0; plane < g.axes[0].output; plane++) {
        for (let row = 0; row < g.axes[1].output; row++)
          kernels.depthwiseGradient(plan, n * source.image, n * stage.image, plane, row);
      }
      const image = arena.floats(sums, dw.length);
      for (let i = 0; i < dw.length; i++) dw[i] += image[i];
    }
  }
  return true;
}
