// Groups of failures that one description explains: they have one cause, and are one finding. Spec oracle-instead.

import type { Outcome } from '../ask/ask.ts';
import { workOf } from '../cases/tensors.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { predictorOf } from '../matrix/describe-finding.ts';
import { countOf } from '../matrix/terms.ts';
import { conditionIn } from '../where/where.ts';
import { agreementOf, answeredCaseOf } from './agreement.ts';
import type { Finding, Where } from './finding.ts';

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

/**
 * The first finding with the failures of another one, and the condition that all of them have in common. Without one, that of
 * one of them stays, outside of which the others fail.
 */
export function absorbing({ finding, outcomes }: Made, other: Made, passes: readonly Outcome[]): Made {
  const { where, ...rest } = finding;
  const all = [...outcomes, ...other.outcomes];
  const found = conditionIn([
    ...all.map((each) => ({ case: each.case, fails: true })),
    ...passes.map((each) => ({ case: each.case, fails: false })),
  ]);
  const common = found?.where ?? failingOutside(where, other) ?? failingOutside(other.finding.where, { outcomes });
  const cases = [...finding.cases, ...other.finding.cases];
  return { finding: { ...rest, cases, ...(common && { where: common }) }, outcomes: all };
}

/**
 * Findings of the same words made one. Where the words predict the answers to one of them alone, they are true of the cases
 * that were read, but no name: they do not say what happens in every case.
 */
export function inSameWords(made: readonly Made[], passes: readonly Outcome[]): readonly Made[] {
  const wordsOf = ({ finding: { kind, mistake, instead } }: Made): string | undefined =>
    kind === 'fail' && mistake === undefined ? instead?.text : undefined;
  const first = (each: Made): Made =>
    (wordsOf(each) !== undefined && made.find((other) => wordsOf(other) === wordsOf(each))) || each;
  return made.flatMap((each) => {
    const others = made.filter((other) => other !== each && first(other) === each);
    if (first(each) !== each) return [];
    if (others.length === 0) return [each];
    const { finding, outcomes } = others.reduce((sum, other) => absorbing(sum, other, passes), each);
    const { evidence: _, ...instead } = finding.instead!;
    return [{ finding: { ...finding, instead }, outcomes }];
  });
}

/** A condition outside of which others fail. */
function failingOutside(where: Where | undefined, { outcomes }: Pick<Made, 'outcomes'>): Where | undefined {
  if (!where) return undefined;
  const [fails, asked] = where.outside;
  return { ...where, outside: [fails + outcomes.length, asked + outcomes.length] };
}
