// The three contractions of a convolution as plain loops: the definition of their bits.
//
//   y[n,p,o]  = Σ_k Σ_c  x[n, cell(p,k), c] · w[k,c,o]  + b[o]
//   dx[n,i,c] = Σ_p Σ_o  dy[n,p,o] · w[k,c,o]            over the taps k with cell(p,k) = i
//   dw[k,c,o] = Σ_n Σ_p  x[n, cell(p,k), c] · dy[n,p,o]
//
// Every sum starts from +0 and adds its terms one by one in the order written; each product is rounded, then each
// addition. dw and db sum each image by itself, then the images. Padding takes no part. Spec numerics-order,
// numerics-padding, numerics-zero, numerics-nan.

import type { Data } from '../tensor.ts';
import { type ConvGeometry, cellsUnder, inputs, outputs, taps } from '../window.ts';

/** Rounds the result of one operation: identity for float64, `Math.fround` for float32. Spec numerics-rounding. */
export type Round = (value: number) => number;

export const roundingOf = (data: Data): Round => (data instanceof Float32Array ? Math.fround : exactly);
const exactly: Round = (value) => value;

/** Spec conv-forward. */
export function conv(g: ConvGeometry, x: Data, w: Data, b: Data | undefined, y: Data): void {
  const round = roundingOf(x);
  const [I, P, K] = [inputs(g.axes), outputs(g.axes), taps(g.axes)];
  const [C, O] = [g.groups * g.channels, g.groups * g.filters];
  const cells = new Int32Array(K);
  for (let p = 0; p < P; p++) {
    cellsUnder(g.axes, p, cells);
    for (let n = 0; n < g.batch; n++) {
      for (let o = 0; o < O; o++) {
        const first = Math.floor(o / g.filters) * g.channels;
        let sum = 0;
        for (let k = 0; k < K; k++) {
          if (cells[k] < 0) continue;
          const pixel = (n * I + cells[k]) * C + first;
          for (let c = 0; c < g.channels; c++) sum = round(sum + round(x[pixel + c] * w[(k * g.channels + c) * O + o]));
        }
        y[(n * P + p) * O + o] = b ? round(sum + b[o]) : sum;
      }
    }
  }
}

/** Spec conv-input-gradient. The terms of one dx come in row-major order of dy. */
export function convInputGrad(g: ConvGeometry, dy: Data, w: Data, dx: Data): void {
  const round = roundingOf(dy);
  const [I, P, K] = [inputs(g.axes), outputs(g.axes), taps(g.axes)];
  const [C, O] = [g.groups * g.channels, g.groups * g.filters];
  const cells = new Int32Array(K);
  dx.fill(0);
  for (let p = 0; p < P; p++) {
    cellsUnder(g.axes, p, cells);
    for (let n = 0; n < g.batch; n++) {
      for (let k = 0; k < K; k++) {
        if (cells[k] < 0) continue;
        for (let c = 0; c < C; c++) {
          const first = Math.floor(c / g.channels) * g.filters;
          const row = (k * g.channels + (c % g.channels)) * O + first;
          const i = (n * I + cells[k]) * C + c;
          let sum = dx[i];
          for (let o = 0; o < g.filters; o++) sum = round(sum + round(dy[(n * P + p) * O + first + o] * w[row + o]));
          dx[i] = sum;
        }
      }
    }
  }
}

/** Spec conv-weight-gradient. */
export function convWeightGrad(g: ConvGeometry, x: Data, dy: Data, dw: Data): void {
  const round = roundingOf(dy);
  const [I, P, K] = [inputs(g.axes), outputs(g.axes), taps(g.axes)];
  const [C, O] = [g.groups * g.channels, g.groups * g.filters];
  const cells = new Int32Array(K);
  const image = dw.slice();
  dw.fill(0);
  for (let n = 0; n < g.batch; n++) {
    image.fill(0);
    for (let p = 0; p < P; p++) {
      cellsUnder(g.axes, p, cells);
      for (let k = 0; k < K; k++) {
        if (cells[k] < 0) continue;
        for (let c = 0; c < g.channels; c++) {
          for (let o = 0; o < O; o++) {
            const xi = (n * I + cells[k]) * C + Math.floor(o / g.filters) * g.channels + c;
            const wi = (k * g.channels + c) * O + o;
            image[wi] = round(image[wi] + round(x[xi] * dy[(n * P + p) * O + o]));
          }
        }
      }
    }
    for (let i = 0; i < dw.length; i++) dw[i] = round(dw[i] + image[i]);
  }
}

/** The sum of dy over the positions of each image, then over the images: db[o] = Σ_n Σ_p dy[n,p,o]. Spec conv-bias-gradient. */
export function biasGrad(batch: number, dy: Data, db: Data): void {
  const round = roundingOf(dy);
  const O = db.length;
  const P = dy.length / batch / O;
  db.fill(0);
  for (let o = 0; o < O; o++) {
    for (let n = 0; n < batch; n++) {
      let image = 0;
      for (let p = 0; p < P; p++) image = round(image + dy[(n * P + p) * O + o]);
      db[o] = round(db[o] + image);
    }
  }
}
