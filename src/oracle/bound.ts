// The a-priori bound of every output element: no order of float32 operations can leave it.
//
//   s = b + Σ a·w        A = |b| + Σ |a|·|w|        m = terms, a non-zero bias among them
//   |ŷ − s| ≤ γ_m·A + underflow + reference error          γ_m = m·u / (1 − m·u)       Spec oracle-bound
//
// s, A and m are the same sum over x and w, over |x| and |w|, and over ones: the sum is the layer itself, in float64.

import type { Data } from '../tensor.ts';
import { allowed, FINITE, type Kinds, overflow } from './kinds.ts';

/** Unit roundoff of float32, 24 bits to nearest: 2⁻²⁴. */
export const U = 5.9604644775390625e-8;
/** The smallest normal float32, 2⁻¹²⁶, and the smallest subnormal, 2⁻¹⁴⁹. */
export const LAMBDA = 1.1754943508222875e-38;
const ETA = 1.401298464324817e-45;
/** Whole numbers up to this are exact in float32: every partial sum of every order is, if Σ|a·w| is. */
const EXACT = 16777216;

/** What an engine declares about its arithmetic; what it leaves out is allowed both ways. */
export interface Profile {
  /** Whether a padding cell is left out, or multiplied as a zero (so that 0·∞ makes a NaN). Default: left out. */
  readonly padding?: 'skipped' | 'multiplied';
  /** Whether subnormal numbers are kept (`'ieee'`) or may become 0. Default `'either'`. */
  readonly subnormals?: 'ieee' | 'either';
}

/** A sum of products that is linear in each operand: `apply` evaluates it in float64 on other operands. */
export interface Form {
  readonly a: Float64Array;
  /** Absent where the terms are not products (the gradient of a bias). */
  readonly w?: Float64Array;
  readonly b?: Float64Array;
  apply(a: Float64Array, w: Float64Array | undefined, b: Float64Array | undefined): Float64Array;
  /** The divisor of each output, for an average. */
  readonly divisor?: Float64Array;
  /** The divisor of each element of `a` (the gradient of an average). */
  readonly shares?: Float64Array;
}

/** What an output may be. */
export interface Bound {
  /** The exact value, to float64. */
  readonly value: Float64Array;
  /** How far a finite result may be from it; 0 where every order of operations is exact. */
  readonly error: Float64Array;
  /** Which kinds of number are possible: see kinds.ts. */
  readonly kinds: Kinds;
  /** Σ|a·w| + |b| and the number of terms. */
  readonly magnitude: Float64Array;
  readonly terms: Float64Array;
}

const map = (data: Float64Array | undefined, f: (value: number) => number): Float64Array | undefined => data?.map(f);
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
const isSubnormal = (value: number): boolean => value !== 0 && Math.abs(value) < LAMBDA;
const every = (data: Float64Array | undefined, holds: (value: number) => boolean): boolean =>
  data === undefined || data.every(holds);

/** Jeannerod and Rump 2013: m·u needs no restriction on m; γ is the textbook form (Higham, ASNA §3.1). */
const gamma = (m: number): number => (m * U < 0.5 ? (m * U) / (1 - m * U) : m * U);

/** Spec oracle-bound, oracle-exact, oracle-underflow. */
export function boundOf(form: Form, profile: Profile): Bound {
  const { a, w, b, divisor } = form;
  const parts = [a, w, b];
  const clean = parts.every((part) => every(part, Number.isFinite));
  const [fa, fw, fb] = clean ? parts : parts.map((part) => map(part, finite));
  const value = form.apply(fa!, fw, fb);
  const magnitude = form.apply(map(fa, Math.abs)!, map(fw, Math.abs), map(fb, Math.abs));
  const terms = form.apply(
    map(fa, () => 1)!,
    map(fw, () => 1),
    map(fb, (each) => (each === 0 ? 0 : 1)),
  );
  const whole = clean && parts.every((part) => every(part, Number.isInteger));
  const lost = profile.subnormals === 'ieee' ? undefined : flushed(form, fa!, fw, fb);
  const error = new Float64Array(value.length);
  const kinds: Kinds = new Uint8Array(value.length).fill(FINITE);
  for (let i = 0; i < value.length; i++) {
    const d = divisor?.[i] ?? 1;
    // A division (or a product with a rounded reciprocal) adds two roundings; so does a share of dy.
    const m = terms[i] + (divisor || form.shares ? 2 : 0);
    const slack = gamma(m) * magnitude[i] + (m * ETA) / 2 + (lost ? LAMBDA * 2 * m + lost[i] : 0);
    // float64 evaluation of s itself: m·2⁻⁵² of the magnitude; 10⁻⁹ covers the arithmetic of this line.
    const B = ((slack + m * Number.EPSILON * magnitude[i]) * (1 + 1e-9)) / d + (divisor ? ETA : 0);
    const exact = whole && magnitude[i] <= EXACT && (!divisor || isPowerOfTwo(d));
    error[i] = exact && !form.shares ? 0 : B;
    kinds[i] = overflow(value[i], magnitude[i] * (1 + gamma(m)), B * d);
    value[i] /= d;
    // An average may divide its terms before it adds them: then only the mean can overflow.
    if (divisor && Math.abs(value[i]) < 1e38) kinds[i] |= FINITE;
    magnitude[i] /= d;
    terms[i] = m;
  }
  return { value, error, kinds: clean ? kinds : allowed(form, kinds), magnitude, terms };
}

const isPowerOfTwo = (d: number): boolean => d > 0 && (d & (d - 1)) === 0;

/** What subnormal operands may take with them when they are read as 0. Spec oracle-underflow. */
function flushed(form: Form, a: Float64Array, w?: Float64Array, b?: Float64Array): Float64Array | undefined {
  const parts = [a, w, b];
  if (parts.every((part) => every(part, (each) => !isSubnormal(each)))) return undefined;
  const mask = (part?: Float64Array) => map(part, (each) => (isSubnormal(each) ? 1 : 0));
  const size = (part?: Float64Array) => map(part, Math.abs);
  const first = form.apply(mask(a)!, size(w), mask(b));
  const none = map(b, () => 0);
  const second = w ? form.apply(size(a)!, mask(w), none) : first;
  return first.map((each, i) => LAMBDA * (each + second[i]));
}

export const toDoubles = (data: Data): Float64Array => Float64Array.from(data);
