// The arithmetic that an engine may declare, and with which its failures would pass. Spec oracle-profile.

import type { Outcome } from '../ask/ask.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import type { Declaration } from './finding.ts';
import { isWithinCut, kindOfSums } from './narrow-sums.ts';
import { byBounds, type ExplainedByProfile, explainedBy } from './other-arithmetic.ts';

/** The arithmetic that explains most of the failures; of sums alone, where single products say that no operand is rounded. */
export function profileOf(
  subject: EngineUnderTest,
  failures: readonly Outcome[],
  passes: readonly Outcome[] = [],
): ExplainedByProfile | undefined {
  const found = byBounds(subject, failures, passes);
  const { accumulator, operands } = found?.profile.precision ?? {};
  if (!found || accumulator === undefined) return found;
  const kind = kindOfSums(accumulator, failures, subject);
  if (kind === undefined) return found;
  const profile: Declaration = operands === undefined ? found.profile : { precision: { accumulator } };
  const held = failures.filter((each) => explainedBy(profile, each, subject));
  if (kind === 'rounded') return held.length < found.outcomes.length ? found : { profile, outcomes: held };
  const rest = failures.filter((each) => !held.includes(each) && isWithinCut(profile, each, subject));
  return held.length + rest.length < found.outcomes.length
    ? found
    : { profile, outcomes: held, absorbed: rest, isCutOff: true };
}
