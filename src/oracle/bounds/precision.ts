// How precise an engine's arithmetic is, seen from its sums. Spec oracle-bits.
//
//   bits = −log₂ rms((ŷ − s) / A)        over sums of real numbers, of at least 9 terms

import { log } from '../../reference/math.ts';
import type { Bound } from './bound.ts';
import { FINITE } from './number-kinds.ts';

/** The number of sums, and the root of the mean of ((ŷ − s) / A)² over them. */
export interface Precision {
  readonly sums: number;
  readonly rms: number;
}

/** Shorter sums round too little to tell: a product alone is within half a unit, or exact. */
const TERMS = 9;
/** No arithmetic is as coarse as 6 bits: a value that far off has another cause. */
const COARSE = 1 / 64;

/** Of one output. */
export function precisionOf(
  { value, error, kinds, magnitude, terms }: Bound,
  data: Float32Array,
): Precision | undefined {
  let [sums, squares] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    if (error[i] === 0 || terms[i] < TERMS || kinds[i] !== FINITE || !Number.isFinite(data[i])) continue;
    const e = (data[i] - value[i]) / magnitude[i];
    if (Math.abs(e) >= COARSE) continue;
    sums++;
    squares += e * e;
  }
  return sums > 0 ? { sums, rms: Math.sqrt(squares / sums) } : undefined;
}

/** Of many. */
export function pooled(list: readonly (Precision | undefined)[]): Precision | undefined {
  const fine = list.filter((each) => each !== undefined);
  const sums = fine.reduce((total, each) => total + each.sums, 0);
  const squares = fine.reduce((total, each) => total + each.sums * each.rms * each.rms, 0);
  return sums > 0 ? { sums, rms: Math.sqrt(squares / sums) } : undefined;
}

/** `23.6` of float32, `12.8` of tf32; nothing where no sum rounds. */
export const bitsOf = (precision: Precision | undefined): string =>
  precision && precision.rms > 0 ? (-log(precision.rms) / Math.LN2).toFixed(1) : '';
