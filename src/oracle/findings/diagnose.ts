// Finds the known mistake that turns the right answer into exactly what the engine gave. Spec oracle-mistakes.

import type { Tensor } from '../../tensor.ts';
import type { Outcome } from '../ask/ask.ts';
import { type DialectName, dialectNames, type Layout } from '../dialect.ts';
import { dialects } from '../dialects/dialects.ts';
import type { Mistake } from '../mistake.ts';
import { isFailure, type Subject } from '../subject.ts';
import { type Exhibit, exhibitOf, standOf } from './agreement.ts';
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
}

/** Cases with more cells than this are not taken apart; smaller ones show the same mistake. */
const CELLS = 5000;
/** How many failures, and how many right answers, are compared with every mistake. Further failures are compared only with
 * the mistakes found by then. */
const COMPARED = 400;
/** Fewer wrong elements may agree by chance: two small whole numbers are equal about once in thirty. */
const ELEMENTS = 4;
/** A case in which two mistakes meet is explained by neither. But a mistake that explains a smaller share than this of the
 * failures it changes is not the cause. */
const SHARE = 0.3;

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
interface Exam extends Exhibit {
  readonly outcome: Outcome;
}

interface Suspect {
  readonly mistake: Mistake;
  readonly explained: readonly Exam[];
}

/** The dialect and the traits by which answers are judged. */
type Judged = Pick<Subject, 'dialect' | 'traits'>;

/** A mistake explains failures if it changes the answer to what the engine gave, and would change none of the right answers. */
export function diagnose(outcomes: readonly Outcome[], subject: Judged): Group[] {
  const wrong = outcomes.filter(({ verdict: { kind } }) => kind === 'fail' || kind === 'wrong-shape');
  if (wrong.length === 0) return [];
  const right = exams(
    outcomes.filter(({ verdict: { kind } }) => kind === 'pass' || kind === 'suspect'),
    subject,
  );
  const examined = exams(wrong, subject);
  const known = new Map(examined.map((each) => [each.outcome, each]));
  const suspects = mistakesOf(wrong[0].case.op)
    .map((mistake) => suspectOf(mistake, examined))
    .filter((each) => each !== undefined)
    .filter(({ mistake }) => right.every((each) => !contradicts(mistake, each)));
  const failures = outcomes.filter(({ verdict: { kind } }) => isFailure(kind)).length;
  const groups: Group[] = [];
  const rest = new Set(wrong);
  for (;;) {
    const best = mostOf(suspects, rest);
    if (!best) return groups;
    const explained = wrong.filter((each) =>
      known.has(each) ? standOf(best, known.get(each)!) === 'agrees' : explains([best.name], each, subject),
    );
    const evidence = { explained: explained.length, failures, passes: right.length };
    const members = explained.filter((each) => rest.delete(each));
    groups.push({ outcomes: members, mistake: best.name, evidence, dialects: speakersOf(best) });
  }
}

/** A right answer that the mistake would change. What an engine makes of NaN is a matter of its own. */
const contradicts = (mistake: Mistake, exam: Exam): boolean =>
  (mistake.isAboutNaN || exam.outcome.case.values !== 'nan') && standOf(mistake, exam) !== 'unchanged';

/** The first of the cases that are small enough and whose answers were kept. */
const exams = (list: readonly Outcome[], subject: Judged): Exam[] =>
  list
    .filter(({ theirs }) => theirs !== undefined)
    .slice(0, COMPARED)
    .map((outcome) => ({ outcome, ...exhibitOf(subject, outcome) }))
    .filter(({ setting: { cells } }) => cells < CELLS);

/** The mistake with the failures it explains, if these are enough evidence. */
function suspectOf(mistake: Mistake, wrong: readonly Exam[]): Suspect | undefined {
  const stands = wrong.map((each) => standOf(mistake, each));
  const explained = wrong.filter((_, i) => stands[i] === 'agrees');
  if (explained.length === 0 || elementsOf(explained) < ELEMENTS) return undefined;
  const bearing = stands.filter((stand) => stand !== 'unchanged').length;
  return explained.length >= SHARE * bearing ? { mistake, explained } : undefined;
}

/** Wrong elements; all of them where the shape is wrong. */
const elementsOf = (list: readonly Exam[]): number =>
  list.reduce((sum, { outcome: { verdict, theirs } }) => {
    const { data } = theirs as Partial<Tensor>;
    return sum + (verdict.kind === 'fail' ? verdict.wrong : (data?.length ?? 1));
  }, 0);

/** The suspect that explains most of the remaining failures, if these are enough evidence; the first of equals. */
function mostOf(suspects: readonly Suspect[], rest: ReadonlySet<Outcome>): Mistake | undefined {
  let [best, most]: [Mistake | undefined, number] = [undefined, 0];
  for (const { mistake, explained } of suspects) {
    const left = explained.filter(({ outcome }) => rest.has(outcome));
    if (left.length > most && elementsOf(left) >= ELEMENTS) [best, most] = [mistake, left.length];
  }
  return best;
}

/** The dialects whose rule a mistake is. */
const speakersOf = (mistake: Mistake): readonly DialectName[] =>
  dialectNames.filter((name) => mistake.isRuleOf?.(dialects[name]));

/** Whether one of the named mistakes changes a case to what the engine gave. */
export function explains(names: readonly string[], outcome: Outcome, subject: Judged): boolean {
  if (outcome.theirs === undefined || names.length === 0) return false;
  const exhibit = exhibitOf(subject, outcome);
  return mistakesOf(outcome.case.op).some(
    (mistake) => names.includes(mistake.name) && standOf(mistake, exhibit) === 'agrees',
  );
}
