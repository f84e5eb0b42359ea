// Names the mistake: which known fault gives exactly what the engine gave, on every case. Spec oracle-mistakes.

import type { Tensor } from '../tensor.ts';
import type { Outcome } from './ask.ts';
import { type DialectName, dialectNames, dialects } from './dialects.ts';
import { allFaults, type Fault, predict, rightly } from './faults.ts';
import type { Part } from './operators.ts';
import { type Prediction, type Setting, settingOf } from './setting.ts';
import { isFailure } from './verdict.ts';

/** What speaks for a mistake, over the whole campaign of an operator. */
export interface Evidence {
  /** Failures that the mistake gives to the last element, of so many failures. */
  readonly explained: number;
  readonly failures: number;
  /** Right answers that were compared; the mistake contradicts none. */
  readonly passes: number;
}

/** Failures of one cause. */
export interface Group {
  readonly outcomes: readonly Outcome[];
  readonly mistake?: string;
  readonly evidence?: Evidence;
  /** Other dialects whose rule this is. */
  readonly dialects?: readonly DialectName[];
}

/** Larger cases are left to the others. */
const CELLS = 5000;
/** So many failures are compared with every fault, the rest with those that have a name by then; so many right answers. */
const COMPARED = 400;
/** Fewer wrong elements may agree by chance: small whole numbers meet in about one of thirty. */
const ELEMENTS = 4;
/** Where two mistakes meet, neither explains the case; but a mistake that explains fewer of the failures it bears on is none. */
const SHARE = 0.3;

/** A longer campaign forgets answers: a few hundred numbers each, some ten megabytes for so many. */
const KEPT = 20000;

/** Keeps the answers that a diagnosis needs: the first wrong ones, and fewer of the right ones. */
export function memory(): (outcome: Outcome) => Outcome {
  let [failures, passes] = [KEPT, COMPARED];
  return (outcome) => {
    const { theirs, ...rest } = outcome;
    return (isFailure(rest.verdict.kind) ? failures-- : passes--) > 0 ? outcome : rest;
  };
}

interface Exhibit {
  readonly outcome: Outcome;
  readonly setting: Setting;
}

interface Suspect {
  readonly fault: Fault;
  readonly explained: readonly Exhibit[];
}

/** A fault explains failures if it gives what the engine gave on them, and contradicts none of the right answers. */
export function diagnose(outcomes: readonly Outcome[], dialect: DialectName = 'toeplitz'): Group[] {
  const wrong = outcomes.filter(({ verdict: { kind } }) => kind === 'fail' || kind === 'wrong-shape');
  const right = exhibits(
    outcomes.filter(({ verdict: { kind } }) => kind === 'pass' || kind === 'suspect'),
    dialect,
  );
  const examined = exhibits(wrong, dialect);
  const suspects = allFaults
    .map((fault) => suspectOf(fault, examined))
    .filter((each) => each !== undefined)
    .filter(({ fault }) => right.every((each) => agrees(fault, each) !== false));
  const failures = outcomes.filter(({ verdict: { kind } }) => isFailure(kind)).length;
  const groups: Group[] = [];
  const rest = new Set(wrong);
  for (;;) {
    const best = mostOf(suspects, rest);
    if (!best) return groups;
    const explained = wrong.filter((each) => explains(best.name, each, dialect));
    const evidence = { explained: explained.length, failures, passes: right.length };
    const members = explained.filter((each) => rest.delete(each));
    groups.push({ outcomes: members, mistake: best.name, evidence, dialects: speakersOf(best) });
  }
}

/** The first so many cases that are small enough, and whose answers were kept. */
const exhibits = (list: readonly Outcome[], dialect: DialectName): Exhibit[] =>
  list
    .filter(({ theirs }) => theirs !== undefined)
    .slice(0, COMPARED)
    .map((outcome) => ({ outcome, setting: settingOf(outcome.case, dialect) }))
    .filter(({ setting: { x, w, g } }) => x.length + w.length < CELLS || g.batch * x.length < CELLS);

/** The fault with the failures it explains, if they are enough to speak for it. */
function suspectOf(fault: Fault, wrong: readonly Exhibit[]): Suspect | undefined {
  const explained = wrong.filter((each) => agrees(fault, each) === true && changes(fault, each.setting));
  if (explained.length === 0 || elementsOf(explained) < ELEMENTS) return undefined;
  const bearing = wrong.filter(({ setting }) => changes(fault, setting)).length;
  return explained.length >= SHARE * bearing ? { fault, explained } : undefined;
}

/** Wrong elements; all of them where the shape is wrong. */
const elementsOf = (list: readonly Exhibit[]): number =>
  list.reduce((sum, { outcome: { verdict, theirs } }) => {
    const { data } = theirs as Partial<Tensor>;
    return sum + (verdict.kind === 'fail' ? verdict.wrong : (data?.length ?? 1));
  }, 0);

/** The suspect that explains most of the failures left, enough to speak for it; the first of equals. */
function mostOf(suspects: readonly Suspect[], rest: ReadonlySet<Outcome>): Fault | undefined {
  let [best, most]: [Fault | undefined, number] = [undefined, 0];
  for (const { fault, explained } of suspects) {
    const left = explained.filter(({ outcome }) => rest.has(outcome));
    if (left.length > most && elementsOf(left) >= ELEMENTS) [best, most] = [fault, left.length];
  }
  return best;
}

/** The dialects that have the rule of a fault. */
const speakersOf = ({ rule }: Fault): readonly DialectName[] =>
  rule ? dialectNames.filter((name) => dialects[name].conventions.ceil === rule) : [];

/** Whether the named mistake gives what the engine gave for a case that it got wrong. */
export function explains(mistake: string, outcome: Outcome, dialect: DialectName = 'toeplitz'): boolean {
  const fault = allFaults.find(({ name }) => name === mistake)!;
  return outcome.theirs !== undefined && agrees(fault, { outcome, setting: settingOf(outcome.case, dialect) }) === true;
}

/** Whether the fault gives what the engine gave; undefined where it has no bearing. */
function agrees(fault: Fault, { outcome, setting }: Exhibit): boolean | undefined {
  const predicted = predict(fault, setting);
  if (!predicted) return undefined;
  const theirs = outcome.theirs as Tensor & Record<string, Tensor>;
  return partsOf(predicted).every(([part, each]) => {
    const given = part === 'y' ? theirs : theirs?.[part];
    return given === undefined || isClose(each, given);
  });
}

/** Whether the fault gives anything but the right answer. */
function changes(fault: Fault, setting: Setting): boolean {
  const predicted = predict(fault, setting);
  if (!predicted) return false;
  const right = rightly(setting);
  return partsOf(predicted).some(([part, each]) => !isClose(each, right[part]!));
}

const partsOf = (all: Partial<Record<Part, Prediction>>) => Object.entries(all) as [Part, Prediction][];

/** Whole numbers differ by at least 1, so this much is exact for them and generous for rounded values. */
function isClose({ shape, data, open }: Prediction, theirs: Pick<Tensor, 'shape' | 'data'>): boolean {
  if (!Array.isArray(theirs?.shape) || theirs.shape.join() !== shape.join() || theirs.data?.length !== data.length)
    return false;
  const size = data.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  return data.every((value, i) => {
    const got = theirs.data[i];
    if (open?.[i]) return true;
    return Number.isFinite(value) && Number.isFinite(got)
      ? Math.abs(value - got) <= 1e-5 * size
      : Math.fround(value) === got || (value !== value && got !== got);
  });
}
