// Which description holds in every case: the rules that explain the matrix of one case, and the known mistakes, each under a
// condition, are held against the answers of the campaign, and then against new cases on which they disagree, until those
// that are left say the same. Spec oracle-instead.

import { hash, type Random, random } from '../../random.ts';
import { ask, type Outcome } from '../ask/ask.ts';
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
const [FAILURES, PASSES, FIRST] = [40, 120, 10];
/** How many suspects are followed up. */
const FOLLOWED = 8;
/** Cases with more products than this are not compared. */
const PRODUCTS = 2500;
/** How many new cases are asked at most, and how many must have been changed and right at least. */
const [ASKED, INSIDE] = [60, 6];

interface Examined extends AnsweredCase {
  readonly outcome: Outcome;
}

/** One suspect under one condition. */
interface Hypothesis {
  readonly suspect: Suspect;
  readonly condition: Condition;
}

/** The suspect and the condition that predict every answer; undefined where none does. */
export async function nameBy(
  subject: EngineUnderTest,
  suspects: readonly Suspect[],
  failures: readonly Outcome[],
  passes: readonly Outcome[],
  end: number,
): Promise<Named | undefined> {
  const examined = (list: readonly Outcome[], most: number): Examined[] =>
    list
      .filter((each) => each.theirs !== undefined && countOf(each.case) <= PRODUCTS)
      .toSorted((a, b) => workOf(a.case) - workOf(b.case))
      .slice(0, most)
      .map((outcome) => ({ outcome, ...answeredCaseOf(subject, outcome) }));
  const wrong = examined(failures, FAILURES);
  if (wrong.length === 0) return undefined;
  const first = wrong.slice(0, FIRST);
  const share = (suspect: Suspect, list: readonly Examined[]): number =>
    list.filter((each) => agreementOf(suspect.mistake, each) === 'agrees').length;
  const smallest = first.slice(0, 3);
  const ranked = suspects
    .filter((suspect) => performance.now() < end && (share(suspect, smallest) > 0 || smallest.length < 3))
    .map((suspect) => ({ suspect, agreed: share(suspect, first) }))
    .filter(({ agreed }) => 2 * agreed > first.length)
    .sort((a, b) => b.agreed - a.agreed || a.suspect.cost - b.suspect.cost)
    .slice(0, 3 * FOLLOWED)
    .map(({ suspect }) => suspect);
  if (process.env.DBG)
    console.error(
      'suspects',
      suspects.map((x) => x.mistake.name).slice(-8),
      ranked.map((r) => r.mistake.name).slice(0, 8),
      Math.round(end - performance.now()),
    );
  if (ranked.length === 0) return undefined;
  const right = examined(passes, PASSES);
  let hypotheses: Hypothesis[] = [];
  let followed = 0;
  const evidences = new Map<Suspect, Evidence>();
  for (const suspect of ranked) {
    if (followed >= FOLLOWED || performance.now() > end) break;
    const agreements = wrong.map((each) => agreementOf(suspect.mistake, each));
    const inside = wrong.filter((_, i) => agreements[i] === 'agrees');
    if (process.env.DBG && inside.length < wrong.length)
      console.error(
        inside.length,
        wrong.length,
        suspect.mistake.name,
        wrong
          .filter((_, i) => agreements[i] !== 'agrees')
          .map((w) => caseId(w.outcome.case))
          .slice(0, 4),
      );
    if (inside.length < wrong.length) continue;
    const outside = right.filter((each) => agreementOf(suspect.mistake, each) !== 'unchanged');
    const conditions = conditionsBetween(
      inside.map(({ outcome }) => outcome.case),
      outside.map(({ outcome }) => outcome.case),
    );
    if (conditions.length === 0) continue;
    followed++;
    evidences.set(suspect, { explained: inside.length, failures: wrong.length, passes: right.length });
    hypotheses.push(...conditions.map((condition) => ({ suspect, condition })));
  }
  if (process.env.DBG)
    console.error('hyp', ranked.length, hypotheses.length, followed, Math.round(end - performance.now()));
  if (hypotheses.length === 0) return undefined;
  const [seen, draw] = [new Set<string>(), random(hash(wrong.length, caseId(wrong[0].outcome.case)))];
  let [changed, unchanged] = [0, 0];
  const pool = { failures: wrong.map(({ outcome }) => outcome.case), passes: right.map(({ outcome }) => outcome.case) };
  for (let asked = 0; asked < ASKED && hypotheses.length > 0 && performance.now() < end; asked++) {
    const c = nextCase(subject, pool, hypotheses, seen, draw, asked);
    if (!c) break;
    seen.add(caseId(c));
    const outcome = await ask(subject, c);
    const { kind } = outcome.verdict;
    if (kind === 'skip') continue;
    if (outcome.theirs === undefined || (isFailure(kind) && kind !== 'fail')) continue;
    const answered = { outcome, ...answeredCaseOf(subject, outcome) };
    const known = new Map<Suspect, Agreement>();
    let isInside = false;
    hypotheses = hypotheses.filter(({ suspect, condition }) => {
      const holds = condition.holds(c);
      if (holds && !known.has(suspect)) known.set(suspect, agreementOf(suspect.mistake, answered));
      const agreement = holds ? known.get(suspect)! : 'unchanged';
      isInside ||= agreement === 'agrees';
      return kind === 'fail' ? agreement === 'agrees' : agreement === 'unchanged';
    });
    if (isInside) changed++;
    else unchanged++;
  }
  if (process.env.DBG) console.error('end', changed, unchanged, hypotheses.length, Math.round(end - performance.now()));
  if (changed < INSIDE || hypotheses.length === 0) return undefined;
  const best = hypotheses.reduce((a, b) => (costOf(b) < costOf(a) ? b : a));
  return { ...best, evidence: evidences.get(best.suspect)!, fresh: [changed, unchanged] };
}

const costOf = ({ suspect, condition }: Hypothesis): number => suspect.cost + condition.cost;

/** How many cases are looked at to find one that tells hypotheses apart. */
const LOOKED = 12;

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
  const isChoice = failures[0].gradient && familyOf(failures[0].op).structure?.(failures[0].op)?.kind === 'maximum';
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
