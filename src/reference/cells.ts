// Cells of x chosen or mixed, one axis of space after the other: padding and upsampling, as plain loops.
//
//   y[p] = x[low[p]]                                          or `fill` where low[p] is −1
//   y[p] = x[low[p]]·(1 − share[p]) + x[high[p]]·share[p]     where the share is not 0
//
// Spec pad-forward, upsample-nearest, upsample-linear.

import { roundingOf } from '../rounding.ts';
import { allocate, type Data, type Shape, sizeOf, type Tensor, typeOf } from '../tensor.ts';

/**
 * Which cells of one axis of x each cell of y is made of: `low`, where −1 stands for a cell of padding, or x[low]·(1 −
 * share) + x[high]·share. Spec upsample-linear.
 */
export interface CellAxis {
  readonly low: Int32Array;
  readonly high?: Int32Array;
  readonly share?: Data;
}

/** One axis of a tensor, as `rows` times `cells` times `inner` numbers. */
interface Blocks {
  readonly rows: number;
  readonly cells: number;
  readonly inner: number;
}

const blocksOf = (shape: Shape, axis: number): Blocks => ({
  rows: sizeOf(shape.slice(0, axis)),
  cells: shape[axis],
  inner: sizeOf(shape.slice(axis + 1)),
});

/** Calls `visit` for each cell of y with the places of its numbers, and those of the cells that it is made of. */
function eachCell(
  { rows, cells, inner }: Blocks,
  { low, high }: CellAxis,
  visit: (p: number, y: number, low: number, high: number) => void,
): void {
  for (let row = 0; row < rows; row++)
    for (let p = 0; p < low.length; p++)
      visit(
        p,
        (row * low.length + p) * inner,
        low[p] < 0 ? -1 : (row * cells + low[p]) * inner,
        (row * cells + (high?.[p] ?? 0)) * inner,
      );
}

/** Shares of the lower and the upper cell, rounded to the element type. */
function sharesOf({ low, share }: CellAxis, x: Data): readonly [Data, Data] {
  const upper = x instanceof Float32Array ? new Float32Array(low.length) : new Float64Array(low.length);
  if (share) upper.set(share);
  return [upper.map((s) => 1 - s), upper];
}

export function cells(who: string, x: Tensor, axes: readonly CellAxis[], fill: number): Tensor {
  let { shape, data }: Tensor = x;
  const round = roundingOf(data);
  axes.forEach((axis, k) => {
    const next = shape.map((n, i) => (i === k + 1 ? axis.low.length : n));
    const blocks = blocksOf(shape, k + 1);
    const y = allocate(who, next, typeOf(x.data)).data;
    const [lower, upper] = sharesOf(axis, data);
    const from = data;
    eachCell(blocks, axis, (p, at, low, high) => {
      for (let i = 0; i < blocks.inner; i++) {
        if (low < 0) y[at + i] = fill;
        else if (upper[p] === 0) y[at + i] = from[low + i];
        else y[at + i] = round(from[low + i] * lower[p]) + round(from[high + i] * upper[p]);
      }
    });
    [shape, data] = [next, y];
  });
  return { shape, data };
}

/** dx, the last axis first: for each the long sums of dy times the shares, in the order of dy. Spec pad-gradient, upsample-gradient. */
export function cellsGrad(who: string, dy: Tensor, x: Shape, axes: readonly CellAxis[]): Tensor {
  let { shape, data }: Tensor = dy;
  const round = roundingOf(data);
  for (let k = axes.length - 1; k >= 0; k--) {
    const axis = axes[k];
    const next = shape.map((n, i) => (i === k + 1 ? x[k + 1] : n));
    const blocks = blocksOf(next, k + 1);
    const dx = allocate(who, next, typeOf(dy.data)).data;
    const sums = new Float64Array(dx.length);
    const [lower, upper] = sharesOf(axis, data);
    const from = data;
    eachCell(blocks, axis, (p, at, low, high) => {
      if (low < 0) return;
      for (let i = 0; i < blocks.inner; i++) {
        if (upper[p] === 0) sums[low + i] += from[at + i];
        else {
          sums[low + i] += round(from[at + i] * lower[p]);
          sums[high + i] += round(from[at + i] * upper[p]);
        }
      }
    });
    dx.set(sums);
    [shape, data] = [next, dx];
  }
  return { shape, data };
}
