// How precise an engine's arithmetic is, seen from its sums. Spec oracle-bits.
//
//   bits = −log₂ rms((ŷ − s) / A)        over sums of real numbers, of at least 9 terms

import { log } from '../../reference/math.ts';
import type { Bound } from './bound.ts';
import { FINITE } from './number-kinds.ts';

/** The number of sums, the root of the mean of ((ŷ − s) / A)² over them, and to which side they lean. */
export interface Precision {
  readonly sums: number;
  readonly rms: number;
  /** Of how many outputs the sums are enough to see them lean, and how far those lean in all: in standard deviations, at most
   * {@link CAP} of each, so that no single output decides. */
  readonly draws: number;
  readonly inwards: number;
  readonly downwards: number;
}

/** Shorter sums round too little to tell: a product alone is within half a unit, or exact. */
const TERMS = 9;
/** No arithmetic is as coarse as 6 bits: a value that far off has another cause. */
const COARSE = 1 / 64;

/** Fewer sums than this lean by chance. */
const ENOUGH = 4;
const CAP = 4;
const capped = (deviations: number): number => Math.max(-CAP, Math.min(CAP, deviations));

/** Of one output. */
export function precisionOf(bound: Bound, data: ArrayLike<number>): Precision | undefined {
  const { value, error, kinds, isWide } = bound;
  if (error.every((each) => each === 0)) return undefined;
  const { magnitude, terms } = bound;
  let [sums, squares, inwards, downwards] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    if (error[i] === 0 || terms[i] < TERMS || kinds[i] !== FINITE || !Number.isFinite(data[i])) continue;
    const e = (data[i] - value[i]) / magnitude[i];
    if (!(Math.abs(e) < COARSE)) continue; // nor where all terms are 0, of which nothing can be said
    sums++;
    squares += e * e;
    inwards -= value[i] < 0 ? -e : e;
    downwards -= e;
  }
  if (sums === 0) return undefined;
  const isDraw = sums >= ENOUGH && squares > 0 && !isWide;
  const root = Math.sqrt(squares);
  return {
    sums,
    rms: Math.sqrt(squares / sums),
    draws: isDraw ? 1 : 0,
    inwards: isDraw ? capped(inwards / root) : 0,
    downwards: isDraw ? capped(downwards / root) : 0,
  };
}

/** Of many. */
export function pooled(list: readonly (Precision | undefined)[]): Precision | undefined {
  const fine = list.filter((each) => each !== undefined);
  const total = (of: (each: Precision) => number): number => fine.reduce((sum, each) => sum + of(each), 0);
  const sums = total((each) => each.sums);
  if (sums === 0) return undefined;
  const [draws, inwards, downwards] = [total((p) => p.draws), total((p) => p.inwards), total((p) => p.downwards)];
  return { sums, rms: Math.sqrt(total((p) => p.sums * p.rms * p.rms) / sums), draws, inwards, downwards };
}

/** So many outputs are needed; a lean of so many standard deviations is none by chance; float32 sums are as precise as that. */
const [DRAWS, LEANS, BITS] = [3, 6, 22.5];

/**
 * What the sums of a whole campaign say against float32 roundings to nearest, if they say anything. Independent roundings
 * lean by 6 standard deviations once in 10⁹ campaigns. Spec oracle-suspect.
 */
export function suspicionOf(precision: Precision | undefined): string | undefined {
  if (precision === undefined || precision.draws < DRAWS) return undefined;
  const { draws, inwards, downwards } = precision;
  const deviations = (lean: number): number => lean / Math.sqrt(draws);
  const told = (lean: number, side: string): string =>
    `sums lean ${side} by ${Math.abs(deviations(lean)).toFixed(0)} standard deviations over ${draws} outputs: cut off, not rounded to nearest`;
  if (deviations(inwards) > LEANS) return told(inwards, 'towards 0');
  if (Math.abs(deviations(downwards)) > LEANS) return told(downwards, downwards > 0 ? 'downwards' : 'upwards');
  if (Math.abs(deviations(inwards)) > LEANS) return told(inwards, 'away from 0');
  const bits = bitsOf(precision);
  return bits !== '' && Number(bits) < BITS
    ? `sums are precise to ${bits} bits: those of float32 are to 23.5 or more`
    : undefined;
}

/** `23.6` of float32, `12.8` of tf32; nothing where no sum rounds. */
export const bitsOf = (precision: Precision | undefined): string =>
  precision && precision.rms > 0 ? (-log(precision.rms) / Math.LN2).toFixed(1) : '';
