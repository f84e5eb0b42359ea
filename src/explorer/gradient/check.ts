// Difference quotients against back-propagation, over the step width: an operator, one number θ of its tensors, and
// L = Σ y·r with fixed weights r.
//
//   central (L(θ + h) − L(θ − h)) / 2h     one-sided (L(θ + h) − L(θ)) / h

import { toFloat64 } from '../../convert.ts';
import { isBent, slopes } from '../../inspect/one-sided-slopes.ts';
import { mapParams } from '../../layer/flat-params.ts';
import type { Params } from '../../layer/layer.ts';
import type { Tensor } from '../../tensor.ts';
import type { Subject } from './checked-operator.ts';

/** Σ y·r for weights that differ from output to output. */
const weights = (size: number): number[] => Array.from({ length: size }, (_, i) => 1 + ((i * 7) % 11) / 8);

type Wide = 'float64' | 'float32';

/** The tensors of a subject in an element type, with θ as the page has it. */
function pointOf({ x, params }: Subject, wide: Wide, place: Place) {
  const copy = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.slice() });
  const point =
    wide === 'float64'
      ? { x: toFloat64(x), params: toFloat64(params) }
      : { x: copy(x), params: mapParams(params, copy) as Params<Tensor> };
  const data = (place.tensor === 'x' ? point.x : (point.params[place.tensor] as Tensor)).data;
  if (place.value !== undefined) data[place.index] = place.value;
  return { ...point, data };
}

/** One number of the tensors, and its value where it is not the drawn one. */
export interface Place {
  readonly tensor: string;
  readonly index: number;
  readonly value?: number | undefined;
}

export interface Quotient {
  readonly h: number;
  readonly value: number;
  /** |a − n| / max(|a|, |n|). */
  readonly error: number;
}

export interface Checked {
  readonly theta: number;
  readonly analytic: number;
  readonly float64: readonly Quotient[];
  readonly float32: readonly Quotient[];
  readonly oneSided: readonly Quotient[];
  /** The slopes on both sides. */
  readonly before: number;
  readonly after: number;
  readonly verdict: 'agrees' | 'kink' | 'wrong';
  /** L(θ + t) − L(θ). */
  readonly curve: readonly (readonly [t: number, change: number])[];
  /** Where, relative to θ, the curve has corners. */
  readonly kinks: readonly number[];
}

/** A relative error of the best quotient below this is rounding. */
const TOLERANCE = 1e-6;

/** Half powers of ten from 1 down to 10⁻¹⁵. */
const steps = Array.from({ length: 31 }, (_, i) =>
  Number(`${i % 2 === 0 ? 1 : 3.1622776601683795}e-${Math.ceil(i / 2)}`),
);

/** Spec inspect-gradient-check, for one number and every step. */
export function check(subject: Subject, place: Place): Checked {
  const { layer } = subject;
  const wide = pointOf(subject, 'float64', place);
  const { x, params, data } = wide;
  const [y, pull] = layer.vjp(x, params);
  const r = weights(y.data.length);
  const gradient = pull({ shape: y.shape, data: Float64Array.from(r) });
  const analytic = (place.tensor === 'x' ? gradient.x : (gradient.params[place.tensor] as Tensor)).data[place.index];
  const theta = data[place.index];
  const terms = (): Float64Array => (layer.forward(x, params).data as Float64Array).map((value, i) => value * r[i]);
  const sides = slopes(data, place.index, terms);
  const change = changeIn(subject, 'float64', place);
  const narrow = changeIn(subject, 'float32', place);
  const central = (of: typeof change) => (h: number) => (of(h) - of(-h)) / (2 * h);
  const against = (quotient: (h: number) => number) =>
    steps.map((h): Quotient => {
      const value = quotient(h);
      const scale = Math.max(Math.abs(analytic), Math.abs(value));
      return { h, value, error: scale === 0 ? 0 : Math.abs(analytic - value) / scale };
    });
  const float64 = against(central(change));
  const curve = Array.from({ length: 201 }, (_, i): [number, number] => [(i - 100) / 100, change((i - 100) / 100)]);
  // A gradient that is smaller than the rounding of the outputs shows in no quotient.
  const rounding = terms().reduce((sum, term) => sum + Math.abs(term), 0) * Number.EPSILON;
  const agrees = float64.some(
    ({ h, value, error }) => error < TOLERANCE || (h >= 1e-3 && Math.abs(analytic - value) <= rounding / h),
  );
  const scale = Math.max(Math.abs(analytic), Math.abs(sides.before), Math.abs(sides.after));
  const isKink = isBent(sides, TOLERANCE * scale + sides.noise);
  return {
    theta,
    analytic,
    float64,
    float32: against(central(narrow)),
    oneSided: against((h) => change(h) / h),
    before: sides.before,
    after: sides.after,
    verdict: isKink ? 'kink' : agrees ? 'agrees' : 'wrong',
    curve,
    kinks: kinksIn(curve),
  };
}

/** L(θ + t) − L(θ), added up in float64 from outputs of an element type. */
function changeIn(subject: Subject, wide: Wide, place: Place): (t: number) => number {
  const { x, params, data } = pointOf(subject, wide, place);
  const theta = data[place.index];
  const at = (t: number): Float64Array => {
    data[place.index] = theta + t;
    return Float64Array.from(subject.layer.forward(x, params).data);
  };
  const here = at(0);
  const r = weights(here.length);
  return (t) => at(t).reduce((sum, value, i) => sum + (value - here[i]) * r[i], 0);
}

/** Where the slope jumps by far more than elsewhere. */
function kinksIn(curve: Checked['curve']): number[] {
  const slope = curve.slice(1).map(([t, value], i) => (value - curve[i][1]) / (t - curve[i][0]));
  const jumps = slope.slice(1).map((value, i) => Math.abs(value - slope[i]));
  const usual = [...jumps].sort((a, b) => a - b)[jumps.length >> 1];
  const least = Math.max(20 * usual, 0.01 * Math.max(...slope.map(Math.abs)), 1e-9);
  const found = jumps.flatMap((jump, i) => (jump > least ? [curve[i + 1][0]] : []));
  // A corner between two samples shows at both of them.
  return found.filter((t, i) => i === 0 || t - found[i - 1] > 0.015);
}
