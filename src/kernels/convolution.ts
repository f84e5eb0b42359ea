// The three contractions of a convolution, and the gradient of its bias, on the kernels.

import type { Algorithm } from '../layer/layer.ts';
import * as reference from '../reference/convolution.ts';
import type { ConvGeometry } from '../window.ts';
import { type Arena, withArena } from './arena.ts';
import { STAGED_BYTES } from './blocks.ts';
import { type Contraction, isCovered, overhanging, prepare } from './contraction.ts';
import { backward, forward, isDepthwise } from './convolution-contractions.ts';
import { depthwiseGradient } from './depthwise-weight-gradient.ts';
import { densePlacement } from './placement.ts';
import { makePaddedInput } from './padded-input.ts';
import { gradient } from './weight-gradient.ts';
import { widened } from './depthwise-multiplier.ts';

/**
 * Fills y by a contraction on the scratch arena. Returns false, with y untouched, if zeros of padding would meet ∞ or
 * NaN in w. Spec numerics-padding.
 */
function contract(
  arena: Arena,
  c: Contraction,
  batch: number,
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | undefined,
  y: Float32Array,
): boolean {
  const source = makePaddedInput(arena, x, batch, c.source.size, c.groups * c.source.channels, overhanging(c));
  const filters = arena.values(w);
  if (source.isPadded && arena.kernels.finite(filters, w.length) === 0) return false;
  const floats = y.length / batch;
  const stage = arena.take(source.images * floats * 4);
  const target = densePlacement(stage, c.target.size, c.groups * c.target.channels);
  const run = prepare(arena, c, (first) => filters + first * 4, source, target, { bias: b });
  for (let first = 0; first < batch; first += source.images) {
    const end = Math.min(batch, first + source.images);
    source.load(first, end);
    if (!isCovered(c)) arena.kernels.zero(stage, (end - first) * floats * 4);
    run(end - first);
    y.set(arena.floats(stage, (end - first) * floats), first * floats);
  }
  return true;
}

/** Spec conv-forward. */
export function conv(
  g: ConvGeometry,
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | undefined,
  y: Float32Array,
  algorithm: Algorithm,
): void {
  const [wide, values] = widened(g, x, algorithm);
  const done =
    x.length > 0 &&
    w.length > 0 &&
    withArena('conv', (arena) => contract(arena, forward(wide, algorithm), g.batch, values, w, b, y));
  if (!done) reference.conv(g, x, w, b, y);
}

/** Spec conv-input-gradient. */
export function convInputGrad(
  g: ConvGeometry,
  dy: Float32Array,
  w: Float32Array,
  dx: Float32Array,
  algorithm: Algorithm,
): void {
  const done =
    dx.length > 0 &&
    w.length > 0 &&
    withArena('conv', (arena) => contract(arena, backward(g, algorithm), g.batch, dy, w, undefined, dx));
  if (!done) reference.convInputGrad(g, dy, w, dx);
}

/** Spec conv-weight-gradient. */
export function convWeightGrad(
  g: ConvGeometry,
  x: Float32Array,
  dy: Float32Array,
  dw: Float32Array,
  algorithm: Algorithm,
): void {
  const [wide, values] = widened(g, x, algorithm);
  const run = isDepthwise(wide, algorithm) ? depthwiseGradient : gradient;
  const done =
    x.length > 0 &&
    dw.length > 0 &&
    withArena('conv', (arena) => run(arena, wide, values, dy, dw, algorithm === 'im2col'));
  if (!done) reference.convWeightGrad(g, x, dy, dw);
}

/** Spec conv-bias-gradient. */
export function biasGrad(batch: number, dy: Float32Array, db: Float32Array): void {
  const image = dy.length / batch;
  const columns = db.length;
  if (dy.length === 0) {
    db.fill(0);
    return;
  }
  withArena('bias', (arena) => {
    const images = Math.max(1, Math.min(batch, Math.floor(STAGED_BYTES / (image * 4))));
    const [stage, sums] = [arena.take(images * image * 4), arena.take(Math.ceil(columns / 8) * 64)];
    const total = new Float64Array(columns);
    for (let first = 0; first < batch; first += images) {
      const count = Math.min(images, batch - first);
      arena.floats(stage, count * image).set(dy.subarray(first * image, (first + count) * image));
      const each = arena.doubles(sums, columns);
      for (let n = 0; n < count; n++) {
        arena.kernels.sumRows(stage + n * image * 4, image / columns, columns, sums);
        for (let o = 0; o < columns; o++) total[o] += each[o];
      }
    }
    db.set(total);
  });
}
