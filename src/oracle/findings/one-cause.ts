// Groups of failures that one description explains: they have one cause, and are one finding. Spec oracle-instead.

import type { Outcome } from '../ask/ask.ts';
import { workOf } from '../cases/tensors.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { predictorOf } from '../matrix/describe.ts';
import { countOf } from '../matrix/terms.ts';
import { agreementOf, answeredCaseOf } from './agreement.ts';
import type { Finding } from './finding.ts';

/** A finding with the failures that it was made of. */
export interface Made {
  readonly finding: Finding;
  readonly outcomes: readonly Outcome[];
}

/** How many of the failures of a group are compared, the smallest first, and with how many products at most. */
const [COMPARED, PRODUCTS] = [24, 2000];

/** Whether what one finding says predicts the answers to all failures of a group. */
export function isExplained(subject: EngineUnderTest, { finding }: Made, outcomes: readonly Outcome[]): boolean {
  const { instead, evidence } = finding;
  const found = (instead && predictorOf(instead)) ?? (evidence && predictorOf(evidence));
  if (!found) return false;
  const small = outcomes
    .filter(
      ({ case: c, theirs, verdict: { kind } }) => kind === 'fail' && theirs !== undefined && countOf(c) <= PRODUCTS,
    )
    .toSorted((a, b) => workOf(a.case) - workOf(b.case))
    .slice(0, COMPARED);
  return (
    small.length > 0 &&
    outcomes.every(({ verdict: { kind } }) => kind === 'fail') &&
    small.every(
      (outcome) =>
        found.condition.holds(outcome.case) &&
        agreementOf(found.suspect.mistake, answeredCaseOf(subject, outcome)) === 'agrees',
    )
  );
}

/** The first finding with the failures of another one: where these occur is no longer where all do. */
export function absorbing({ finding, outcomes }: Made, other: Pick<Made, 'outcomes'>, ids: readonly string[]): Made {
  const { where: _, ...rest } = finding;
  return { finding: { ...rest, cases: [...finding.cases, ...ids] }, outcomes: [...outcomes, ...other.outcomes] };
}
