// The three contractions of a convolution, and the gradient of its bias, on the kernels.

import type { Algorithm } from '../kernels.ts';
import * as reference from '../reference/conv.ts';
import type { Axis, ConvGeometry } from '../window.ts';
import { STAGED_BYTES } from './blocks.ts';
import { contract } from './contract.ts';
import { depthwiseGradient } from './depthwise.ts';
import { withArena } from './engine.ts';
import { gradient } from './gradient.ts';
import { forwardPiece, inputGradPieces, type Three } from './plan.ts';

const three = ({ axes: [a, b, c] }: ConvGeometry, number: (axis: Axis) => number): Three<number> => [
  number(a),
  number(b),
  number(c),
];

/** Depthwise convolutions have kernels of their own; im2col runs them as groups of one channel. */
const isDepthwise = (g: ConvGeometry, algorithm: Algorithm): boolean =>
  g.groups > 1 && g.channels === 1 && g.filters === 1 && algorithm !== 'im2col';

/** How the filters of w lie in memory: w[tap][channel][filter], the filters of all groups side by side. */
const layoutOf = (g: ConvGeometry, depthwise: boolean) => ({
  batch: g.batch,
  depthwise,
  groups: depthwise ? 1 : g.groups,
  taps: three(g, (axis) => axis.size),
  tapStep: g.channels * g.groups * g.filters,
  groupStep: g.filters,
});

/** Spec conv-forward. */
export function conv(
  g: ConvGeometry,
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | undefined,
  y: Float32Array,
  algorithm: Algorithm,
): void {
  const depthwise = isDepthwise(g, algorithm);
  const contraction = {
    ...layoutOf(g, depthwise),
    source: { data: x, size: three(g, (axis) => axis.input), channels: depthwise ? g.groups : g.channels },
    target: { data: y, size: three(g, (axis) => axis.output), channels: depthwise ? g.groups : g.filters },
    pieces: [forwardPiece(g.axes)],
    w,
    sourceStep: g.groups * g.filters,
    targetStep: 1,
    bias: b,
  };
  const done =
    x.length > 0 && w.length > 0 && withArena('conv', (arena) => contract(arena, contraction, algorithm === 'im2col'));
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
  const depthwise = isDepthwise(g, algorithm);
  const contraction = {
    ...layoutOf(g, depthwise),
    source: { data: dy, size: three(g, (axis) => axis.output), channels: depthwise ? g.groups : g.filters },
    target: { data: dx, size: three(g, (axis) => axis.input), channels: depthwise ? g.groups : g.channels },
    pieces: inputGradPieces(g.axes),
    w,
    sourceStep: 1,
    targetStep: depthwise ? 1 : g.groups * g.filters,
  };
  const done =
    dx.length > 0 && w.length > 0 && withArena('conv', (arena) => contract(arena, contraction, algorithm === 'im2col'));
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
  const run = isDepthwise(g, algorithm) ? depthwiseGradient : gradient;
  const done =
    x.length > 0 && dw.length > 0 && withArena('conv', (arena) => run(arena, g, x, dy, dw, algorithm === 'im2col'));
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
    const [stage, sums] = [arena.take(images * image * 4), arena.take(images * columns * 4)];
    const total = new Float32Array(columns);
    for (let first = 0; first < batch; first += images) {
      const count = Math.min(images, batch - first);
      arena.floats(stage, count * image).set(dy.subarray(first * image, (first + count) * image));
      for (let n = 0; n < count; n++)
        arena.kernels.sumRows(stage + n * image * 4, image / columns, columns, sums + n * columns * 4);
      const each = arena.floats(sums, count * columns);
      each.forEach((sum, i) => {
        total[i % columns] += sum;
      });
    }
    db.set(total);
  });
}
