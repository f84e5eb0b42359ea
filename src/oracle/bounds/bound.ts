// The a-priori bound of every output element: no order of float32 operations can leave it.
//
//   s = b + Σ a·w        A = |b| + Σ |a|·|w|        m = terms, a non-zero bias among them
//   |ŷ − s| ≤ γ_m·A + underflow + reference error          γ_m = m·u / (1 − m·u)       Spec oracle-bound
//
// s, A and m are the same sum over x and w, over |x| and |w|, and over ones: the sum is the layer itself, in float64.

import type { Data } from '../../tensor.ts';
import { type Format, formats, type Narrowing, rounding, unitAt } from './formats.ts';
import { ANYTHING, allowed, FINITE, type Kinds, kindOf, overflow } from './number-kinds.ts';
import type { Sum } from './sum.ts';

/** Unit roundoff of float32, 24 bits to nearest: 2⁻²⁴. */
export const U = 5.9604644775390625e-8;
/** The smallest normal float32, 2⁻¹²⁶. */
export const LAMBDA = 1.1754943508222875e-38;

/** What an engine declares about its arithmetic; where it declares nothing, both ways are allowed. */
export interface Profile {
  /** Whether a padding cell is left out, or multiplied as a zero (so that 0·∞ makes a NaN). Default: left out. */
  readonly padding?: 'skipped' | 'multiplied';
  /** Whether subnormal numbers are kept (`'ieee'`) or may become 0. Default `'either'`. */
  readonly subnormals?: 'ieee' | 'either';
  /** What is rounded to fewer digits than those of float32. */
  readonly precision?: Narrowing;
  /** How many units in the last place exp, log, tanh, powers and roots may be off. Default 4. Spec bound-functions. */
  readonly ulp?: number;
  /** How the variance of a batch is taken; undeclared, either way. Spec bound-norms. */
  readonly variance?: 'two-pass' | 'one-pass';
  /** 3×3 convolutions with stride 1 and no dilation may be computed by F(m×m, 3×3). */
  readonly winograd?: { readonly m: 2 | 4; readonly r: 3 };
  /** Convolutions may be computed by fast Fourier transforms. */
  readonly fft?: boolean;
}

/** What an output may be. */
export interface Bound {
  /** The exact value, to float64. */
  readonly value: Float64Array;
  /** How far a finite result may be from it; 0 where every order of operations is exact. */
  readonly error: Float64Array;
  /** Which kinds of number are possible: see number-kinds.ts. */
  readonly kinds: Kinds;
  /** Σ|a·w| + |b| and the number of terms. */
  readonly magnitude: Float64Array;
  readonly terms: Float64Array;
  /** Whether roundings other than those of float32 sums take part. */
  readonly isWide?: boolean;
  /** The format to which results are rounded, if they are rounded once more: a wrong one may lie farther from its like than a right one. */
  readonly storedAs?: Format;
  /** The results are float64, not float32. */
  readonly isDouble?: boolean;
  /** Functions took part that are assumed to be within so many units in the last place. Spec bound-functions. */
  readonly assumed?: number;
}

const map = (data: Float64Array | undefined, f: (value: number) => number): Float64Array | undefined => data?.map(f);
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
const isSubnormal = (value: number): boolean => value !== 0 && Math.abs(value) < LAMBDA;
const every = (data: Float64Array | undefined, holds: (value: number) => boolean): boolean =>
  data === undefined || data.every(holds);

/** Jeannerod and Rump 2013: m·u needs no restriction on m; γ is the textbook form (Higham, ASNA §3.1). */
export const gamma = (m: number, u: number): number => (m * u < 0.5 ? (m * u) / (1 - m * u) : m * u);

/** Spec oracle-bound, oracle-exact, oracle-underflow, oracle-precision. */
export const boundOf = (sum: Sum, profile: Profile): Bound => exactBound(sum, profile) ?? anyBound(sum, profile);

const largest = (data: Float64Array | undefined, least: number): number =>
  data?.reduce((most, value) => Math.max(most, Math.abs(value)), least) ?? least;

/** Σ|a·w| + |b|. */
const magnitudeOf = ({ apply }: Sum, a: Float64Array, w?: Float64Array, b?: Float64Array): Float64Array =>
  apply(map(a, Math.abs)!, map(w, Math.abs), map(b, Math.abs));

/** How many terms each output has, a bias that is not 0 among them. */
const termsOf = ({ apply }: Sum, a: Float64Array, w?: Float64Array, b?: Float64Array): Float64Array =>
  apply(
    map(a, () => 1)!,
    map(w, () => 1),
    map(b, (each) => (each === 0 ? 0 : 1)),
  );

/**
 * The bound of whole numbers so small that nothing is rounded. That is seen without Σ|a·w| and the number of terms, which are
 * evaluated only where they are asked for. Spec oracle-exact.
 */
export function exactBound(sum: Sum, { precision }: Profile): Bound | undefined {
  const { a, w, b, divisor } = sum;
  if (precision || sum.shares || divisor?.some((d) => !isPowerOfTwo(d))) return undefined;
  const most = 1 / U;
  const [A, W] = [largest(a, 1), largest(w, 1)];
  if (!(A <= most && W <= most && A * W * (w ?? a).length + largest(b, 0) <= most)) return undefined;
  if (![a, w, b].every((part) => every(part, Number.isInteger))) return undefined;
  const value = sum.apply(a, w, b);
  const shared = (data: Float64Array): Float64Array => (divisor ? data.map((each, i) => each / divisor[i]) : data);
  let [magnitude, terms]: (Float64Array | undefined)[] = [];
  return {
    value: shared(value),
    error: new Float64Array(value.length),
    kinds: new Uint8Array(value.length).fill(FINITE),
    get magnitude() {
      magnitude ??= shared(magnitudeOf(sum, a, w, b));
      return magnitude;
    },
    get terms() {
      terms ??= termsOf(sum, a, w, b).map((each) => each + (divisor ? 2 : 0));
      return terms;
    },
  };
}

/** What each element of a is of those of a sum whose terms are divided. */
const quotients = ({ shares }: Sum, a: Float64Array): Float64Array =>
  shares ? a.map((each, i) => each / shares[i]) : a;

/** Of any numbers. */
function anyBound(sum: Sum, profile: Profile): Bound {
  const { w, b, divisor } = sum;
  const a = quotients(sum, sum.a);
  const { precision = {}, subnormals } = profile;
  const arithmetic = formats[precision.accumulator ?? 'float32'];
  const { u, eta, lambda } = arithmetic;
  const parts = [a, w, b];
  const clean = parts.every((part) => every(part, Number.isFinite));
  const [fa, fw, fb] = clean ? parts : parts.map((part) => map(part, finite));
  const value = sum.apply(fa!, fw, fb);
  const magnitude = magnitudeOf(sum, fa!, fw, fb);
  const terms = termsOf(sum, fa!, fw, fb);
  const changed = rounded(sum, profile, fa!, fw, fb);
  const whole = clean && parts.every((part) => every(part, Number.isInteger));
  const lost = subnormals === 'ieee' ? undefined : flushed(sum, fa!, fw, fb);
  const flush = subnormals === 'ieee' ? 0 : 2 * lambda;
  const error = new Float64Array(value.length);
  const kinds: Kinds = new Uint8Array(value.length).fill(FINITE);
  for (let i = 0; i < value.length; i++) {
    const d = divisor?.[i] ?? 1;
    // A division (or a product with a rounded reciprocal) adds two roundings; so does a share of dy.
    const m = terms[i] + (divisor || sum.shares ? 2 : 0);
    const E = changed?.[i] ?? 0;
    const A = magnitude[i] + E;
    const slack = E + gamma(m, u) * A + (m * eta) / 2 + flush * m + (lost?.[i] ?? 0);
    // float64 evaluation of s itself: m·2⁻⁵² of the magnitude; 10⁻⁹ covers the arithmetic of this line.
    const B = ((slack + m * Number.EPSILON * A) * (1 + 1e-9)) / d + (divisor ? eta : 0);
    // If Σ|a·w| is a whole number of at most 1/u, so is every partial sum in every order, and nothing is rounded.
    const exact = whole && E === 0 && A <= 1 / u && (!divisor || isPowerOfTwo(d));
    error[i] = exact && !sum.shares ? 0 : B;
    kinds[i] = overflow(value[i], A * (1 + gamma(m, u)), B * d, arithmetic);
    if (!(E < Number.POSITIVE_INFINITY)) {
      error[i] = Number.POSITIVE_INFINITY; // an operand that its format cannot hold takes part
      kinds[i] = ANYTHING;
    }
    value[i] /= d;
    // An average may divide its terms before it adds them: then only the mean can overflow.
    if (divisor && Math.abs(value[i]) < 0.29 * arithmetic.most) kinds[i] |= FINITE;
    magnitude[i] /= d;
    terms[i] = m;
  }
  const bound = { value, error, kinds: clean ? kinds : allowed(sum, kinds), magnitude, terms };
  return stored({ ...bound, ...(profile.precision && { isWide: true }) }, profile);
}

/** What rounding an operand may change: everything where the format cannot hold it, since it may become ∞. */
const operandChange = (value: number, format: Format, ieee: boolean): number =>
  Number.isFinite(value) && Math.abs(value) > formats[format].most
    ? Number.POSITIVE_INFINITY
    : rounding(value, format, ieee);

/** What rounding the operands may change; undefined where it changes nothing. Spec oracle-precision. */
function rounded(
  sum: Sum,
  { precision = {}, subnormals }: Profile,
  a: Float64Array,
  w?: Float64Array,
  b?: Float64Array,
): Float64Array | undefined {
  const { operands = 'float32' } = precision;
  const isHeld = (value: number): boolean => Math.abs(value) <= formats.float32.most;
  if (operands === 'float32' && [a, w, b].every((part) => every(part, isHeld))) return undefined;
  const change = (part?: Float64Array) => map(part, (each) => operandChange(each, operands, subnormals === 'ieee'));
  // It is dy that is rounded, not what it is divided to.
  const da = sum.shares ? quotients(sum, change(map(sum.a, finite))!) : change(a);
  const [dw, db] = [w, b].map(change);
  if ([da, dw, db].every((part) => every(part, (each) => each === 0))) return undefined;
  const size = (part?: Float64Array) => map(part, Math.abs);
  const first = sum.apply(da!, size(w), db);
  if (!w) return first;
  const none = map(b, () => 0);
  const second = sum.apply(
    size(a)!.map((each, i) => each + da![i]),
    dw,
    none,
  );
  return first.map((each, i) => each + second[i]);
}

/** The bound on results that are rounded once more, to the format in which they are stored. Spec oracle-precision. */
export function stored(bound: Bound, { precision = {}, subnormals }: Profile): Bound {
  const format: Format = precision.output ?? 'float32';
  if (format === 'float32') return bound;
  const arithmetic = formats[format];
  const ieee = subnormals === 'ieee';
  const error = bound.error.map((B, i) => {
    const v = bound.value[i];
    if (B === 0 || !Number.isFinite(v)) return rounding(v, format, ieee);
    const flush = !ieee && Math.abs(v) - B < arithmetic.lambda ? arithmetic.lambda : 0;
    return B + Math.max(unitAt(Math.abs(v) + B, arithmetic), flush);
  });
  const kinds = bound.kinds.map(
    (each, i) => each | overflow(bound.value[i], Math.abs(bound.value[i]), error[i], arithmetic),
  );
  return {
    ...bound,
    error,
    kinds: kinds.map((each, i) => (bound.kinds[i] & FINITE ? each : bound.kinds[i])),
    isWide: true,
    storedAs: format,
  };
}

const isPowerOfTwo = (d: number): boolean => d > 0 && (d & (d - 1)) === 0;

/** What subnormal operands may take with them when they are read as 0. Spec oracle-underflow. */
function flushed(sum: Sum, a: Float64Array, w?: Float64Array, b?: Float64Array): Float64Array | undefined {
  const parts = [a, w, b];
  if (parts.every((part) => every(part, (each) => !isSubnormal(each)))) return undefined;
  const mask = (part?: Float64Array) => map(part, (each) => (isSubnormal(each) ? 1 : 0));
  const size = (part?: Float64Array) => map(part, Math.abs);
  const first = sum.apply(mask(a)!, size(w), mask(b));
  const none = map(b, () => 0);
  const second = w ? sum.apply(size(a)!, mask(w), none) : first;
  return first.map((each, i) => LAMBDA * (each + second[i]));
}

export const toDoubles = (data: Data): Float64Array => new Float64Array(data);

/** A result of which every order of operations gives the same value: a choice among the inputs does not round. */
export function chosen(value: Float64Array, profile: Profile): Bound {
  const zero = new Float64Array(value.length);
  const { precision: { operands = 'float32' } = {}, subnormals } = profile;
  const error = value.map((each) => operandChange(each, operands, subnormals === 'ieee'));
  const kinds: Kinds = new Uint8Array(value.length);
  for (let i = 0; i < kinds.length; i++) kinds[i] = error[i] === Number.POSITIVE_INFINITY ? ANYTHING : kindOf(value[i]);
  return stored({ value, error, kinds, magnitude: value.map(Math.abs), terms: zero }, profile);
}

/** Value, error and kinds of an element that is `value` by convention, or anything. */
export function expectOver(value: number | 'open'): readonly [value: number, error: number, kinds: number] {
  return value === 'open' ? [NaN, Infinity, ANYTHING] : [value, 0, kindOf(value)];
}
