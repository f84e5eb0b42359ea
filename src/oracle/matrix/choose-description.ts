// Which description holds in every case: the rules that explain the matrix of one case, and the known mistakes, each under a
// condition, are held against the answers of the campaign, and then against new cases on which they disagree, until those
// that are left say the same. Spec oracle-instead.

import { hash, type Random, random } from '../../random.ts';
import { ask, type Outcome } from '../ask/ask.ts';
import type { Patient } from '../ask/patience.ts';
import type { Case } from '../case.ts';
import { caseId } from '../cases/id.ts';
import { workOf } from '../cases/tensors.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';
import { type Agreement, type AnsweredCase, agreementOf, answeredCaseOf } from '../findings/agreement.ts';
import type { Evidence } from '../findings/finding.ts';
import { predict, settingOf } from '../findings/predict.ts';
import type { Mistake, Predictions } from '../mistake.ts';
import { always, type Condition, conditionsBetween } from './conditions.ts';
import { crossed, PRODUCTS } from './crossed-cases.ts';
import { countOf } from './terms.ts';

/** A mistake that may be made under a condition. */
export interface Suspect {
  readonly mistake: Mistake;
  readonly cost: number;
  /** Whether it is one of the list. */
  readonly isKnown?: boolean;
  /** The same with something else beyond the end of a tensor: it differs only where that is read. */
  readonly rival?: Mistake;
}

/** The description that is left. */
export interface Named {
  readonly suspect: Suspect;
  readonly condition: Condition;
  readonly evidence: Evidence;
  /** Of the new cases: on how many it changed the result and was right, and on how many it changed nothing and was right. */
  readonly fresh: readonly [inside: number, outside: number];
}

/** How many answers are compared, the smallest first. */
const [FAILURES, PASSES, FIRST] = [24, 80, 6];
/** How many suspects are followed up. */
const FOLLOWED = 5;
/** Cases with more products than `PRODUCTS` are compared only a few, and with more than this not at all. */
const [MOST_PRODUCTS, LARGE] = [20000, 6];
/** How many new cases are asked at most, and how many must have been changed and right at least. */
const [ASKED, INSIDE] = [40, 6];

interface Examined extends AnsweredCase {
  readonly outcome: Outcome;
}

/** One suspect under one condition. */
interface Hypothesis {
  readonly suspect: Suspect;
  readonly condition: Condition;
}

/** What is compared: the failures and the right answers of a campaign, taken apart. */
interface Answers {
  readonly wrong: readonly Examined[];
  readonly right: readonly Examined[];
  /** Failures that were reduced from those of the campaign. */
  readonly smaller: readonly Examined[];
}

/** The suspect and the condition that predict every answer, that to a smaller case among them; undefined where none does. */
export async function nameBy(
  { subject, isOver }: Patient,
  suspects: readonly Suspect[],
  failures: readonly Outcome[],
  passes: readonly Outcome[],
  smaller: readonly Outcome[] = [],
): Promise<Named | undefined> {
  const examined = (list: readonly Outcome[], most: number): Examined[] => {
    const counted = list
      .filter((each) => each.theirs !== undefined && countOf(each.case) <= MOST_PRODUCTS)
      .toSorted((a, b) => workOf(a.case) - workOf(b.case));
    const isLarge = (each: Outcome): boolean => countOf(each.case) > PRODUCTS;
    return [...counted.filter((each) => !isLarge(each)).slice(0, most), ...counted.filter(isLarge).slice(-LARGE)].map(
      (outcome) => ({ outcome, ...answeredCaseOf(subject, outcome) }),
    );
  };
  const [compared, reduced] = [examined(failures, FAILURES), examined(smaller, FAILURES)];
  const wrong = compared.length < FIRST ? [...reduced, ...compared] : compared; // the others are too large
  const ranked = wrong.length > 0 ? rankedBy(suspects, wrong.slice(0, FIRST)) : [];
  if (ranked.length === 0) return undefined;
  const answers = { wrong, right: examined(passes, PASSES), smaller: reduced };
  const first = await narrowed({ subject, isOver }, hypothesesFrom(ranked, answers), answers);
  const left = first && (await toldApart({ subject, isOver }, first, answers, [...failures, ...passes]));
  if (!left || left.hypotheses.length === 0 || left.fresh[0] < INSIDE) return undefined;
  const best = left.hypotheses.reduce((a, b) => (costOf(b) < costOf(a) ? b : a));
  const evidence = { explained: wrong.length, failures: wrong.length, passes: answers.right.length };
  return { ...best, evidence, fresh: left.fresh };
}

/** The plainest suspects that explain all of the smallest failures. */
function rankedBy(suspects: readonly Suspect[], first: readonly Examined[]): Suspect[] {
  const found: Suspect[] = [];
  for (const suspect of suspects.toSorted((a, b) => a.cost - b.cost)) {
    if (!first.every((each) => agreementOf(suspect.mistake, each) === 'agrees')) continue;
    if (found.push(suspect) === 3 * FOLLOWED) break;
  }
  return found;
}

/** The suspects that explain every failure, each under every condition that no right answer speaks against. */
function hypothesesFrom(suspects: readonly Suspect[], { right, ...failing }: Answers): Hypothesis[] {
  const wrong = [...failing.wrong, ...failing.smaller];
  let left = suspects;
  for (const each of wrong) left = left.filter(({ mistake }) => agreementOf(mistake, each) === 'agrees');
  const found: Hypothesis[] = [];
  for (let [first, followed] = [0, 0]; first < left.length && followed < FOLLOWED; ) {
    const next = left.slice(first, first + FOLLOWED - followed);
    first += next.length;
    // Case by case: what is known of the last ones alone is kept.
    const changed = right.map((each) => next.map(({ mistake }) => agreementOf(mistake, each) !== 'unchanged'));
    for (const [i, suspect] of next.entries()) {
      const outside = right.filter((_, j) => changed[j][i]);
      const conditions = conditionsBetween(wrong.map(caseOf), outside.map(caseOf));
      if (conditions.length > 0) followed++;
      found.push(...conditions.map((condition) => ({ suspect, condition })));
    }
  }
  return found;
}

const caseOf = ({ outcome }: Examined): Case => outcome.case;

/** The hypotheses that new cases leave, and on how many of these the mistake was made and was not. */
interface Left {
  readonly hypotheses: readonly Hypothesis[];
  readonly fresh: readonly [changed: number, unchanged: number];
}

/** How many of the new cases are looked for that tell two predictions apart, and among how many others each time. */
const [APART, SOUGHT] = [12, 24];

/** What is left by cases on which the predictions differ: without them the plainest would be named, though nothing spoke for it. */
async function toldApart(
  { subject, isOver }: Patient,
  left: Left,
  { wrong, right }: Answers,
  all: readonly Outcome[],
): Promise<Left> {
  let { hypotheses } = left;
  // What lies beyond an end is read in few cases, which are large: all of the campaign are looked at.
  if (hypotheses.some(({ suspect }) => suspect.rival))
    for (const each of all) if (countOf(each.case) <= PRODUCTS) hypotheses = keptBy(each, subject, hypotheses);
  const [seen, draw] = [new Set<string>(), random(hash(right.length, caseId(caseOf(wrong[0]))))];
  const pool = { failures: wrong.map(caseOf), passes: right.map(caseOf) };
  for (let asked = 0; asked < APART && hypotheses.length > 0 && !isOver(); asked++) {
    const suspects = [...new Set(hypotheses.map(({ suspect }) => suspect))];
    const mistakes = suspects.flatMap(({ mistake, rival }) => (rival ? [mistake, rival] : [mistake]));
    if (mistakes.length < 2) break;
    let next: Case | undefined;
    for (let i = 0; i < SOUGHT && !next && !isOver(); i++) {
      const c = crossed(subject, pool, draw, i);
      if (!c || seen.has(caseId(c)) || !hypotheses.some(({ condition }) => condition.holds(c))) continue;
      seen.add(caseId(c));
      const s = settingOf(c, subject.dialect);
      const [one, ...others] = mistakes.map((mistake) => saidBy(predict(mistake, s)));
      if (others.some((other) => other !== one)) next = c;
    }
    if (!next) break;
    hypotheses = keptBy(await ask(subject, next), subject, hypotheses);
  }
  return { ...left, hypotheses };
}

/** What is predicted as a text. */
const saidBy = (predictions: Predictions | undefined): string =>
  Object.entries(predictions ?? {})
    .map(([part, { shape, data }]) => `${part} ${shape} ${data.join()}`)
    .join(';');

/** The hypotheses that an answer does not speak against. */
function keptBy(outcome: Outcome, subject: EngineUnderTest, hypotheses: readonly Hypothesis[]): readonly Hypothesis[] {
  const { kind } = outcome.verdict;
  if (!isAnswer(outcome)) return hypotheses;
  const answered = answeredCaseOf(subject, outcome);
  const known = new Map<Suspect, Agreement>();
  return hypotheses.filter(({ suspect, condition }) => {
    if (!known.has(suspect)) known.set(suspect, agreementOf(suspect.mistake, answered));
    const agreement = condition.holds(outcome.case) ? known.get(suspect) : 'unchanged';
    return agreement === (isFailure(kind) ? 'agrees' : 'unchanged');
  });
}

/** Whether an engine gave numbers, or other ones than right. */
const isAnswer = ({ theirs, verdict: { kind } }: Outcome): boolean =>
  theirs !== undefined && (!isFailure(kind) || kind === 'fail' || kind === 'wrong-shape');

/** The hypotheses that some new cases leave. */
async function narrowed(
  { subject, isOver }: Patient,
  all: readonly Hypothesis[],
  { wrong, right }: Answers,
): Promise<Left | undefined> {
  if (all.length === 0) return undefined;
  let hypotheses = all;
  const [seen, draw] = [new Set<string>(), random(hash(wrong.length, caseId(caseOf(wrong[0]))))];
  const pool = { failures: wrong.map(caseOf), passes: right.map(caseOf) };
  let [changed, unchanged] = [0, 0];
  for (let asked = 0; asked < ASKED && hypotheses.length > 0 && !isOver(); asked++) {
    const c = nextCase(subject, pool, hypotheses, seen, draw, asked);
    if (!c) break;
    seen.add(caseId(c));
    const outcome = await ask(subject, c);
    const { kind } = outcome.verdict;
    if (!isAnswer(outcome)) continue;
    const answered = { outcome, ...answeredCaseOf(subject, outcome) };
    const known = new Map<Suspect, Agreement>();
    const agreement = ({ suspect, condition }: Hypothesis): Agreement => {
      if (!condition.holds(c)) return 'unchanged';
      const found = known.get(suspect) ?? agreementOf(suspect.mistake, answered);
      known.set(suspect, found);
      return found;
    };
    if (hypotheses.some((each) => agreement(each) === 'agrees')) changed++;
    else unchanged++;
    hypotheses = hypotheses.filter((each) => agreement(each) === (isFailure(kind) ? 'agrees' : 'unchanged'));
  }
  return { hypotheses, fresh: [changed, unchanged] };
}

const costOf = ({ suspect, condition }: Hypothesis): number => suspect.cost + condition.cost;

/** How many cases are looked at to find one that tells hypotheses apart. */
const LOOKED = 6;

/** A new case on which about half of the hypotheses expect a failure, as far as conditions say so. */
function nextCase(
  subject: EngineUnderTest,
  pool: { readonly failures: readonly Case[]; readonly passes: readonly Case[] },
  hypotheses: readonly Hypothesis[],
  seen: ReadonlySet<string>,
  draw: Random,
  asked: number,
): Case | undefined {
  const conditions = [...new Set(hypotheses.map(({ condition }) => condition))];
  let [best, most]: [Case | undefined, number] = [undefined, -1];
  for (let i = 0; i < LOOKED; i++) {
    const c = crossed(subject, pool, draw, asked);
    if (!c || seen.has(caseId(c))) continue;
    const held = conditions.filter((each) => each === always || each.holds(c)).length;
    const split = Math.min(held, conditions.length - held) + (held > 0 && asked % 2 === 0 ? 0.5 : 0);
    if (split > most) [best, most] = [c, split];
  }
  return best;
}
