// Which description holds in every case: the rules that explain the matrix of one case, and the known mistakes, each under a
// condition, are held against the answers of the campaign, and then against new cases on which they disagree, until those
// that are left say the same. Spec oracle-instead.

import { hash, type Random, random } from '../../random.ts';
import { ask, type Outcome } from '../ask/ask.ts';
import type { Patient } from '../ask/patience.ts';
import type { Case } from '../case.ts';
import { caseId } from '../cases/id.ts';
import { isPossible, workOf } from '../cases/tensors.ts';
import { nearestIn } from '../dialects/translate.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import { type Agreement, type AnsweredCase, agreementOf, answeredCaseOf } from '../findings/agreement.ts';
import type { Evidence } from '../findings/finding.ts';
import type { Mistake } from '../mistake.ts';
import { always, type Condition, conditionsBetween } from './conditions.ts';
import { countOf } from './terms.ts';

/** A mistake that may be made under a condition. */
export interface Suspect {
  readonly mistake: Mistake;
  readonly cost: number;
  /** Whether it is one of the list. */
  readonly isKnown?: boolean;
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
/** Cases with more products than the first are compared only a few, and with more than the second not at all. */
const [PRODUCTS, MOST_PRODUCTS, LARGE] = [2000, 20000, 6];
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
  const wrong = examined(failures, FAILURES);
  const ranked = rankedBy(suspects, wrong.slice(0, FIRST));
  if (ranked.length === 0) return undefined;
  const answers = { wrong, right: examined(passes, PASSES), smaller: examined(smaller, FAILURES) };
  const left = await narrowed({ subject, isOver }, hypothesesFrom(ranked, answers), answers);
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
  const found: Hypothesis[] = [];
  let followed = 0;
  for (const suspect of suspects) {
    if (followed >= FOLLOWED) break;
    if (!wrong.every((each) => agreementOf(suspect.mistake, each) === 'agrees')) continue;
    const outside = right.filter((each) => agreementOf(suspect.mistake, each) !== 'unchanged');
    const conditions = conditionsBetween(wrong.map(caseOf), outside.map(caseOf));
    if (conditions.length > 0) followed++;
    found.push(...conditions.map((condition) => ({ suspect, condition })));
  }
  return found;
}

const caseOf = ({ outcome }: Examined): Case => outcome.case;

/** The hypotheses that new cases leave, and on how many of these the mistake was made and was not. */
async function narrowed(
  { subject, isOver }: Patient,
  all: readonly Hypothesis[],
  { wrong, right }: Answers,
): Promise<{ readonly hypotheses: readonly Hypothesis[]; readonly fresh: readonly [number, number] } | undefined> {
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
    if (outcome.theirs === undefined || (isFailure(kind) && kind !== 'fail' && kind !== 'wrong-shape')) continue;
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

/** A failing case with a few numbers of another one, with tensors of its own. */
function crossed(
  { dialect = 'toeplitz' }: EngineUnderTest,
  { failures, passes }: { readonly failures: readonly Case[]; readonly passes: readonly Case[] },
  draw: Random,
  asked: number,
): Case | undefined {
  const others = passes.length > 0 ? passes : failures;
  const isChoice = failures[0].gradient && familyOf(failures[0].op).structure(failures[0].op)?.kind === 'maximum';
  const usual = isChoice ? 'distinct' : 'exact';
  for (let attempt = 0; attempt < 20; attempt++) {
    const base = failures[draw.below(failures.length)] as Case & Record<string, unknown>;
    const from = draw.below(4) === 0 ? failures : others;
    const other = from[draw.below(from.length)];
    const traits = familyOf(base.op).traits.filter((trait) => trait !== 'values');
    const isReversed = asked % 4 === 3;
    const [kept, given] = isReversed ? [other, base] : [base, other];
    const changes: Record<string, unknown> = {};
    for (let i = draw.below(3); i >= 0 && traits.length > 0; i--) {
      const trait = traits[draw.below(traits.length)];
      changes[trait] = (given as unknown as Record<string, unknown>)[trait];
    }
    const { given: _, ...rest } = kept;
    const values = ['given', 'nan', 'infinite'].includes(rest.values) ? usual : rest.values;
    const drawn = { ...rest, ...changes, values, seed: draw.below(0x7fffffff) } as Case;
    const c = isPossible(drawn) ? nearestIn(dialect, drawn) : undefined;
    if (c && isPossible(c) && countOf(c) <= PRODUCTS) return c;
  }
  return undefined;
}
