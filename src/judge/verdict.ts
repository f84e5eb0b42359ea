// The verdict on one tensor of an engine, held against what is known of it. Spec judge-node, judge-piece.

import { isFloat } from '../onnx/element-types.ts';
import { Value } from '../onnx/value.ts';
import { judgeNumbers, type Verdict } from '../oracle/ask/verdict.ts';
import { type Bound, stored } from '../oracle/bounds/bound.ts';
import { ANYTHING, kindOf, overflow } from '../oracle/bounds/number-kinds.ts';
import type { Precision } from '../oracle/bounds/precision.ts';
import { placeOf } from '../places.ts';
import type { Tensor } from '../tensor.ts';
import { arithmeticOf, type Declared, type Enclosure } from './enclosure.ts';

/** What a row of a judgement has of a verdict. */
export interface Measured {
  readonly message: string;
  readonly margin: number;
  readonly wrong: number;
  readonly elements: number;
  readonly precision?: Precision;
}

export interface TensorVerdict {
  readonly kind: 'pass' | 'suspect' | 'fail' | 'cannot tell';
  /** Places with their channels last. */
  readonly verdict: Verdict;
  /** Of floating-point numbers, channels last: what was held against what. */
  readonly bound?: Bound;
  readonly image?: Tensor;
  readonly row: Measured;
}

/** An enclosure as the oracle's bound, channels last. */
export function boundFor(enclosure: Enclosure, declared: Declared): Bound {
  if (enclosure.bound) return stored(enclosure.bound, declared);
  const value = new Float64Array(enclosure.value.last);
  const error = enclosure.radius ? new Float64Array(enclosure.radius.last) : new Float64Array(value.length);
  const format = arithmeticOf(declared);
  const kinds = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const [v, B] = [value[i], error[i]];
    if (B === Number.POSITIVE_INFINITY) kinds[i] = ANYTHING;
    else kinds[i] = Number.isFinite(v) ? overflow(v, Math.abs(v) + B, B, format) : kindOf(v);
  }
  const terms = new Float64Array(value.length);
  const facts = {
    ...(declared.precision && { isWide: true }),
    ...(declared.isDouble && { isDouble: true }),
  };
  return stored({ value, error, kinds, magnitude: value.map(Math.abs), terms, ...facts }, declared);
}

/** A piece whose radius is more than an eighth of the size of its numbers, for more than half of them, tells nothing. */
const SHARE = 8;

const tells = ({ value, error }: Bound): boolean => {
  const finite = value.filter(Number.isFinite);
  const size = Math.sqrt(finite.reduce((sum, v) => sum + v * v, 0) / Math.max(1, finite.length));
  const told = error.reduce((count, each) => count + (each * SHARE <= size || each === 0 ? 1 : 0), 0);
  return 2 * told >= error.length;
};

export function verdictOn(enclosure: Enclosure, theirs: Tensor, declared: Declared, isPiece: boolean): TensorVerdict {
  const { type, shape } = enclosure.value;
  if (!isFloat(type)) return ofWholes(enclosure, theirs);
  const image = new Value(type, shape, theirs.data).image;
  const bound = boundFor(enclosure, declared);
  const own = declared.isDouble ? image : { shape: image.shape, data: new Float32Array(image.data) };
  const verdict = judgeNumbers('y', image.shape, bound, own.data);
  const { message, margin, wrong, elements, precision } = verdict;
  const row = { message, margin, wrong, elements, ...(precision && { precision }) };
  if (verdict.kind === 'fail') return { kind: 'fail', verdict, row, bound, image: own };
  if (isPiece && !tells(bound))
    return {
      kind: 'cannot tell',
      verdict,
      row: { ...row, message: 'the radius of so many nodes says nothing: expose a tensor between' },
    };
  if (bound.error.length > 0 && bound.error.every((each) => each === Number.POSITIVE_INFINITY))
    return { kind: 'cannot tell', verdict, row: { ...row, message: 'anything may come out: the numbers overflow' } };
  return { kind: verdict.kind === 'suspect' ? 'suspect' : 'pass', verdict, row };
}

/** Whole numbers and truth values are the same, or not. */
function ofWholes({ value, radius }: Enclosure, theirs: Tensor): TensorVerdict {
  const ours = value.first;
  const measures = { message: '', wrong: 0, elements: ours.length, margin: 0 };
  const none = { ...measures, part: 'y' };
  if (radius)
    return {
      kind: 'cannot tell',
      verdict: { ...none, kind: 'pass', message: '' },
      row: { ...measures, message: 'it is decided by numbers that are not known' },
    };
  const wrong = Array.from(ours.keys()).filter((i) => ours[i] !== theirs.data[i]);
  const message = wrong.length === 0 ? 'the same' : `${wrong.length} of ${ours.length} values are others`;
  const row = { ...measures, message, wrong: wrong.length };
  if (wrong.length === 0) return { kind: 'pass', verdict: { ...none, kind: 'pass', message }, row };
  const [i] = wrong;
  const first = { index: placeOf(value.shape, i), expected: ours[i], got: theirs.data[i], bound: 0 };
  return { kind: 'fail', verdict: { ...none, kind: 'fail', message, wrong: wrong.length, first, worst: first }, row };
}
