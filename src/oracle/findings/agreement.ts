// Whether a mistake gives what an engine gave, each cell held against the bound of the right answer. Spec oracle-mistakes.
//
//   the right answer     [ bound ]
//   the mistake                          |       outside the bound: it changes the cell
//   the engine                          |        far closer to the mistake than to what is right

import { type Shape, sameShape, type Tensor } from '../../tensor.ts';
import { type Outcome, partsOf } from '../ask/ask.ts';
import { isOutside } from '../ask/verdict.ts';
import type { Bound } from '../bounds/bound.ts';
import { rounding } from '../bounds/formats.ts';
import { FINITE, kindOf } from '../bounds/number-kinds.ts';
import type { Part } from '../case.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import type { Expected } from '../family.ts';
import type { Mistake, Prediction, Setting } from '../mistake.ts';
import { predict, settingOf } from './predict.ts';

/** A case as the mistakes see it: what it computes from, what is right, what the engine gave. */
export interface AnsweredCase {
  readonly setting: Setting;
  readonly parts: readonly (readonly [Part, Expected])[];
  readonly theirs: unknown;
}

export const answeredCaseOf = (
  subject: Pick<EngineUnderTest, 'dialect' | 'traits'>,
  { case: c, theirs }: Outcome,
): AnsweredCase => ({
  setting: settingOf(c, subject.dialect),
  parts: partsOf(subject, c),
  theirs,
});

/**
 * `unchanged`: the mistake makes no difference to the case. Otherwise its answer agrees with that of the engine, or differs; it
 * is `refuted` where the engine has the right value in most of the cells that the mistake changes.
 */
export type Agreement = 'unchanged' | 'agrees' | 'differs' | 'refuted';

/** Compares a mistake with an answer, over all outputs that the engine gave and the mistake predicts. */
export function agreementOf(mistake: Mistake, { setting, parts, theirs }: AnsweredCase): Agreement {
  const predicted = predict(mistake, setting) ?? {};
  let [isChanged, isAlike, isRefuted] = [false, true, false];
  for (const [part, { shape, bound }] of parts) {
    const given = (part === 'y' ? theirs : (theirs as Record<string, unknown> | undefined)?.[part]) as Tensor;
    const prediction = predicted[part];
    if (!prediction || given === undefined) continue;
    const cells = compare(prediction, shape, bound, given);
    isChanged ||= cells.changed;
    isAlike &&= cells.alike;
    isRefuted ||= cells.refuted;
  }
  return !isChanged ? 'unchanged' : isAlike ? 'agrees' : isRefuted ? 'refuted' : 'differs';
}

/** A generous share of the largest value for what float32 rounds on the way to it. Whole numbers differ by 1. */
const ROUNDED = 1e-5;

/** What float64 rounds where a prediction cancels is no change, as a share of the largest value, or of Σ|a·w| where all cancel. */
const NOISE = 1e-12;

/** Of an answer that is not the mistake's, so many of the changed cells say whether most of them are right. */
const CHANGED = 16;

interface Cells {
  readonly changed: boolean;
  readonly alike: boolean;
  readonly refuted: boolean;
}

/** Whether the mistake changes any cell, and whether the engine has every changed cell and is right in all others. */
function compare(y: Prediction, shape: Shape, bound: Bound, theirs: Tensor): Cells {
  const isAlike = Array.isArray(theirs?.shape) && sameShape(theirs.shape, y.shape);
  const size = y.data.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  if (!sameShape(y.shape, shape))
    return {
      changed: true,
      refuted: false,
      alike: isAlike && y.data.every((v, i) => isNear(y, i, v, theirs.data[i], ROUNDED * size)),
    };
  // Arithmetic that the engine declares may be as far from the mistake as it may be from what is right.
  const wide = bound.isWide ? 2 * bound.error.reduce((most, B) => (B < Infinity ? Math.max(most, B) : most), 0) : 0;
  let alike = isAlike && theirs.data.length === y.data.length;
  let [changed, right] = [0, 0];
  for (let i = 0; i < y.data.length; i++) {
    if (y.open?.[i]) continue;
    const [expected, got] = [y.data[i], theirs.data?.[i]];
    const most = Number.isFinite(bound.magnitude[i]) ? Math.max(size, bound.magnitude[i]) : size;
    // Where no finite number is right, the value of the bound is that of the finite terms alone.
    const mayBeFinite = (bound.kinds[i] & FINITE) !== 0;
    // A right value that its format holds is exact; the wrong one may be none of the format, and become the right one.
    const narrowed = bound.storedAs ? rounding(expected, bound.storedAs, false) : 0;
    const isNoise = mayBeFinite && Math.abs(expected - bound.value[i]) <= NOISE * most;
    const isOut = got !== undefined && isOutside(bound, i, got);
    // What rounds on the way to a wrong value is no less than on the way to the right one: near the border of the bound either may
    // be outside alone.
    const changes = isOutside(bound, i, expected)
      ? !isNoise &&
        (isOut || !mayBeFinite || !isWithin(expected, bound.value[i], Math.max(2 * bound.error[i], narrowed)))
      : isOut && isWithin(expected, got, bound.error[i] / 2);
    if (changes) changed++;
    if (changes && got !== undefined && !isOut) right++;
    const half = mayBeFinite ? Math.abs(got - bound.value[i]) / 2 : Infinity;
    const reach = Math.min(Math.max(ROUNDED * size, wide, narrowed), half >= 0 ? half : Infinity);
    alike &&= changes
      ? isNear(y, i, expected, got, reach)
      : !isOut || isNear(y, i, expected, got, Math.max(bound.error[i], ROUNDED * size));
    if (!alike && changed === CHANGED) break;
  }
  return { changed: changed > 0, alike, refuted: 2 * right > changed };
}

/** Whether two numbers, both finite, are at most so far apart. */
const isWithin = (a: number, b: number, most: number): boolean => most < Infinity && Math.abs(a - b) <= most;

const isNear = ({ open }: Prediction, i: number, expected: number, got: number, reach: number): boolean => {
  if (open?.[i]) return true;
  const kind = kindOf(Math.fround(expected));
  return kindOf(got) === kind && (kind !== FINITE || Math.abs(expected - got) <= reach);
};
