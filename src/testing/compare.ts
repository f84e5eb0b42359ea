// Comparing tensors bit for bit, and whole-number arithmetic on them in float64.

import { show } from '../errors.ts';
import { placeOf } from '../places.ts';
import { checkTensor, sameShape, type Tensor, tensor, typeOf } from '../tensor.ts';

/**
 * The first difference between two tensors in words, or `undefined` if shape, element type and every bit are equal.
 * −0 differs from +0; the sign and the payload of a NaN are free. Spec numerics-order.
 *
 * @example
 * difference(tensor([2], [1, 0]), tensor([2], [1, -0])) // '0 at [1], expected -0'
 */
export function difference(actual: Tensor, expected: Tensor): string | undefined {
  checkTensor('difference', 'actual', actual);
  checkTensor('difference', 'expected', expected);
  if (!sameShape(actual.shape, expected.shape)) return `shape [${actual.shape}], expected [${expected.shape}]`;
  if (typeOf(actual.data) !== typeOf(expected.data)) return `${typeOf(actual.data)}, expected ${typeOf(expected.data)}`;
  for (let i = 0; i < actual.data.length; i++) {
    if (!Object.is(actual.data[i], expected.data[i]))
      return `${show(actual.data[i])} at [${placeOf(actual.shape, i)}], expected ${show(expected.data[i])}`;
  }
  return undefined;
}

/**
 * Whether shape, element type and every bit of two tensors are equal, every NaN counting as one.
 *
 * @example
 * sameBits(tensor([1], [NaN]), tensor([1], [NaN])) // true
 */
export const sameBits = (a: Tensor, b: Tensor): boolean => difference(a, b) === undefined;

/** Throws what differs, if anything does. */
export function mustEqual(what: string, actual: Tensor, expected: Tensor): void {
  const odd = difference(actual, expected);
  if (odd !== undefined) throw new Error(`${what}: ${odd}`);
}

/** a + factor·b, element by element, in the type of a. */
export function plus(a: Tensor, b: Tensor, factor = 1): Tensor {
  return tensor(
    a.shape,
    a.data.map((value, i) => value + factor * b.data[i]),
    typeOf(a.data),
  );
}

/** ⟨a, b⟩ = Σ a·b in float64, exact in whole numbers below 2⁵³. Terms of a that are not finite are left out. */
export function inner(a: Tensor, b: Tensor): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) if (Number.isFinite(a.data[i])) sum += a.data[i] * b.data[i];
  return sum;
}
