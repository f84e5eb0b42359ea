// The law of layers that are differentiable nearly everywhere: gradients agree with finite differences in float64.
//
//   ⟨dy, f(t + hδ) − f(t − hδ)⟩ / 2h = ⟨dt, δ⟩ + O(h²) + O(2⁻⁵³/h)

import type { Tensor } from '../tensor.ts';
import { inner, plus } from './compare.ts';
import fc from './install-fast-check.ts';
import { smoothFloats } from './numbers.ts';
import { gradients, type Law, moderate, type Point, points, type Subject, valueAt, vjpAt } from './points.ts';

const steps = [1e-4, 1e-5, 1e-6];

/** Relative to the largest of 1 and the sizes of the sums that were subtracted: h² and 2⁻⁵³/h stay below it. */
const tolerance = 1e-6;

export const smoothLaws: readonly Law[] = [
  {
    name: 'finite differences',
    property: (s) => {
      const draw = points(s, smoothFloats(), 'float64');
      const turns = points({ ...s, numbers: {} }, smoothFloats(), 'float64');
      return fc.property(draw, turns, gradients(s, smoothFloats(), 'float64').map(moderate), (drawn, turn, dy) => {
        const point = Object.fromEntries(Object.entries(drawn).map(([name, t]) => [name, moderate(t)]));
        for (const name of Object.keys(point)) {
          const odd = disagreement(s, point, name, turn[name], dy);
          // Corners of several units at one point may hide one another: a wrong gradient is wrong beside it too.
          if (odd !== undefined && disagreement(s, beside(point, turn), name, turn[name], dy) !== undefined)
            throw new Error(odd);
        }
      });
    },
  },
];

/** Every number moved a little, keeping its sign. */
const beside = (point: Point, turn: Point): Point =>
  Object.fromEntries(
    Object.entries(point).map(([name, { shape, data }]) => [
      name,
      {
        shape,
        data: data.map((t, i) => (t === 0 ? turn[name].data[i] / 64 : t * (1 + Math.abs(turn[name].data[i]) / 64))),
      },
    ]),
  );

/** How the gradient of one tensor and its slope differ, in words, where they do by more than the law can be wrong by. */
function disagreement(s: Subject, point: Point, name: string, turn: Tensor, dy: Tensor): string | undefined {
  const [y, gradient] = vjpAt(s, point, dy);
  const change = { ...turn, data: turn.data.map((u, i) => u * Math.max(1, Math.abs(point[name].data[i]))) };
  const exact = inner(gradient[name], change);
  const moved = (step: number): Tensor => valueAt(s, { ...point, [name]: plus(point[name], change, step) });
  const found = steps.map((h) => slope(moved, y, dy, h));
  const surest = found.reduce((best, each) => (each.doubt < best.doubt ? each : best));
  const scale = Math.max(1, size(dy));
  // Slopes that do not settle are those of a step wider than what the layer tells apart.
  if (!(surest.doubt <= 0.1 * Math.abs(surest.value) + tolerance * scale)) return undefined;
  if (Math.abs(surest.value - exact) <= tolerance * Math.max(scale, Math.abs(exact)) + 4 * surest.doubt)
    return undefined;
  return `⟨d${name}, δ⟩ is ${exact}, finite differences give ${found.map(({ value }) => value).join(', ')}`;
}

interface Slope {
  readonly value: number;
  /** What the law itself may be wrong by; ∞ at a kink and where numbers are not finite. */
  readonly doubt: number;
}

/**
 * The slope of dy·f over h/2 on either side, where f(0) is y. Element by element it is doubted by the rounding of the values that are subtracted, by
 * how much it differs from that over h (a kink between, a step too wide, noise), and at a kink at t itself, where the slopes
 * to the left and to the right do not come nearer to one another with the step, by how far these are apart.
 */
function slope(f: (step: number) => Tensor, y: Tensor, dy: Tensor, h: number): Slope {
  const [far, near] = [h, h / 2].map((step) => ({ step, after: f(step).data, before: f(-step).data }));
  // What is added up inside of a layer may be larger than what comes out at this place: the largest of y stands for it.
  const largest = Array.from(y.data).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  let [value, doubt] = [0, 0];
  for (let i = 0; i < y.data.length; i++) {
    const of = ({ step, after, before }: typeof far) => ({
      slope: (after[i] - before[i]) / (2 * step),
      bend: Math.abs(after[i] - y.data[i] + (before[i] - y.data[i])) / step,
      rounding: largest / 0x400000000000 / step,
    });
    const [wide, close] = [of(far), of(near)];
    const isKink = close.bend > 0.75 * wide.bend;
    value += dy.data[i] * close.slope;
    doubt += Math.abs(dy.data[i]) * (Math.abs(close.slope - wide.slope) + close.rounding + (isKink ? close.bend : 0));
  }
  return { value, doubt: Number.isFinite(doubt) ? doubt : Number.POSITIVE_INFINITY };
}

const size = (t: Tensor): number => inner(t, { shape: t.shape, data: t.data.map(Math.sign) });
