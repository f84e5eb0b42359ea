// The verdict on one output: what an engine gave, held against what it may give. Spec oracle-verdict.

import { show } from '../../errors.ts';
import { placeOf } from '../../places.ts';
import { type Data, type Shape, sameShape, sizeOf, type Tensor } from '../../tensor.ts';
import { type Bound, LAMBDA, U } from '../bounds/bound.ts';
import { FINITE, kindOf, MINUS_INFINITY, NAN, PLUS_INFINITY } from '../bounds/number-kinds.ts';
import { type Precision, precisionOf } from '../bounds/precision.ts';
import type { Part } from '../case.ts';
import type { VerdictKind } from '../engine-under-test.ts';
import { isDetached } from './two-answers.ts';
import { whereabouts } from './whereabouts.ts';

/** One output element: where it is, what the mathematics gives, what the engine gave, how far apart they may be. */
export interface Element {
  readonly index: readonly number[];
  readonly expected: number;
  readonly got: number;
  readonly bound: number;
}

export interface Verdict {
  readonly kind: VerdictKind;
  readonly part: Part;
  /** Of a suspect that the sums of the whole campaign make, not its own. */
  readonly isOfCampaign?: boolean;
  /** Whether the part is wrong while others of the same call are right. */
  readonly isAlone?: boolean;
  /** One sentence. */
  readonly message: string;
  /** How many elements are wrong, of how many. */
  readonly wrong: number;
  readonly elements: number;
  /** The largest |got − expected| / bound among the finite elements that may differ at all: ≤ 1 is inside. */
  readonly margin: number;
  /** Of the sums that round, if there are any. */
  readonly precision?: Precision;
  /** Where the wrong ones lie, if not anywhere: `all in the last column`. */
  readonly where?: string;
  /** Of `check`: the known mistakes that give exactly these values; each completes "behaves as if". */
  readonly mistakes?: readonly string[];
  readonly first?: Element;
  readonly worst?: Element;
}

/** A verdict that needs no look at the values. */
export const verdict = (kind: VerdictKind, message: string, part: Part = 'y'): Verdict => ({
  kind,
  part,
  message,
  wrong: 0,
  elements: 0,
  margin: 0,
});

/** What keeps a value from being a tensor of float32, if anything does. Spec oracle-result. */
export function notATensor(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('data' in value)) return show(value);
  const { data } = value as Tensor;
  if (!(data instanceof Float32Array)) return `data ${show(data)}`;
  return isDetached(data) ? 'data a Float32Array whose buffer was transferred' : undefined;
}

/** Spec oracle-result: a tensor of the promised shape. */
function checkForm(theirs: unknown, shape: Shape, part: Part): Verdict | undefined {
  const what = part === 'y' ? 'the result' : `the gradient of ${part}`;
  const wrong = notATensor(theirs);
  if (wrong)
    return verdict(
      'wrong-type',
      `${what} must be {shape, data}, data a Float32Array (in JSON the base64 of float32), got ${wrong}`,
      part,
    );
  const { shape: theirShape, data } = theirs as Tensor;
  if (!Array.isArray(theirShape) || !sameShape(theirShape, shape))
    return verdict('wrong-shape', `${what} must have shape ${show(shape)}, got ${show(theirShape)}`, part);
  if (data.length !== sizeOf(shape))
    return verdict(
      'wrong-shape',
      `${what} of shape ${show(shape)} holds ${sizeOf(shape)} values, got ${data.length}`,
      part,
    );
  return undefined;
}

/** How far a finite value is from the exact one. */
const distanceOf = ({ value }: Bound, i: number, got: number): number =>
  Number.isFinite(got) && Number.isFinite(value[i]) ? Math.abs(got - value[i]) : 0;

/** Whether no order of operations gives `got` for element i. */
export const isOutside = (bound: Bound, i: number, got: number): boolean =>
  !(bound.kinds[i] & kindOf(bound.isDouble ? got : Math.fround(got))) || distanceOf(bound, i, got) > bound.error[i];

/** Holds one output against its bound. Anything may come in: a wrong type is a verdict too. */
export function judge(part: Part, shape: Shape, bound: Bound, theirs: unknown): Verdict {
  const malformed = checkForm(theirs, shape, part);
  if (malformed) return malformed;
  return judgeNumbers(part, shape, bound, (theirs as Tensor).data);
}

/** The same of numbers that are as many as the shape says, in float64 where the bound is. */
export function judgeNumbers(part: Part, shape: Shape, bound: Bound, data: Data): Verdict {
  const element = (i: number): Element => ({
    index: placeOf(shape, i),
    expected: expectedOf(bound, i),
    got: data[i],
    bound: bound.error[i],
  });
  let [worst, most, margin] = [-1, -1, 0];
  const outsiders: number[] = [];
  for (let i = 0; i < data.length; i++) {
    const distance = distanceOf(bound, i, data[i]);
    const outside = isOutside(bound, i, data[i]);
    if (!outside && bound.error[i] > 0) margin = Math.max(margin, distance / bound.error[i]);
    if (!outside) continue;
    outsiders.push(i);
    const size = Number.isFinite(data[i]) ? distance / Math.max(bound.error[i], LAMBDA) : Infinity;
    if (size > most) [most, worst] = [size, i];
  }
  const wrong = outsiders.length;
  const precision = precisionOf(bound, data);
  const measured = { part, wrong, elements: data.length, margin, ...(precision && { precision }) };
  const pass = { ...measured, kind: 'pass' as const, message: 'inside the bound' };
  if (wrong === 0) return suspicion(bound, data, pass);
  const operations = operationsIn(bound);
  const where = part === 'y' || part === 'x' ? whereabouts(shape, outsiders) : undefined;
  const place = where ? `, ${where}` : '';
  const message = `${wrong} of ${data.length} values are outside the bound${place}: no order ${operations} gives them`;
  return {
    ...pass,
    kind: 'fail',
    message,
    ...(where && { where }),
    first: element(outsiders[0]),
    worst: element(worst),
  };
}

/** Which operations a bound covers. */
function operationsIn({ isWide, isDouble, assumed }: Bound): string {
  if (isDouble) return 'of float64 operations';
  if (assumed !== undefined) return `of operations with functions within ${assumed} units in the last place`;
  return isWide ? 'of the operations that the engine declares' : 'of float32 operations';
}

/**
 * Inside the bound, but further than random roundings go: Higham and Mary 2019 give |e| ≤ κ·√m with a probability of
 * 1 − 2m·exp(−κ²/2), e in units of u·A; κ = 8. Spec oracle-suspect.
 */
function suspicion(bound: Bound, data: ArrayLike<number>, pass: Verdict): Verdict {
  if (bound.isWide || bound.isDouble) return pass;
  for (let i = 0; i < data.length; i++) {
    if (bound.error[i] === 0 || bound.kinds[i] !== FINITE || bound.terms[i] === 0) continue;
    const e = Math.abs(data[i] - bound.value[i]) / (U * bound.magnitude[i] + LAMBDA * bound.terms[i]);
    if (e > 8 * Math.sqrt(bound.terms[i]) + 8)
      return {
        ...pass,
        kind: 'suspect',
        message: `inside the bound, but ${e.toFixed(0)} roundings away after ${bound.terms[i]} terms`,
      };
  }
  return pass;
}

/** The value to show: the exact one, or the only kind of number that is possible. */
export function expectedOf(bound: Bound, i: number): number {
  const kinds = bound.kinds[i];
  if (kinds & FINITE) return bound.value[i];
  if (kinds & NAN && !(kinds & (PLUS_INFINITY | MINUS_INFINITY))) return NaN;
  return kinds & PLUS_INFINITY ? Infinity : -Infinity;
}
