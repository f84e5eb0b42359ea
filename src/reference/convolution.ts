// The three contractions of a convolution as plain loops: the definition of their bits.
//
//   y[n,p,o]  = Σ_k Σ_c  x[n, cell(p,k), c] · w[k,c,o]  + b[o]
//   dx[n,i,c] = Σ_p Σ_o  dy[n,p,o] · w[k,c,o]            over the taps k with cell(p,k) = i
//   dw[k,c,o] = Σ_n Σ_p  x[n, cell(p,k), c] · dy[n,p,o]
//
// Every sum starts from +0 and adds its terms one by one in the order written; each product is rounded, then each
// addition. dw and db are long sums, which are divided into shorter ones. Padding is not included. Spec numerics-order,
// numerics-weight-gradient, numerics-bias-gradient, numerics-padding, numerics-zero, numerics-nan.

import { roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { type ConvGeometry, cellsUnder, inputs, outputs, taps } from '../window.ts';

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

/** The most positions whose terms form one sum in the element type. Spec numerics-weight-gradient. */
export const SUM_POSITIONS = 224;

/** How many images with this number of positions share one such sum. Spec numerics-weight-gradient. */
export const imagesOfSum = (positions: number): number => Math.max(1, Math.floor(SUM_POSITIONS / positions));

/** Spec conv-weight-gradient, numerics-weight-gradient. */
export function convWeightGrad(g: ConvGeometry, x: Data, dy: Data, dw: Data): void {
  const round = roundingOf(dy);
  const [I, P, K] = [inputs(g.axes), outputs(g.axes), taps(g.axes)];
  const [C, O] = [g.groups * g.channels, g.groups * g.filters];
  const cells = new Int32Array(K);
  const together = imagesOfSum(P);
  const block = dw.slice().fill(0);
  const [part, total] = [new Float64Array(dw.length), new Float64Array(dw.length)];
  for (let n = 0; n < g.batch; n++) {
    const isLast = (n + 1) % together === 0 || n === g.batch - 1;
    for (let p = 0; p < P; p++) {
      cellsUnder(g.axes, p, cells);
      for (let k = 0; k < K; k++) {
        if (cells[k] < 0) continue;
        for (let c = 0; c < g.channels; c++) {
          for (let o = 0; o < O; o++) {
            const xi = (n * I + cells[k]) * C + Math.floor(o / g.filters) * g.channels + c;
            const wi = (k * g.channels + c) * O + o;
            block[wi] = round(block[wi] + round(x[xi] * dy[(n * P + p) * O + o]));
          }
        }
      }
      if ((p + 1) % SUM_POSITIONS === 0 || (isLast && p === P - 1)) move(block, part);
    }
    if (isLast) move(part, total);
  }
  dw.set(total);
}

/** Adds the first sums to the second, and sets them to 0. */
export function move(from: Data, to: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] += from[i];
  from.fill(0);
}

/**
 * The sum of dy over the positions of each image, then over the images: db[o] = Σ_n Σ_p dy[n,p,o], rounded once.
 * Spec conv-bias-gradient, numerics-bias-gradient.
 */
export function biasGrad(batch: number, dy: Data, db: Data): void {
  const O = db.length;
  const P = dy.length / batch / O;
  for (let o = 0; o < O; o++) {
    let total = 0;
    for (let n = 0; n < batch; n++) {
      let image = 0;
      for (let p = 0; p < P; p++) image += dy[(n * P + p) * O + o];
      total += image;
    }
    db[o] = total;
  }
}
