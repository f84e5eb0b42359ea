// Which kinds of number an output may be: finite, +∞, −∞, NaN. Spec oracle-overflow, oracle-nan.

import { type Arithmetic, formats } from './formats.ts';
import type { Sum } from './sum.ts';

export const FINITE = 1;
export const PLUS_INFINITY = 2;
export const MINUS_INFINITY = 4;
export const NAN = 8;
export const ANYTHING = FINITE | PLUS_INFINITY | MINUS_INFINITY | NAN;
/** One set of those bits per output element. */
export type Kinds = Uint8Array;

export const kindOf = (value: number): number => {
  if (Number.isFinite(value)) return FINITE;
  if (value > 0) return PLUS_INFINITY;
  return value < 0 ? MINUS_INFINITY : NAN;
};

/**
 * The kinds a sum of finite terms may give. Its positive terms add to P = (A + s) / 2, its negative ones to Q = (A − s) / 2:
 * an order exists that adds all of one sign first, so ∞ is possible where P or Q alone reaches the largest number.
 */
export function overflow(s: number, A: number, B: number, { most: F, beyond }: Arithmetic = formats.float32): number {
  if (A < F * (1 - 1e-7)) return FINITE;
  const up = (A + s) / 2 >= F ? PLUS_INFINITY : 0;
  const down = (A - s) / 2 >= F ? MINUS_INFINITY : 0;
  const both = up && down ? NAN : 0;
  const certain = Math.abs(s) - B >= beyond;
  return (certain ? 0 : FINITE) | up | down | both;
}

/** The kinds where an operand holds NaN or ∞: `finiteKinds` are those of the finite terms alone. */
export function allowed(sum: Sum, finiteKinds: Kinds): Kinds {
  const { a, w, b } = sum;
  const is = (data: Float64Array | undefined, test: (value: number) => boolean): Float64Array | undefined =>
    data?.map((value) => (test(value) ? 1 : 0));
  const none = b?.map(() => 0);
  const count = (x: (value: number) => boolean, y: (value: number) => boolean): Float64Array =>
    sum.apply(is(a, x)!, is(w, y), none);
  const add = (...counts: Float64Array[]): Float64Array =>
    counts[0].map((_, i) => counts.reduce((total, each) => total + each[i], 0));
  const bias = (test: (value: number) => boolean): Float64Array =>
    sum.apply(
      a.map(() => 0),
      w?.map(() => 0),
      is(b, test),
    );
  const any = () => true;
  const [zero, infinite, positive, negative] = [
    (v: number) => v === 0,
    (v: number) => v === Infinity || v === -Infinity,
    (v: number) => v > 0,
    (v: number) => v < 0,
  ];
  const [top, bottom] = [(v: number) => v === Infinity, (v: number) => v === -Infinity];
  const solo = w === undefined;
  const nan = add(
    count(Number.isNaN, any),
    ...(solo ? [] : [count(any, Number.isNaN), count(zero, infinite), count(infinite, zero)]),
    bias(Number.isNaN),
  );
  const plus = add(
    ...(solo
      ? [count(top, any)]
      : [count(top, positive), count(bottom, negative), count(positive, top), count(negative, bottom)]),
    bias(top),
  );
  const minus = add(
    ...(solo
      ? [count(bottom, any)]
      : [count(top, negative), count(bottom, positive), count(positive, bottom), count(negative, top)]),
    bias(bottom),
  );
  return finiteKinds.map((kinds, i) => {
    if (nan[i] > 0 || (plus[i] > 0 && minus[i] > 0)) return NAN;
    if (plus[i] > 0) return PLUS_INFINITY | (kinds & MINUS_INFINITY ? NAN : 0);
    if (minus[i] > 0) return MINUS_INFINITY | (kinds & PLUS_INFINITY ? NAN : 0);
    return kinds;
  });
}
