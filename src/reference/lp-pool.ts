// Lp pooling and its gradient as plain loops: the definition of their bits.
//
//   y[n,p,c] = (Σ |x|^power)^(1/power)        the cells inside the input, row-major from +0; power 2: √ Σ x·x
//   dx[i]    = Σ (|x| / y)^(power − 1) · sign(x) · dy    over the windows that hold cell i, in the order of dy
//
// Where the sum over- or underflows, the cells are first divided by the greatest of them. Each |x|^power, root and
// product is rounded once, each addition as numerics-long says. Windows with y = 0 contribute nothing to dx.

import { type Round, roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import type { PoolGeometry } from '../window.ts';
import { pow } from './math.ts';
import { eachWindow } from './pool.ts';
import { accumulator, additions, isLong } from './sums.ts';

/** Powers 2 and ½ by the product and the square root, which round correctly; others by `pow`. */
function powersOf(power: number, round: Round) {
  if (power === 2)
    return { raise: (v: number) => round(v * v), root: (v: number) => round(Math.sqrt(v)), less: (v: number) => v };
  if (power === 1) return { raise: Math.abs, root: round, less: (v: number) => Math.sign(v) };
  return {
    raise: (v: number) => round(pow(Math.abs(v), power)),
    root: (v: number) => round(pow(v, 1 / power)),
    /** v / |v| · |v|^(power − 1) */
    less: (v: number) => round(Math.sign(v) * pow(Math.abs(v), power - 1)),
  };
}

/** Spec pool-lp. */
export function lpPool(g: PoolGeometry, x: Data, power: number, y: Data): void {
  const round = roundingOf(x);
  const { raise, root } = powersOf(power, round);
  const add = additions(x, isLong(g));
  /** The least normal number. */
  const least = x instanceof Float32Array ? 1.1754943508222875e-38 : 2.2250738585072014e-308;
  eachWindow(g, (row, cells, image) => {
    for (let c = 0; c < g.channels; c++) {
      const sumOver = (term: (value: number) => number): number => {
        let sum = 0;
        for (const cell of cells) if (cell >= 0) sum = add(sum + term(x[image + cell * g.channels + c]));
        return sum;
      };
      const sum = sumOver(raise);
      y[row + c] = root(sum);
      if (sum >= least && sum < Number.POSITIVE_INFINITY) continue;
      const m = cells.reduce(
        (most, cell) => (cell < 0 ? most : Math.max(most, Math.abs(x[image + cell * g.channels + c]))),
        0,
      );
      if (m > 0 && m < Number.POSITIVE_INFINITY) y[row + c] = m * root(sumOver((value) => raise(round(value / m))));
    }
  });
}

/** Spec pool-lp-gradient. */
export function lpPoolGrad(g: PoolGeometry, x: Data, power: number, y: Data, dy: Data, dx: Data): void {
  const round = roundingOf(dy);
  const { less } = powersOf(power, round);
  const sums = accumulator(dx, isLong(g));
  eachWindow(g, (row, cells, image) => {
    for (let c = 0; c < g.channels; c++) {
      if (y[row + c] === 0) continue;
      for (const cell of cells) {
        if (cell < 0) continue;
        const i = image + cell * g.channels + c;
        sums[i] += round(less(round(x[i] / y[row + c])) * dy[row + c]);
      }
    }
  });
  dx.set(sums);
}
