// Convolution without shared weights as plain loops, which define the bits: every output position has its own taps.
//
//   y[n,p,o]  = Σ_k Σ_c  x[n, cell(p,k), c] · w[t(p,k), c, o]  + b[p,o]
//   dx[n,i,c] = Σ_p Σ_o  dy[n,p,o] · w[t(p,k), c, o]            over the taps k with cell(p,k) = i
//   dw[t,c,o] = Σ_n      x[n, cell, c] · dy[n,p,o]
//
// t numbers the pairs (position, tap) whose cell lies inside the input, row-major: others have no weight.
// Order and rounding are those of a convolution. Spec local-forward, numerics-order, numerics-weight-gradient.

import { roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { type ConvGeometry, cellsUnder, inputs, outputs, taps } from '../window.ts';
import { move, SUM_POSITIONS } from './convolution.ts';

/** Calls `visit` for every pair of position and tap inside the input, in the order of the weights. */
function eachTap(g: ConvGeometry, visit: (t: number, p: number, cell: number) => void): void {
  const cells = new Int32Array(taps(g.axes));
  const P = outputs(g.axes);
  let t = 0;
  for (let p = 0; p < P; p++) {
    cellsUnder(g.axes, p, cells);
    for (const cell of cells) if (cell >= 0) visit(t++, p, cell);
  }
}

/** Spec local-forward. */
export function local(g: ConvGeometry, x: Data, w: Data, b: Data | undefined, y: Data): void {
  const round = roundingOf(x);
  const [I, P, C, O] = [inputs(g.axes), outputs(g.axes), g.channels, g.filters];
  y.fill(0);
  eachTap(g, (t, p, cell) => {
    for (let n = 0; n < g.batch; n++) {
      for (let o = 0; o < O; o++) {
        let sum = y[(n * P + p) * O + o];
        for (let c = 0; c < C; c++) sum = round(sum + round(x[(n * I + cell) * C + c] * w[(t * C + c) * O + o]));
        y[(n * P + p) * O + o] = sum;
      }
    }
  });
  if (b) for (let i = 0; i < y.length; i++) y[i] = round(y[i] + b[i % b.length]);
}

/** Spec local-gradient. */
export function localInputGrad(g: ConvGeometry, dy: Data, w: Data, dx: Data): void {
  const round = roundingOf(dy);
  const [I, P, C, O] = [inputs(g.axes), outputs(g.axes), g.channels, g.filters];
  dx.fill(0);
  eachTap(g, (t, p, cell) => {
    for (let n = 0; n < g.batch; n++) {
      for (let c = 0; c < C; c++) {
        let sum = dx[(n * I + cell) * C + c];
        for (let o = 0; o < O; o++) sum = round(sum + round(dy[(n * P + p) * O + o] * w[(t * C + c) * O + o]));
        dx[(n * I + cell) * C + c] = sum;
      }
    }
  });
}

/** One position an image for each weight, so that a sum has as many images. Spec local-gradient, numerics-weight-gradient. */
export function localWeightGrad(g: ConvGeometry, x: Data, dy: Data, dw: Data): void {
  const round = roundingOf(dy);
  const [I, P, C, O] = [inputs(g.axes), outputs(g.axes), g.channels, g.filters];
  const total = new Float64Array(C * O);
  dw.fill(0);
  eachTap(g, (t, p, cell) => {
    const row = dw.subarray(t * C * O, (t + 1) * C * O);
    total.fill(0);
    for (let n = 0; n < g.batch; n++) {
      if (n > 0 && n % SUM_POSITIONS === 0) move(row, total);
      for (let c = 0; c < C; c++) {
        for (let o = 0; o < O; o++) {
          const i = c * O + o;
          row[i] = round(row[i] + round(x[(n * I + cell) * C + c] * dy[(n * P + p) * O + o]));
        }
      }
    }
    for (let i = 0; i < row.length; i++) row[i] += total[i];
  });
}
