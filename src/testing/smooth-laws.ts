// The law of layers that are differentiable nearly everywhere: gradients agree with finite differences in float64.
//
//   ⟨dy, f(t + hδ) − f(t − hδ)⟩ / 2h = ⟨dt, δ⟩ + O(h²) + O(2⁻⁵³/h)

import fc from 'fast-check';
import type { Tensor } from '../tensor.ts';
import { inner, plus } from './compare.ts';
import { smoothFloats } from './numbers.ts';
import { gradients, type Law, type Point, points, type Subject, valueAt, vjpAt } from './points.ts';

/** A corner between t − hδ and t + hδ spoils one step, but hardly all of them; a wrong gradient fails at every one. */
const steps = [1e-4, 1e-5, 1e-6];

/** Relative to the largest of 1 and the sizes of the sums that were subtracted: h² and 2⁻⁵³/h stay below it. */
const tolerance = 1e-6;

export const smoothLaws: readonly Law[] = [
  {
    name: 'finite differences',
    property: (s) => {
      const draw = points(s, smoothFloats(), 'float64');
      return fc.property(draw, draw, gradients(s, smoothFloats(), 'float64'), (point, change, dy) => {
        const [, gradient] = vjpAt(s, point, dy);
        for (const name of Object.keys(point)) {
          const exact = inner(gradient[name], change[name]);
          const slopes = steps.map((h) => slope(s, point, name, change[name], dy, h));
          if (!slopes.some((each) => Math.abs(each - exact) <= tolerance * Math.max(1, Math.abs(exact), size(dy))))
            throw new Error(`⟨d${name}, δ⟩ is ${exact}, finite differences give ${slopes.join(', ')}`);
        }
      });
    },
  },
];

function slope(s: Subject, point: Point, name: string, delta: Tensor, dy: Tensor, h: number): number {
  const at = (step: number): Tensor => valueAt(s, { ...point, [name]: plus(point[name], delta, step) });
  return inner(plus(at(h), at(-h), -1), dy) / (2 * h);
}

const size = (t: Tensor): number => inner(t, { shape: t.shape, data: t.data.map(Math.sign) });
