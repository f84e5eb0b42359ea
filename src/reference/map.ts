// The mathematics functions over arrays: y[i] = f(x[i]), each value in float64 and rounded once.

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
