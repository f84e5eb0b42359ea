// What a sum is made of.

/**
 * A sum of products that is linear in each operand: `apply` evaluates it in float64 on other operands. No output has an
 * element of `w`, or of `a` where there is no `w`, in two of its terms.
 */
export interface Sum {
  readonly a: Float64Array;
  /** Absent where the terms are not products (the gradient of a bias). */
  readonly w?: Float64Array;
  readonly b?: Float64Array;
  apply(a: Float64Array, w: Float64Array | undefined, b: Float64Array | undefined): Float64Array;
  /** The divisor of each output, for an average. */
  readonly divisor?: Float64Array;
  /** The divisor of each element of `a` (the gradient of an average): `apply` gets the quotients. */
  readonly shares?: Float64Array;
}
