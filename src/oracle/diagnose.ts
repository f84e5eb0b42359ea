// Names the mistake: which known fault gives exactly what the engine gave, on every case. Spec oracle-mistakes.

import type { Tensor } from '../tensor.ts';
import type { Outcome } from './ask.ts';
import { allFaults, type Fault, predict } from './faults.ts';
import type { Part } from './operators.ts';
import { type Prediction, type Setting, settingOf } from './setting.ts';

/** Failures of one cause. */
export interface Group {
  readonly outcomes: readonly Outcome[];
  readonly mistake?: string;
}

/** Larger cases are left to the others. */
const CELLS = 5000;
/** So many right answers are compared with each fault. */
const COMPARED = 120;

interface Exhibit {
  readonly outcome: Outcome;
  readonly setting: Setting;
  readonly wrong: boolean;
}

/** A fault explains failures if it gives what the engine gave on them, and contradicts none of the right answers. */
export function diagnose(outcomes: readonly Outcome[]): Group[] {
  const isWrong = ({ verdict: { kind } }: Outcome): boolean => kind === 'fail' || kind === 'wrong-shape';
  const exhibits = (list: readonly Outcome[]): Exhibit[] =>
    list
      .map((outcome) => ({ outcome, setting: settingOf(outcome.case), wrong: isWrong(outcome) }))
      .filter(
        ({ setting }) => setting.x.length + setting.w.length < CELLS || setting.g.batch * setting.x.length < CELLS,
      );
  const wrong = exhibits(outcomes.filter(isWrong));
  const right = exhibits(
    outcomes.filter(({ verdict: { kind } }) => kind === 'pass' || kind === 'suspect').slice(0, COMPARED),
  );
  const groups: Group[] = [];
  const accepted = allFaults
    .map((fault) => ({ fault, explained: wrong.filter((each) => agrees(fault, each) === true) }))
    .filter(({ fault, explained }) => explained.length > 0 && right.every((each) => agrees(fault, each) !== false));
  for (let rest: readonly Exhibit[] = wrong; rest.length > 0; ) {
    const counts = accepted.map(({ explained }) => explained.filter((each) => rest.includes(each)));
    const best = counts.reduce((most, each, i) => (each.length > (counts[most]?.length ?? 0) ? i : most), -1);
    if (best < 0) break;
    groups.push({ outcomes: counts[best].map(({ outcome }) => outcome), mistake: accepted[best].fault.name });
    rest = rest.filter((each) => !counts[best].includes(each));
  }
  return groups;
}

/** Whether the named mistake gives what the engine gave for a case that it got wrong. */
export function explains(mistake: string, outcome: Outcome): boolean {
  const fault = allFaults.find(({ name }) => name === mistake)!;
  return agrees(fault, { outcome, setting: settingOf(outcome.case), wrong: true }) === true;
}

/** Whether the fault gives what the engine gave; undefined where it has no bearing. */
function agrees(fault: Fault, { outcome, setting }: Exhibit): boolean | undefined {
  const predicted = predict(fault, setting);
  if (!predicted) return undefined;
  const theirs = outcome.theirs as Tensor & Record<string, Tensor>;
  const parts = Object.entries(predicted) as [Part, Prediction][];
  return parts.every(([part, each]) => {
    const given = part === 'y' ? theirs : theirs?.[part];
    return given === undefined || isClose(each, given);
  });
}

/** Whole numbers differ by at least 1, so this much is exact for them and generous for rounded values. */
function isClose({ shape, data }: Prediction, theirs: Tensor): boolean {
  if (!Array.isArray(theirs?.shape) || theirs.shape.join() !== shape.join() || theirs.data?.length !== data.length)
    return false;
  const size = data.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  return data.every((value, i) => {
    const got = theirs.data[i];
    return Number.isFinite(value) && Number.isFinite(got)
      ? Math.abs(value - got) <= 1e-5 * size
      : Math.fround(value) === got || (value !== value && got !== got);
  });
}
