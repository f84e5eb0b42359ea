// How close wrong values are to the right ones: what was merely rounded is close, on either side, and leaves small whole numbers
// as they are. Spec oracle-profile.

import type { Tensor } from '../../tensor.ts';
import { type Outcome, partsOf } from '../ask/ask.ts';
import { isOutside } from '../ask/verdict.ts';
import { FINITE } from '../bounds/number-kinds.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import { isNonFinite } from '../values.ts';

/** How many failures are measured, the distance beyond which a value is not merely rounded, and the share that must be close. */
const [MEASURED, COARSE, MOST] = [50, 1e-3, 0.9];
/** Fewer values than the first lean to no side; of more, nearly all do if one side has so many roots of their number more. */
const [VALUES, ROOTS] = [8, 6];
/** Sums of whole numbers up to this are exact in every format. */
const SMALL = 128;

/** How close wrong values are to the right ones. */
export interface Closeness {
  /** In units of Σ|a·w|. */
  readonly most: number;
  /** What speaks against rounding: `all too near to 0`. */
  readonly unlikeRounding?: string;
}

/**
 * How far wrong values are from the right ones in units of Σ|a·w|, if those of nearly all answers are close enough to have
 * been rounded; NaN and infinities are no distance.
 */
export function closeness(subject: EngineUnderTest, failures: readonly Outcome[]): Closeness | undefined {
  const measured = failures
    .filter(
      ({ theirs, verdict, case: { values } }) =>
        theirs !== undefined && verdict.kind === 'fail' && !isNonFinite(values),
    )
    .slice(0, MEASURED);
  const seen: Seen = { values: 0, below: 0, inwards: 0, isExact: false };
  const distances = measured.map((each) => distanceIn(subject, each, seen)).filter((each) => each < COARSE);
  const isClose = distances.length > 0 && distances.length >= MOST * measured.length;
  if (!isClose) return undefined;
  const unlikeRounding = unlike(seen);
  return { most: Math.max(...distances), ...(unlikeRounding !== undefined && { unlikeRounding }) };
}

/** On which side of the right values the wrong ones lie. */
interface Seen {
  values: number;
  below: number;
  inwards: number;
  /** Whether a sum of small whole numbers is among them. */
  isExact: boolean;
}

function unlike({ values, below, inwards, isExact }: Seen): string | undefined {
  const sides = [
    [inwards, 'too near to 0'],
    [values - inwards, 'too far from 0'],
    [below, 'too small'],
    [values - below, 'too large'],
  ] as const;
  if (values >= VALUES)
    for (const [count, words] of sides) {
      if (count === values) return `all ${words}`;
      if (2 * count - values > ROOTS * Math.sqrt(values)) return `nearly all ${words}`;
    }
  return isExact ? 'sums of small whole numbers too' : undefined;
}

/** The largest distance in an answer. */
function distanceIn(subject: EngineUnderTest, { case: c, theirs }: Outcome, seen: Seen): number {
  let most = 0;
  const isSum = familyOf(c.op).structure(c.op)?.kind === 'sum';
  for (const [part, { bound }] of partsOf(subject, c)) {
    const given = (part === 'y' ? theirs : (theirs as Partial<Record<string, unknown>>)[part]) as Tensor | undefined;
    for (let i = 0; i < (given?.data.length ?? 0); i++) {
      if (!isOutside(bound, i, given!.data[i])) continue;
      const [value, by] = [bound.value[i], given!.data[i] - bound.value[i]];
      const off = Math.abs(by) / bound.magnitude[i];
      if (!(off < Infinity) || !(bound.kinds[i] & FINITE)) return Infinity;
      most = Math.max(most, off);
      seen.values++;
      if (by < 0) seen.below++;
      if (by * value < 0) seen.inwards++;
      if (isSum && c.values === 'exact' && Number.isInteger(value) && bound.magnitude[i] <= SMALL) seen.isExact = true;
    }
  }
  return most;
}
