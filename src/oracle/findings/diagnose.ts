// Finds the known mistake that turns the right answer into exactly what the engine gave. Spec oracle-mistakes.

import type { Tensor } from '../../tensor.ts';
import type { Outcome } from '../ask/ask.ts';
import type { Case } from '../case.ts';
import { isPossible } from '../cases/tensors.ts';
import { type DialectName, dialectNames, type Layout } from '../dialect.ts';
import { dialects } from '../dialects/dialects.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';
import type { Mistake } from '../mistake.ts';
import { holdsNaN, isNonFinite } from '../values.ts';
import type { Found } from '../where/where.ts';
import { type Agreement, type AnsweredCase, agreementOf, answeredCaseOf } from './agreement.ts';
import type { Declaration, Evidence } from './finding.ts';
import { mistakesOf } from './predict.ts';

/** Failures of one cause. */
export interface Group {
  readonly outcomes: readonly Outcome[];
  readonly mistake?: string;
  readonly evidence?: Evidence;
  /** Other dialects whose rule this is. */
  readonly dialects?: readonly DialectName[];
  /** Another layout, in which the engine is right. */
  readonly layout?: Layout;
  /** Arithmetic that explains them. */
  readonly profile?: Declaration;
  /** Whether its sums are cut off, not rounded. */
  readonly isCutOff?: boolean;
  /** Further failures that meet the condition, which another verdict hides. */
  readonly absorbed?: readonly Outcome[];
  /** The condition that they have in common. */
  readonly found?: Found;
  /** Whether the smallest case must meet it, because smaller ones outside of it fail as well. */
  readonly isInsideAlone?: true;
}

/** Cases with more cells than this are not taken apart; smaller ones show the same mistake. */
const CELLS = 5000;
/** How many failures, and how many right answers, are compared with every mistake. Further failures are compared only with
 * the mistakes found by then. */
const COMPARED = 400;
/** Fewer wrong elements may agree by chance: two small whole numbers are equal about once in thirty. */
const ELEMENTS = 4;
/** A case in which two mistakes meet is explained by neither. But a mistake that explains a smaller share than the first of
 * the failures it changes is not the cause; nor one that explains a smaller share than the second of those that no other
 * mistake changes; nor, if it changes all failures, so that there is no sign of another cause, one that leaves any of them. */
const [SHARE, ALONE] = [0.3, 0.7];

/** A mistake that changes so many of the smallest failures to something else, and explains none, is no cause: one that explains
 * the least share of them would be missed once in 300 times. */
const HOPELESS = 16;

/** How many wrong answers are kept: with a few hundred numbers each, they take some ten megabytes. */
const KEPT = 20000;

/** Keeps the answers that a diagnosis needs: the first wrong ones, and fewer of the right ones. */
export function memory(): (outcome: Outcome) => Outcome {
  let [failures, passes] = [KEPT, COMPARED];
  return (outcome) => {
    const { theirs, ...rest } = outcome;
    return (isFailure(rest.verdict.kind) ? failures-- : passes--) > 0 ? outcome : rest;
  };
}

/** A failure or a right answer, taken apart. */
interface Examined extends AnsweredCase {
  readonly outcome: Outcome;
}

interface Candidate {
  readonly mistake: Mistake;
  readonly explained: readonly Examined[];
  /** The failures that it changes to something else than the engine gave. */
  readonly open: readonly Examined[];
  /** Those of them that most of its changes did not happen in: another mistake beside it is no excuse. */
  readonly refuting: readonly Examined[];
  /** Whether there are failures that it does not change: another cause beside it shows alone. */
  readonly isBesideOthers: boolean;
}

/** The dialect and the traits by which answers are judged. */
type Judged = Pick<EngineUnderTest, 'dialect' | 'traits'>;

/** A mistake explains failures if it changes the answer to what the engine gave, and would change none of the right answers. */
export function diagnose(outcomes: readonly Outcome[], subject: Judged): Group[] {
  const wrong = outcomes.filter(({ verdict: { kind } }) => kind === 'fail' || kind === 'wrong-shape');
  if (wrong.length === 0) return [];
  const examined = examine(wrong, subject);
  const known = new Map(examined.map((each) => [each.outcome, each]));
  const smallestFirst = examined.toSorted((a, b) => a.setting.products - b.setting.products);
  const suspected = mistakesOf(wrong[0].case.op)
    .map((mistake) => candidateOf(mistake, smallestFirst))
    .filter((each) => each !== undefined);
  if (suspected.length === 0) return [];
  const passes = outcomes.filter(({ verdict: { kind } }) => kind === 'pass' || kind === 'suspect');
  const right = examine(passes, subject);
  const consistent = suspected.filter(({ mistake }) => right.every((each) => !contradicts(mistake, each)));
  const isOther = (each: Examined): boolean => isKnownOtherwise(each, wrong[0].case.op);
  const candidates = consistent.filter((candidate) => isCause(candidate, consistent, isOther));
  const failures = outcomes.filter(({ verdict: { kind } }) => isFailure(kind)).length;
  const groups: Group[] = [];
  const rest = new Set(wrong);
  for (;;) {
    const best = mostOf(candidates, rest);
    if (!best) return groups;
    const explained = wrong.filter((each) =>
      known.has(each) ? agreementOf(best, known.get(each)!) === 'agrees' : explains([best.name], each, subject),
    );
    const evidence = { explained: explained.length, failures, passes: right.length };
    const members = explained.filter((each) => rest.delete(each));
    groups.push({ outcomes: members, mistake: best.name, evidence, dialects: speakersOf(best) });
  }
}

/** A right answer that the mistake would change. What an engine makes of NaN is a matter of its own. */
const contradicts = (mistake: Mistake, answer: Examined): boolean =>
  (mistake.isAboutNaN || !holdsNaN(answer.outcome.case.values)) && agreementOf(mistake, answer) !== 'unchanged';

/** The first of the cases that are small enough and whose answers were kept. */
const examine = (list: readonly Outcome[], subject: Judged): Examined[] =>
  list
    .filter(({ theirs }) => theirs !== undefined)
    .slice(0, COMPARED)
    .map((outcome) => ({ outcome, ...answeredCaseOf(subject, outcome) }))
    .filter(({ setting: { cells } }) => cells < CELLS);

/** The mistake with the failures it explains, if these are enough evidence. */
function candidateOf(mistake: Mistake, wrong: readonly Examined[]): Candidate | undefined {
  const agreements: Agreement[] = [];
  let differing = 0;
  for (const each of wrong) {
    const agreement = agreementOf(mistake, each);
    agreements.push(agreement);
    if (agreement === 'differs' || agreement === 'refuted') differing++;
    if (differing === HOPELESS && !agreements.includes('agrees')) return undefined;
  }
  const explained = wrong.filter((_, i) => agreements[i] === 'agrees');
  if (explained.length === 0 || elementsOf(explained) < ELEMENTS) return undefined;
  const refuting = wrong.filter((_, i) => agreements[i] === 'refuted');
  const open = wrong.filter((_, i) => agreements[i] === 'differs' || agreements[i] === 'refuted');
  const isBesideOthers = agreements.includes('unchanged');
  return explained.length >= SHARE * (explained.length + open.length)
    ? { mistake, explained, open, refuting, isBesideOthers }
    : undefined;
}

/**
 * Whether a failure has a cause of its own: what an engine makes of NaN and infinities, or a known mistake, even if of this
 * failure alone, that gives what the engine gave, in enough wrong elements.
 */
const isKnownOtherwise = (each: Examined, op: string): boolean =>
  isNonFinite(each.outcome.case.values) ||
  (elementsOf([each]) >= ELEMENTS && mistakesOf(op).some((mistake) => agreementOf(mistake, each) === 'agrees'));

/**
 * Whether what a mistake leaves open is changed by other ones too, which explain other failures and none of its own: mostly,
 * if there is a sign of another cause, else all of it, or another mistake explains it.
 */
function isCause(
  { explained, open, refuting, isBesideOthers }: Candidate,
  all: readonly Candidate[],
  isOther: (each: Examined) => boolean,
): boolean {
  const others = all.filter((each) => each.explained.every((outcome) => !explained.includes(outcome)));
  const alone = open.filter(
    (each) =>
      refuting.includes(each) || !others.some((other) => other.explained.includes(each) || other.open.includes(each)),
  );
  return isBesideOthers ? explained.length >= ALONE * (explained.length + alone.length) : alone.every(isOther);
}

/** Wrong elements; all of them where the shape is wrong. */
const elementsOf = (list: readonly Examined[]): number =>
  list.reduce((sum, { outcome: { verdict, theirs } }) => {
    const { data } = theirs as Partial<Tensor>;
    return sum + (verdict.kind === 'fail' ? verdict.wrong : (data?.length ?? 1));
  }, 0);

/** The candidate that explains most of the remaining failures, if these are enough evidence; the first of equals. */
function mostOf(candidates: readonly Candidate[], rest: ReadonlySet<Outcome>): Mistake | undefined {
  let [best, most]: [Mistake | undefined, number] = [undefined, 0];
  for (const { mistake, explained } of candidates) {
    const left = explained.filter(({ outcome }) => rest.has(outcome));
    if (left.length > most && elementsOf(left) >= ELEMENTS) [best, most] = [mistake, left.length];
  }
  return best;
}

/** The dialects whose rule a mistake is. */
const speakersOf = (mistake: Mistake): readonly DialectName[] =>
  dialectNames.filter((name) => mistake.isRuleOf?.(dialects[name]));

/** Whether a mistake answers another question in place of a case, and there is no such question: it may give anything. */
export const leavesOpen = (name: string, c: Case): boolean =>
  mistakesOf(c.op).some((mistake) => {
    const other = mistake.name === name ? mistake.instead?.(c) : undefined;
    return other !== undefined && !isPossible(other);
  });

/** Whether one of the named mistakes changes a case to what the engine gave. */
export function explains(names: readonly string[], outcome: Outcome, subject: Judged): boolean {
  if (outcome.theirs === undefined || names.length === 0) return false;
  const answered = answeredCaseOf(subject, outcome);
  return mistakesOf(outcome.case.op).some(
    (mistake) => names.includes(mistake.name) && agreementOf(mistake, answered) === 'agrees',
  );
}
