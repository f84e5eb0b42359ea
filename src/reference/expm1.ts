// eˣ − 1, for the activations that need it.

import { exp, growth } from './math.ts';

/** eˣ − 1, exact to its last places near 0 as well. Spec math-expm1. */
export function expm1(x: number): number {
  return Math.abs(x) < 0.34 ? (x === 0 ? x : growth(x, 0, 0)) : exp(x) - 1;
}
