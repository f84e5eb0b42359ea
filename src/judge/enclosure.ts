// What is known of a tensor: for each element a value, and a radius within which every conforming engine's number lies.
// Spec enclosure-value.

import type { Value } from '../onnx/value.ts';
import { type Bound, LAMBDA } from '../oracle/bounds/bound.ts';
import { type Arithmetic, formats, rounding, unitAt } from '../oracle/bounds/formats.ts';
import type { Traits } from '../oracle/engine.ts';

/** Float64 for every element; whole numbers and truth too. */
export interface Enclosure {
  readonly value: Value;
  /** None where the number is known; ∞ where nothing is. */
  readonly radius?: Value;
  /** Of an unseen sum, how many terms: an engine may add what follows in another place of it. Spec enclosure-fused. */
  readonly terms?: number;
  /** In the order of `value`, channels last; of a contraction whose inputs are known: the bound of the oracle. */
  readonly bound?: Bound;
}

/** What an engine declares about its arithmetic. */
export type Declared = Traits;

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
  /** What a constant may be off that is rounded to fewer digits, relative to it. */
  readonly constant: number;
}

export function roundingOf({ precision, subnormals, ulp = ULP }: Declared): Rounding {
  const arithmetic = formats[precision?.accumulator ?? 'float32'];
  const tiny = subnormals === 'ieee' ? arithmetic.eta : 2 * arithmetic.lambda;
  const constant = precision?.operands ? 2 * formats[precision.operands].u : 0;
  return { ...arithmetic, f: 2 * ulp * arithmetic.u, tiny, scale: 4 + 2 * ulp, constant };
}

/** The arithmetic of these lines is float64: a part of 10⁹ more covers it. */
export const ROUNDED_UP = 1 + 1e-9;

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
export const passedOn = (v: number, { subnormals }: Declared): number =>
  subnormals !== 'ieee' && Math.abs(v) < LAMBDA ? Math.abs(v) : 0;
