// Pooling and its gradients as plain loops: the definition of their bits.
//
//   maximum:  y[n,p,c] = max over the cells inside the input; NaN if one is NaN; the first of equal cells; −∞ over no cell
//   average:  y[n,p,c] = Σ x / divisor, the cells in row-major order, one division; NaN (0/0) over no cell

import { roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { type Axis, cellsUnder, inputs, outputs, type PoolGeometry, taps } from '../window.ts';
import { accumulator, additions, isLong } from './sums.ts';

/** Calls `visit` for every window: its row of y, and the pixels under its taps (−1 for padding). */
export function eachWindow(
  g: PoolGeometry,
  visit: (row: number, cells: Int32Array, image: number, p: number) => void,
): void {
  const [I, P] = [inputs(g.axes), outputs(g.axes)];
  const cells = new Int32Array(taps(g.axes));
  for (let p = 0; p < P; p++) {
    cellsUnder(g.axes, p, cells);
    for (let n = 0; n < g.batch; n++) visit((n * P + p) * g.channels, cells, n * I * g.channels, p);
  }
}

/** The place in x of the maximum of one window and channel, or −1 over no cell. Spec pool-max. */
function argmax(x: Data, cells: Int32Array, image: number, channels: number, c: number): number {
  let best = -1;
  for (let k = 0; k < cells.length; k++) {
    if (cells[k] < 0) continue;
    const i = image + cells[k] * channels + c;
    if (best < 0 || x[i] > x[best] || (x[i] !== x[i] && x[best] === x[best])) best = i;
  }
  return best;
}

/** Spec pool-max. */
export function maxPool(g: PoolGeometry, x: Data, y: Data): void {
  eachWindow(g, (row, cells, image) => {
    for (let c = 0; c < g.channels; c++) {
      const best = argmax(x, cells, image, g.channels, c);
      y[row + c] = best < 0 ? Number.NEGATIVE_INFINITY : x[best];
    }
  });
}

/** dx[i] = Σ dy over the windows whose maximum is cell i, in the order of dy. Spec pool-max-gradient. */
export function maxPoolGrad(g: PoolGeometry, x: Data, dy: Data, dx: Data): void {
  const sums = accumulator(dx, isLong(g));
  eachWindow(g, (row, cells, image) => {
    for (let c = 0; c < g.channels; c++) {
      const best = argmax(x, cells, image, g.channels, c);
      if (best >= 0) sums[best] += dy[row + c];
    }
  });
  dx.set(sums);
}

/**
 * The number of cells that each window of an average divides by: those inside the input, or with `countPadding` those
 * inside the padded input. The overhang of `ceil` never counts. Spec pool-divisor.
 */
export function divisors(g: PoolGeometry, countPadding: boolean): Float64Array {
  const onAxis = (axis: Axis): number[] =>
    Array.from({ length: axis.output }, (_, p) => {
      const [least, end] = countPadding ? [-axis.before, axis.input + axis.after] : [0, axis.input];
      const start = p * axis.stride - axis.before;
      const first = Math.max(0, Math.ceil((least - start) / axis.dilation));
      const last = Math.min(axis.size - 1, Math.floor((end - 1 - start) / axis.dilation));
      return Math.max(0, last - first + 1);
    });
  const [a, b, c] = (g.counted ?? g.axes).map(onAxis);
  const all: number[] = [];
  for (const i of a) for (const j of b) for (const k of c) all.push(i * j * k);
  return Float64Array.from(all);
}

/** Spec pool-average. */
export function avgPool(g: PoolGeometry, x: Data, divisor: Float64Array, y: Data): void {
  const add = additions(x, isLong(g));
  eachWindow(g, (row, cells, image, p) => {
    for (let c = 0; c < g.channels; c++) {
      let sum = 0;
      for (let k = 0; k < cells.length; k++) if (cells[k] >= 0) sum = add(sum + x[image + cells[k] * g.channels + c]);
      y[row + c] = sum / divisor[p];
    }
  });
}

/** dx[i] = Σ dy / divisor over the windows that cover cell i, in the order of dy. Spec pool-average-gradient. */
export function avgPoolGrad(g: PoolGeometry, dy: Data, divisor: Float64Array, dx: Data): void {
  const round = roundingOf(dy);
  const sums = accumulator(dx, isLong(g));
  eachWindow(g, (row, cells, image, p) => {
    for (let c = 0; c < g.channels; c++) {
      const share = round(dy[row + c] / divisor[p]);
      for (let k = 0; k < cells.length; k++) {
        if (cells[k] < 0) continue;
        const i = image + cells[k] * g.channels + c;
        sums[i] += share;
      }
    }
  });
  dx.set(sums);
}
