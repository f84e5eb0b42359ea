// Rows of numbers along one axis, for softmax and cross-entropy: `length` numbers, `step` apart.

import * as kernels from '../kernels/choose.ts';
import { roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';

export interface Rows {
  readonly length: number;
  readonly step: number;
}

/** Calls `visit` with the place of the first number of every row. */
export function eachRow({ length, step }: Rows, size: number, visit: (first: number) => void): void {
  for (let block = 0; block < size; block += length * step) {
    for (let i = 0; i < step; i++) visit(block + i);
  }
}

/** y = x − m, where m is the first maximum of the row; of m itself 0, also where it is ∞. x and y may be one array. */
export function belowMaximum(rows: Rows, x: Data, y: Data): void {
  const end = rows.length * rows.step;
  eachRow(rows, x.length, (first) => {
    let at = first;
    for (let i = first + rows.step; i < first + end; i += rows.step) if (x[i] > x[at]) at = i;
    const m = x[at];
    for (let i = first; i < first + end; i += rows.step) y[i] = x[i] - m;
    if (m === Number.POSITIVE_INFINITY) y[at] = 0;
  });
}

/** The sum of a row is a long one. Spec softmax-forward, numerics-long. */
export function softmaxRows(rows: Rows, x: Data, y: Data): void {
  const end = rows.length * rows.step;
  belowMaximum(rows, x, y);
  kernels.map('exp', y, y);
  eachRow(rows, x.length, (first) => {
    let s = 0;
    for (let i = first; i < first + end; i += rows.step) s += y[i];
    for (let i = first; i < first + end; i += rows.step) y[i] = y[i] / s;
  });
}

/** Spec softmax-gradient. */
export function softmaxGradRows(rows: Rows, y: Data, dy: Data, dx: Data): void {
  const round = roundingOf(y);
  const end = rows.length * rows.step;
  eachRow(rows, y.length, (first) => {
    let s = 0;
    for (let i = first; i < first + end; i += rows.step) s += round(dy[i] * y[i]);
    for (let i = first; i < first + end; i += rows.step) dx[i] = y[i] * round(dy[i] - s);
  });
}
