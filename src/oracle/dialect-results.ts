// What a dialect expects where the spec expects something else: windows that its ceil keeps, and NaN under a maximum.
// A window that begins at or beyond n + before covers no cell, so the cells of our output stay as they are:
//
//   y y y e        e = what the dialect gives for a window over no cell
//   y y y e
//   e e e e

import type { Shape, Tensor } from '../tensor.ts';
import { sizeOf } from '../tensor.ts';
import { windowAxes } from '../window.ts';
import type { Bound } from './bound.ts';
import type { Case } from './cases.ts';
import { type CeilRule, type DialectName, dialects } from './dialects.ts';
import type { Operands } from './forms.ts';
import { FINITE, kindOf, MINUS_INFINITY, NAN, PLUS_INFINITY } from './kinds.ts';
import { operatorOf } from './operators.ts';
import type { Prediction } from './setting.ts';

/** The shape of a pool's output by a rule for ceil; undefined where it is ours. Spec dialect-results. */
export function outputBy(rule: CeilRule, c: Case): Shape | undefined {
  const { family } = operatorOf(c.op);
  if (!c.ceil || (family !== 'max' && family !== 'avg') || rule === 'drop' || rule === 'none') return undefined;
  if (c.padding === 'same-upper' || c.padding === 'same-lower') return undefined;
  const axes = windowAxes(c.op, c, c.space);
  if (rule === 'drop if padded' && axes.some(({ before, after }) => before + after > 0)) return undefined;
  const all = axes.map(({ input, before, after, size, stride, dilation }) => {
    const room = input + before + after - (size - 1) * dilation - 1;
    return Math.ceil(room / stride) + 1;
  });
  if (all.every((output, i) => output === axes[i].output)) return undefined;
  return [c.batch, ...all, c.groups * c.channels];
}

export const outputIn = (name: DialectName, c: Case): Shape | undefined => outputBy(dialects[name].conventions.ceil, c);

/** For each cell of `to` its place in `from`, the first cells of every axis being the same; −1 where there is none. */
export function places(from: Shape, to: Shape): Int32Array {
  return Int32Array.from({ length: sizeOf(to) }, (_, i) => {
    let [rest, place, step] = [i, 0, 1];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const at = rest % to[axis];
      rest = Math.floor(rest / to[axis]);
      if (at >= from[axis]) return -1;
      place += at * step;
      step *= from[axis];
    }
    return place;
  });
}

/** A prediction of ours in another shape, anything being possible over no cell. */
export function widened(y: Prediction, shape: Shape | undefined): Prediction {
  if (!shape) return y;
  const from = places(y.shape, shape);
  const data = Float64Array.from(from, (place) => (place < 0 ? NaN : y.data[place]));
  return { shape, data, open: Uint8Array.from(from, (place) => (place < 0 ? 1 : 0)) };
}

/** Operands as the dialect reads them: a NaN that its maximum loses is never more than what that starts from. */
export function operandsIn(name: DialectName, c: Case, operands: Operands): Operands {
  const { nan, emptyMax } = dialects[name].conventions;
  if (operatorOf(c.op).family !== 'max' || nan !== 'lost' || emptyMax === 'open') return operands;
  const { shape, data }: Tensor = operands.x;
  return { ...operands, x: { shape, data: data.map((v) => (v === v ? v : emptyMax)) } };
}

/** The bound on the dialect's output: ours, and around it what a window over no cell gives. Spec dialect-results. */
export function boundIn(name: DialectName, c: Case, ours: Shape, theirs: Shape, bound: Bound): Bound {
  const { emptyMax, emptyAvg } = dialects[name].conventions;
  const empty = operatorOf(c.op).family === 'max' ? emptyMax : emptyAvg;
  const from = places(ours, theirs);
  const widened = (data: Float64Array, rest: number): Float64Array =>
    Float64Array.from(from, (place) => (place < 0 ? rest : data[place]));
  const anything = FINITE | PLUS_INFINITY | MINUS_INFINITY | NAN;
  const [value, error, kinds] = empty === 'open' ? [NaN, Infinity, anything] : [empty, 0, kindOf(empty)];
  return {
    value: widened(bound.value, value),
    error: widened(bound.error, error),
    kinds: Uint8Array.from(from, (place) => (place < 0 ? kinds : bound.kinds[place])),
    magnitude: widened(bound.magnitude, 0),
    terms: widened(bound.terms, 0),
  };
}
