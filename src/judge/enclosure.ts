// What is known of a tensor: for each element a value, and a radius within which every conforming engine's number lies.
// Spec enclosure-value.

import type { Value } from '../onnx/value.ts';
import type { Bound } from '../oracle/bounds/bound.ts';
import { type Arithmetic, formats, rounding, unitAt } from '../oracle/bounds/formats.ts';
import type { Traits } from '../oracle/engine.ts';

/** Float64 for every element, also for whole numbers and truth values. */
export interface Enclosure {
  readonly value: Value;
  /** None where the number is known; ∞ where nothing is. */
  readonly radius?: Value;
  /** Of an unseen sum, how many terms: an engine may add what follows in another place of it. Spec enclosure-fused. */
  readonly terms?: number;
  /** In the order of `value`, channels last; of a contraction whose inputs are known: the bound of the oracle. */
  readonly bound?: Bound;
}

/** What an engine declares about its arithmetic, which is that of float64 in a node that gives float64. */
export interface Declared extends Traits {
  readonly isDouble?: boolean;
}

/** Fewer digits and Winograd are declared of float32. Spec enclosure-double. */
export function declaredIn(type: string | undefined, declared: Traits): Declared {
  if (type !== 'float64') return declared;
  const { precision: _, winograd: __, ...others } = declared;
  return { ...others, isDouble: true };
}

/**
 * The arithmetic of float64 with u twice: both the engine's result and the value here, which is float64 too, are as far
 * from the exact one as a bound with u once says. Spec enclosure-double.
 */
const DOUBLE: Arithmetic = {
  u: Number.EPSILON,
  eta: Number.MIN_VALUE,
  lambda: 2.2250738585072014e-308,
  most: Number.MAX_VALUE,
  beyond: Number.POSITIVE_INFINITY,
};

/** The format in which an engine adds. */
export const arithmeticOf = ({ precision, isDouble }: Declared): Arithmetic =>
  isDouble ? DOUBLE : formats[precision?.accumulator ?? 'float32'];

/** Units in the last place of exp, log, tanh, erf, pow, a root or a division, if nothing is declared. Spec enclosure-function. */
const ULP = 4;

/** The numbers of an engine's arithmetic. */
export interface Rounding extends Arithmetic {
  /** What a function may be off, relative to its value. */
  readonly f: number;
  /** What every operation may lose near 0. */
  readonly tiny: number;
  /**
   * Roundings of a norm's scale, weight / √(variance + epsilon), and of what is multiplied by it: half of one under the
   * root, `ulp` units in the last place of a root and a division or of a reciprocal root, two products. Spec enclosure-fused.
   */
  readonly scale: number;
  /** The largest |ln| of a number that neither overflows nor is subnormal, and that of the smallest subnormal. */
  readonly range: number;
  readonly depth: number;
  /** Below about which the exponential is cut off. */
  readonly least: number;
  /** What a constant may be off that is rounded to fewer digits, relative to it. */
  readonly constant: number;
}

/** The functions here are within so many units in the last place of float64. Spec math-exp. */
const OWN_ULP = 2;

export function roundingOf(declared: Declared): Rounding {
  const { precision, subnormals, ulp = ULP, isDouble } = declared;
  const arithmetic = arithmeticOf(declared);
  const tiny = subnormals === 'ieee' ? arithmetic.eta : 2 * arithmetic.lambda;
  const constant = precision?.operands ? 2 * formats[precision.operands].u : 0;
  // For float64 the arithmetic has u twice; an end of an interval and its middle are both computed here.
  const f = isDouble ? (ulp + 2 * OWN_ULP) * arithmetic.u : 2 * ulp * arithmetic.u;
  const limits = isDouble ? { range: 710, depth: 746, least: 4.5e-308 } : { range: 89, depth: 104, least: 1.7e-38 };
  return { ...arithmetic, ...limits, f, tiny, scale: 4 + 2 * ulp, constant };
}

/** The arithmetic of these lines is float64: a part of 10⁹ more covers it. */
const ROUNDED_UP = 1 + 1e-9;

/** A radius that is larger than any number says nothing, and one that is NaN comes from ∞ − ∞. */
export const sound = (radius: number): number => (radius >= 0 ? radius * ROUNDED_UP : Number.POSITIVE_INFINITY);

/** The values as the operands of an operation, which may round them to fewer digits first. Spec enclosure-precision. */
export function asOperand(enclosure: Enclosure, { precision, subnormals }: Declared): Enclosure {
  const format = precision?.operands ?? 'float32';
  if (format === 'float32') return enclosure;
  const { value, radius } = enclosure;
  const { order } = value;
  const [v, r] = [value.in(order), radius?.in(order)];
  const wider = v.map((each, i) =>
    r && r[i] > 0
      ? r[i] +
        Math.max(unitAt(Math.abs(each) + r[i], formats[format]), subnormals === 'ieee' ? 0 : formats[format].lambda)
      : rounding(each, format, subnormals === 'ieee'),
  );
  return wider.some((each) => each !== 0) ? { ...enclosure, radius: value.with(wider) } : enclosure;
}

/** A subnormal that is passed on may become 0. */
export const passedOn = (v: number, { subnormals, isDouble }: Declared): number =>
  subnormals !== 'ieee' && Math.abs(v) < (isDouble ? DOUBLE : formats.float32).lambda ? Math.abs(v) : 0;
