// How close wrong values are to the right ones: what was merely rounded is close. Spec oracle-profile.

import type { Tensor } from '../../tensor.ts';
import { type Outcome, partsOf } from '../ask/ask.ts';
import { isOutside } from '../ask/verdict.ts';
import { FINITE } from '../bounds/number-kinds.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { isNonFinite } from '../values.ts';

/** How many failures are measured, the distance beyond which a value is not merely rounded, and the share that must be close. */
const [MEASURED, COARSE, MOST] = [50, 1e-3, 0.9];

/**
 * How far wrong values are from the right ones in units of Σ|a·w|, if those of nearly all answers are close enough to have
 * been rounded; NaN and infinities are no distance.
 */
export function closeness(subject: EngineUnderTest, failures: readonly Outcome[]): number | undefined {
  const measured = failures
    .filter(
      ({ theirs, verdict, case: { values } }) =>
        theirs !== undefined && verdict.kind === 'fail' && !isNonFinite(values),
    )
    .slice(0, MEASURED);
  const distances = measured.map((each) => distanceIn(subject, each)).filter((each) => each < COARSE);
  const isClose = distances.length > 0 && distances.length >= MOST * measured.length;
  return isClose ? Math.max(...distances) : undefined;
}

/** The largest distance in an answer. */
function distanceIn(subject: EngineUnderTest, { case: c, theirs }: Outcome): number {
  let most = 0;
  for (const [part, { bound }] of partsOf(subject, c)) {
    const given = (part === 'y' ? theirs : (theirs as Partial<Record<string, unknown>>)[part]) as Tensor | undefined;
    for (let i = 0; i < (given?.data.length ?? 0); i++) {
      if (!isOutside(bound, i, given!.data[i])) continue;
      const off = Math.abs(given!.data[i] - bound.value[i]) / bound.magnitude[i];
      if (!(off < Infinity) || !(bound.kinds[i] & FINITE)) return Infinity;
      most = Math.max(most, off);
    }
  }
  return most;
}
