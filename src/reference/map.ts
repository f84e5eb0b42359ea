// Functions of one element over arrays: y[i] = f(x[i]).

import type { Data } from '../tensor.ts';
import { exp, log, nearest, pow, sigmoid, softplus, tanh } from './math.ts';

/** The functions of one element in float64; `pow` takes one exponent for all. */
export const functions = {
  exp,
  log,
  tanh,
  sigmoid,
  softplus,
  pow,
} satisfies Record<string, (x: number, exponent: number) => number>;

export type MathFunction = keyof typeof functions;

/** The same in float32. The float64 values of exp and tanh are on the right side of every middle as they are. Spec math-float32. */
const singles: typeof functions = {
  exp: (x) => Math.fround(exp(x)),
  log: (x) => nearest(log(x)),
  tanh: (x) => Math.fround(tanh(x)),
  sigmoid: (x) => nearest(sigmoid(x)),
  softplus: (x) => nearest(softplus(x)),
  pow: (x, exponent) => Math.fround(pow(x, exponent)),
};

/** The functions whose results have the element type of x. */
export const functionsFor = (x: Data): typeof functions => (x instanceof Float32Array ? singles : functions);

/** Spec math-map. */
export function map(f: MathFunction, x: Data, y: Data, exponent: number): void {
  const value: (x: number, exponent: number) => number = functionsFor(y)[f];
  for (let i = 0; i < x.length; i++) y[i] = value(x[i], exponent);
}

/** Spec activation-relu: NaN and −0 stay. */
export function relu(x: Data, y: Data): void {
  for (let i = 0; i < x.length; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

/** Spec activation-relu: the slope at 0 is 0. */
export function reluGrad(x: Data, dy: Data, dx: Data): void {
  for (let i = 0; i < x.length; i++) dx[i] = x[i] > 0 ? dy[i] : 0;
}

/** y = a + b. Spec sum-rules. */
export function add(a: Data, b: Data, y: Data): void {
  for (let i = 0; i < y.length; i++) y[i] = a[i] + b[i];
}
