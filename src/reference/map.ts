// Functions of one element over arrays: y[i] = f(x[i]); the mathematics in float64 and rounded once.

import type { Data } from '../tensor.ts';
import { exp, log, pow, sigmoid, tanh } from './math.ts';

/** The functions of one element; `pow` takes one exponent for all. */
export const functions = {
  exp,
  log,
  tanh,
  sigmoid,
  pow,
} satisfies Record<string, (x: number, exponent: number) => number>;

export type MathFunction = keyof typeof functions;

/** Storing to a Float32Array is the rounding. Spec math-map. */
export function map(f: MathFunction, x: Data, y: Data, exponent: number): void {
  const value: (x: number, exponent: number) => number = functions[f];
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
