// Numbers beside what an engine may have computed in their place: every operation adds what its rounding may change.
//
//   a = (v, e): the engine holds some â with |â − v| ≤ e.  Of a formula evaluated with these, e bounds the whole.
//
// A family writes down the formulas that engines use; the proofs of the rules are in spec/bounds.md. Spec bound-operations.

import { erf } from '../../reference/erf.ts';
import { expm1 } from '../../reference/expm1.ts';
import { exp, log, pow, tanh } from '../../reference/math.ts';
import { type Bound, gamma, type Profile, stored } from './bound.ts';
import { formats, rounding } from './formats.ts';
import { ANYTHING, type Kinds, kindOf, overflow } from './number-kinds.ts';

/** A value, and how far the engine's may be from it; anywhere at all if `e` is ∞. */
export interface Rounded {
  readonly v: number;
  readonly e: number;
}

/** How many units in the last place a function may be off unless the engine declares another number. Spec bound-functions. */
export const ULP = 4;

/** The operations of an engine with that profile. */
export type Operations = ReturnType<typeof operationsOf>;

export const isPowerOfTwo = (v: number): boolean => {
  const size = Math.abs(v);
  let power = 1;
  while (power < size) power *= 2;
  while (power > size && power > 0) power /= 2;
  return size > 0 && power === size;
};

/** Whether a + b is a float64 number, so that nothing was lost in the addition. */
const isExactSum = (a: number, b: number, s: number): boolean => a - (s - (s - a)) === 0 && b - (s - a) === 0;

/** exp(e) − 1 from above. */
const growth = (e: number): number => (e <= 1 ? e * (1 + e) : exp(e));

export const exactly = (v: number): Rounded => ({ v, e: 0 });

/** Any number. */
export const anything: Rounded = { v: 0, e: Infinity };

/** Of formulas for the same number, whichever the engine uses. Spec bound-formulas. */
export function widest({ v, e }: Rounded, ...others: readonly Rounded[]): Rounded {
  let most = e;
  for (let i = 0; i < others.length; i++) most = Math.max(most, others[i].e + apart(others[i].v, v));
  return { v, e: most };
}

const apart = (a: number, b: number): number => (Number.isFinite(a - b) ? Math.abs(a - b) : 0);

export function operationsOf({ precision = {}, subnormals, ulp = ULP }: Profile) {
  const { operands = 'float32', accumulator = 'float32' } = precision;
  const { u, eta, lambda, most } = formats[accumulator];
  const isIeee = subnormals === 'ieee';
  /** What float64 rounds in our own evaluation is counted too. */
  const unit = u + Number.EPSILON;
  const lost = isIeee ? eta : lambda;

  /** A result of exact arithmetic with operands that are e off, rounded with a relative error of `roundings` units. */
  function rounded(v: number, e: number, roundings = 1, isExact = false): Rounded {
    if (v !== v) return { v, e: e === Infinity ? e : 0 };
    if (!Number.isFinite(v)) return { v, e: Number.isFinite(e) ? 0 : Infinity };
    const size = Math.abs(v) + e;
    if (!(size < most)) return { v, e: Infinity };
    if (isExact && e === 0 && rounding(v, accumulator, isIeee) === 0 && Math.fround(v) === v)
      if (v === 0 || isIeee || size >= lambda) return { v, e: 0 };
    const relative = roundings === 1 ? unit : gamma(roundings, unit);
    return { v, e: e + relative * size + (Math.abs(v) - e < lambda ? Math.max(1, roundings / 2) * lost : 0) };
  }
  /** f(a), `e` off because a is, by a function that is within `ulp` units in the last place. */
  const called = (v: number, e: number, extra = 0): Rounded => rounded(v, e, 2 * ulp + extra);

  const add = (a: Rounded, b: Rounded): Rounded => {
    const v = a.v + b.v;
    return rounded(v, a.e + b.e, 1, isExactSum(a.v, b.v, v));
  };
  const negated = ({ v, e }: Rounded): Rounded => ({ v: -v, e });
  const mul = (a: Rounded, b: Rounded): Rounded =>
    rounded(a.v * b.v, offBy(a.e, Math.abs(b.v) + b.e) + offBy(b.e, Math.abs(a.v)), 1, true);
  const div = (a: Rounded, b: Rounded): Rounded => {
    const v = a.v / b.v;
    const least = Math.abs(b.v) - b.e;
    const isShift = b.e === 0 && isPowerOfTwo(b.v);
    const isUndefined = v !== v && (a.v !== a.v || b.v !== b.v || a.e + b.e === 0);
    const e = isUndefined ? 0 : least > 0 ? (a.e + offBy(b.e, Math.abs(v))) / least : Infinity;
    return rounded(v, e, isShift ? 1 : 5, isShift);
  };
  const expOf = (a: Rounded): Rounded => {
    if (a.v === -Infinity && a.e === 0) return exactly(0);
    const v = exp(a.v);
    // The argument may be multiplied by log₂ e first.
    const off = a.e + 2 * unit * (Math.abs(a.v) + a.e);
    return called(v, off <= 1 ? offBy(growth(off), v) : exp(a.v + off));
  };
  const logOf = (a: Rounded): Rounded => {
    const off = a.e / a.v;
    return called(log(a.v), a.v !== a.v || a.e === 0 ? 0 : off < 1 && off >= 0 ? off / (1 - off) : Infinity, 2);
  };

  return {
    /** What a rounding changes relative to the result, and what a result below the normal numbers may lose. */
    unit,
    lost,
    /** An operand as the engine reads it. */
    given(v: number): Rounded {
      const flushed = !isIeee && v !== 0 && Math.abs(v) < lambda ? Math.abs(v) : 0;
      return { v, e: Math.max(rounding(v, operands, isIeee), flushed) };
    },
    /** A constant of the formula, such as an attribute, which engines hold in float32 or in float64. */
    constant: (v: number): Rounded => ({ v, e: Math.fround(v) === v ? 0 : unit * Math.abs(v) }),
    add,
    sub: (a: Rounded, b: Rounded): Rounded => add(a, negated(b)),
    mul,
    div,
    /** Of so many terms, added in any order. */
    sum(count: number, term: (i: number) => Rounded): Rounded {
      let [v, e, size, isWhole] = [0, 0, 0, true];
      for (let i = 0; i < count; i++) {
        const each = term(i);
        v += each.v;
        e += each.e;
        size += Math.abs(each.v) + each.e;
        isWhole &&= each.e === 0 && Number.isInteger(each.v);
      }
      if (v !== v || !Number.isFinite(v)) return { v, e: e === Infinity ? e : 0 };
      if (!(size < most)) return { v, e: Infinity };
      if (count < 2 || (isWhole && size <= 1 / u)) return { v, e };
      return { v, e: e + gamma(count, unit) * size + count * lost };
    },
    exp: expOf,
    /** exp a − 1, as one function or by a subtraction. */
    expm1(a: Rounded): Rounded {
      const power = expOf(a);
      return widest(called(expm1(a.v), offBy(growth(a.e), exp(a.v))), add(power, exactly(-1)));
    },
    log: logOf,
    sqrt(a: Rounded): Rounded {
      const root = Math.sqrt(a.v);
      const e = a.e === 0 ? 0 : a.e < a.v ? a.e / (root + Math.sqrt(a.v - a.e)) : Infinity;
      return called(root, e);
    },
    /** 1 / √a as one function. */
    inverseSqrt(a: Rounded): Rounded {
      const least = a.v - a.e;
      const v = 1 / Math.sqrt(a.v);
      return called(v, a.e === 0 ? 0 : least > 0 ? a.e / (2 * least * Math.sqrt(least)) : Infinity);
    },
    /** a > 0 to a power, as one function, or by exp and log. */
    pow(a: Rounded, power: number): Rounded {
      const v = pow(a.v, power);
      const off = a.e < a.v ? a.e / (a.v - a.e) : a.e === 0 ? 0 : Infinity;
      const direct = called(v, power === 0 ? 0 : v * growth(Math.abs(power) * off), 1);
      if (!(a.v > 0)) return direct;
      return widest(direct, expOf(mul({ v: power, e: unit * Math.abs(power) }, logOf(a))));
    },
    /** As one function; its approximations are so near 0 that their errors count as those of numbers near 1. */
    erf: ({ v, e }: Rounded): Rounded => ({ v: erf(v), e: 1.13 * e + gamma(2 * ulp, unit) + lost }),
    /** As one function. */
    tanh: (a: Rounded): Rounded => called(tanh(a.v), a.e),
    /** 1 / (1 + exp −a), or exp a / (1 + exp a). */
    sigmoid(a: Rounded): Rounded {
      const one = exactly(1);
      const up = expOf(a);
      // Where exp −a may overflow, 0 is as good as exp a.
      if (a.v < -SAFE) return called(up.v, up.v + up.e);
      const direct = div(one, add(one, expOf(negated(a))));
      const whole = called(direct.v, offBy(growth(a.e), direct.v));
      return widest(direct, whole, ...(a.v < SAFE ? [div(up, add(one, up))] : []));
    },
    negated,
    /**
     * Mean and variance by running updates: mean += (x − mean)/k, squares += (x − mean before)·(x − mean after). Spec
     * bound-norms.
     */
    running(x: readonly Rounded[], { v: mean }: Rounded, variance: number): Record<'mean' | 'variance', Rounded> {
      const M = x.length;
      const [most, e] = x.reduce(([m, d], each) => [Math.max(m, Math.abs(each.v)), Math.max(d, each.e)], [0, 0]);
      const off = e + unit * most * (M / 2 + 13);
      const term = (4 * most + off) * off + (8 * unit + gamma(M, unit)) * 4 * (most + off) * (most + off);
      return { mean: { v: mean, e: off }, variance: { v: variance, e: term + 5 * unit * (variance + term) } };
    },
    /**
     * A sum of `count` exponentials below their maximum, kept while a larger one may still come: it is then multiplied by
     * exp of the difference, every time once more. Spec bound-softmax.
     */
    online: ({ v, e }: Rounded, count: number, range: number): Rounded => ({
      v,
      e: e + (gamma(count * (2 * ulp + 2), unit) + 3 * unit * range) * (v + e),
    }),
  };
}

/** exp of it is far from the largest float32. */
const SAFE = 80;

/** A factor times an error, where 0·∞ is 0. */
const offBy = (e: number, factor: number): number => (e === 0 || factor === 0 ? 0 : e * factor);

/** What an output of these numbers may be. `isCalled`: functions took part, whose accuracy is assumed. */
export function boundFrom(list: readonly Rounded[], profile: Profile, isCalled: boolean): Bound {
  const [value, error, magnitude, terms] = [0, 1, 2, 3].map(() => new Float64Array(list.length));
  const kinds: Kinds = new Uint8Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const { v, e } = list[i];
    value[i] = v;
    error[i] = e;
    magnitude[i] = e < Infinity ? Math.abs(v) + e : Math.abs(v);
    kinds[i] = e === Infinity ? ANYTHING : Number.isFinite(v) ? overflow(v, Math.abs(v) + e, e) : kindOf(v);
  }
  const called = isCalled && { isWide: true, assumed: profile.ulp ?? ULP };
  const bound: Bound = { value, error, kinds, magnitude, terms, ...called };
  return stored(bound, profile);
}
