// Laws of affine and of homogeneous layers, exact in whole numbers: no tolerance, no step size.
//
//   affine:       f(t + δ) − f(t) = f(δ) − f(0)      f(3δ) − f(0) = 3 (f(δ) − f(0))
//   adjoint:      ⟨dy, f(t + δ) − f(t)⟩ = ⟨dt, δ⟩     for t = x and for each parameter, the others held
//   homogeneous:  f(a·x) = a·f(x) for a > 0          Euler: ⟨dy, f(x)⟩ = ⟨dx, x⟩

import { toFloat64 } from '../convert.ts';
import type { Tensor } from '../tensor.ts';
import { inner, plus } from './compare.ts';
import fc from './install-fast-check.ts';
import {
  exactGradients,
  exactness,
  exactPoints,
  exactValueAt,
  type Law,
  type Point,
  type Subject,
  vjpAt,
} from './points.ts';

interface Sample {
  readonly point: Point;
  readonly change: Point;
  readonly dy: Tensor;
}

const law = (name: string, holds: (s: Subject, sample: Sample) => void): Law => ({
  name,
  property(s) {
    const [bound, types] = exactness(s);
    // Where no sums are exact the law says nothing.
    if (types.length === 0) return fc.property(fc.constant(s), () => {});
    return fc.property(
      fc.constantFrom(...types).chain((type) => {
        const draw = exactPoints(s, bound, type);
        return fc.record({ point: draw, change: draw, dy: exactGradients(s, bound, type) });
      }),
      (sample) => holds(s, sample),
    );
  },
});

/** f with one of its tensors replaced, in float64. */
const replaced = (s: Subject, point: Point, name: string, t: Tensor): Tensor =>
  exactValueAt(s, { ...point, [name]: t });

const times = (t: Tensor, factor: number): Tensor => ({ shape: t.shape, data: t.data.map((value) => factor * value) });

export const linearLaws: Readonly<Record<'affine' | 'homogeneous', readonly Law[]>> = {
  affine: [
    law('affine in x and in each parameter', (s, { point, change }) => {
      for (const name of Object.keys(point)) {
        const f = (t: Tensor): Tensor => replaced(s, point, name, t);
        const [t, delta] = [point[name], change[name]];
        const atZero = f(times(t, 0));
        const step = plus(f(delta), atZero, -1);
        mustAgree(`f(${name} + δ) − f(${name})`, plus(f(plus(t, delta)), f(t), -1), step);
        mustAgree(`f(3δ) − f(0) in ${name}`, plus(f(times(delta, 3)), atZero, -1), times(step, 3));
      }
    }),
    law('the gradient is the adjoint', (s, { point, change, dy }) => {
      const [, gradient] = vjpAt(s, point, dy);
      const y = exactValueAt(s, point);
      for (const name of Object.keys(point)) {
        const step = plus(replaced(s, point, name, plus(point[name], change[name])), y, -1);
        mustBe(
          `⟨dy, f(${name} + δ) − f(${name})⟩ = ⟨d${name}, δ⟩`,
          inner(step, dy),
          inner(gradient[name], change[name]),
        );
      }
    }),
  ],
  homogeneous: [
    law('positively homogeneous', (s, { point }) => {
      for (const factor of [0.5, 2, 3])
        mustAgree(
          `f(${factor}x)`,
          replaced(s, point, 'x', times(point.x, factor)),
          times(exactValueAt(s, point), factor),
        );
    }),
    law('Euler identity', (s, { point, dy }) => {
      const [y, gradient] = vjpAt(s, point, dy);
      mustBe('⟨dy, f(x)⟩ = ⟨dx, x⟩', inner(y, dy), inner(gradient.x, point.x));
    }),
  ],
};

function mustBe(what: string, left: number, right: number): void {
  if (left !== right) throw new Error(`${what}: ${left} on the left, ${right} on the right`);
}

/** Equal numbers: ±0 alike, since differences lose the sign of 0. */
function mustAgree(what: string, actual: Tensor, expected: Tensor): void {
  const [a, b] = [toFloat64(actual).data, toFloat64(expected).data];
  const i = a.findIndex((value, j) => value !== b[j] && !(Number.isNaN(value) && Number.isNaN(b[j])));
  if (i >= 0) throw new Error(`${what}: ${a[i]} at ${i}, expected ${b[i]}`);
}
