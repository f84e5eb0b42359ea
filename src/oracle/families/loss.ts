// What the losses have in common: one number for a batch. Labels and targets, which are attributes of the layer, come to an
// engine as tensors beside x.

import type { Tensor } from '../../tensor.ts';
import { boundFrom, type Operations, type Rounded, widest } from '../bounds/rounded.ts';
import type { Prediction, Predictions } from '../mistake.ts';
import { inputOf } from '../shapes/case.ts';
import { evaluated, gradientsOf, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';

/** In other libraries a loss has no axes. */
export const scalar = { shapes: () => ({ y: [], dy: [] }) };

export const outputOf = (value: Rounded, profile: Parameters<typeof boundFrom>[1], isCalled: boolean) => ({
  y: boundFrom([value], profile, isCalled),
});

/** The mean or the sum of terms, divided at the end or each by itself. */
export const averaged = ({ sum, div }: Operations, terms: readonly Rounded[], by: Rounded): Rounded =>
  widest(
    div(
      sum(terms.length, (i) => terms[i]),
      by,
    ),
    sum(terms.length, (i) => div(terms[i], by)),
  );

/** a·(dy / by) in the orders that engines have. */
export const shared = ({ mul, div }: Operations, a: Rounded, dy: Rounded, by: Rounded): Rounded =>
  widest(mul(a, div(dy, by)), div(mul(a, dy), by), mul(dy, div(a, by)));

// The mistakes

export const attached = <A extends object>(s: ShapedSetting<A>, name: string): ArrayLike<number> => {
  const value = s.layer.attributes[name] as Tensor | ArrayLike<number>;
  return 'data' in value ? value.data : value;
};

/** The loss, and its gradient, times another factor. */
export const scaledBy = <A extends object>(
  name: string,
  factor: (s: ShapedSetting<A>) => number,
): ShapedMistake<A> => ({
  name,
  result(s) {
    const { shape, data } = evaluated(s);
    return { shape, data: data.map((v) => v * factor(s)) };
  },
  gradient(s) {
    const { x } = gradientsOf(s);
    return { x: { shape: x.shape, data: x.data.map((v) => v * factor(s)) } };
  },
});

export const value = (v: number): Prediction => ({ shape: [1], data: Float64Array.of(v) });
export const gradientOf = (s: ShapedSetting, f: (i: number) => number): Predictions => ({
  x: { shape: inputOf(s.case), data: s.x.map((_, i) => f(i)) },
});

export const withoutDy = <A extends object>(): ShapedMistake<A> => ({
  name: 'the gradient were not multiplied by dy',
  gradient(s) {
    const { x } = gradientsOf(s);
    return { x: { shape: x.shape, data: x.data.map((v) => v / s.dy[0]) } };
  },
});

export const everyday = [
  [[4, 10], 'exact'],
  [[1, 2], 'exact'],
  [[2, 3, 3, 5], 'real'],
  [[8, 10], 'real'],
] as const;
