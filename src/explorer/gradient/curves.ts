// The curves: errors of the quotients over the step width, and L as θ moves.

import { log } from '../../reference/math.ts';
import type { Axes, Curve } from '../chart.ts';
import type { Checked } from './check.ts';
import { beside } from './model.ts';

const log10 = (value: number): number => log(Math.max(value, 1e-17)) / log(10);

/** The errors of the quotients over the step width. */
export function errorsOf({ float64, float32, oneSided }: Checked, other: keyof typeof beside): readonly Curve[] {
  const points = (of: Checked['float64']) => of.map(({ h, error }) => [log10(h), log10(error)] as const);
  const second = other === 'oneSided' ? oneSided : float32;
  return [
    { name: 'float64, central', points: points(float64) },
    { name: beside[other], points: points(second), isDashed: true },
  ];
}

export const errorAxes: Axes = {
  title: 'Relative error of the difference quotient over the step width, both as powers of ten',
  x: 'step width h, power of ten',
  y: 'error, power of ten',
  range: [-17, 1],
};

/** L as θ moves, and the tangent of back-propagation as far as it stays in the picture. */
export function alongOf({ curve, analytic, kinks }: Checked): {
  readonly curves: readonly Curve[];
  readonly axes: Axes;
} {
  const ys = curve.map(([, y]) => y);
  const [least, most] = [Math.min(...ys), Math.max(...ys)];
  const pad = (most - least || 1) / 10;
  const range = [least - pad, most + pad] as const;
  const tangent = curve.map(([t]) => [t, analytic * t] as const).filter(([, y]) => y >= range[0] && y <= range[1]);
  return {
    curves: [
      { name: 'L(θ + t) − L(θ)', points: curve },
      { name: 'slope of backprop', points: tangent, isDashed: true },
    ],
    axes: {
      title: 'The sum of the outputs as θ moves',
      x: kinks.length > 0 ? 't (dotted: corners)' : 't',
      y: 'change of L',
      range,
      marks: kinks,
    },
  };
}

/** Steps of a tenth are enough to read. */
export const tenths = (curves: readonly Curve[]): readonly Curve[] =>
  curves.map((each) => ({
    ...each,
    points: each.points.filter(([t]) => Number.isInteger(Number((10 * t).toFixed(6)))),
  }));
