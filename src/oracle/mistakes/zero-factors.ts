// Mistakes of engines that save products: one with a factor 0 is left out, though the other factor may be a NaN.

import type { Prediction } from '../mistake.ts';
import { evaluate, gradientsOf, type WindowSetting } from '../windows/setting.ts';
import type { SharedMistake } from './shared.ts';

type Factor = 'x' | 'w' | 'dy';

const isNaNHere = (v: number): number => (v === v ? 0 : 1);

/** The numbers without NaN, where a NaN is, and where a product is not left out. */
const views = (data: Float64Array, isSaved: boolean) => ({
  numbers: data.map((v) => (v === v ? v : 0)),
  nan: data.map(isNaNHere),
  kept: data.map((v) => (isSaved && v === 0 ? 0 : 1)),
});

/** What is finite, and NaN where one of these counts of products with a NaN is not 0. */
const withNaN = ({ shape, data }: Prediction, ...counts: readonly Prediction[]): Prediction => ({
  shape,
  data: data.map((v, i) => (counts.some((each) => each.data[i] > 0) ? NaN : v)),
});

const hasNaN = ({ x, w, dy }: WindowSetting): boolean => [x, w, dy ?? []].some((data) => data.some((v) => v !== v));

function outputs(s: WindowSetting, saved: readonly Factor[]): Prediction {
  const [x, w] = [views(s.x, saved.includes('x')), views(s.w, saved.includes('w'))];
  const y = evaluate({ ...s, x: x.numbers, w: w.numbers });
  const count = (x: Float64Array, w: Float64Array): Prediction => evaluate({ ...s, x, w, b: undefined });
  return withNaN(y, count(x.nan, w.kept), count(x.kept, w.nan));
}

function gradients(s: WindowSetting, saved: readonly Factor[]): Readonly<Record<string, Prediction>> {
  const [x, w, dy] = [
    views(s.x, saved.includes('x')),
    views(s.w, saved.includes('w')),
    views(s.dy!, saved.includes('dy')),
  ];
  const whole = gradientsOf({ ...s, x: x.numbers, w: w.numbers, dy: dy.numbers });
  const first = gradientsOf({ ...s, x: x.kept, w: w.kept, dy: dy.nan });
  const second = gradientsOf({ ...s, x: x.nan, w: w.nan, dy: dy.kept });
  return {
    x: withNaN(whole.x, first.x, second.x),
    weight: withNaN(whole.weight, first.weight, second.weight),
    ...(whole.bias && { bias: withNaN(whole.bias, first.bias) }),
  };
}

const leftOut = (what: string, saved: readonly Factor[]): SharedMistake => ({
  name: `products with ${what} were left out, so that 0·NaN counts as 0`,
  topic: 'weight',
  isAboutNaN: true,
  result: (s) => (hasNaN(s) ? outputs(s, saved) : undefined),
  gradient: (s) => (hasNaN(s) ? gradients(s, saved) : undefined),
});

export const zeroFactorMistakes: readonly SharedMistake[] = [
  leftOut('a factor 0', ['x', 'w', 'dy']),
  leftOut('a 0 in x', ['x']),
  leftOut('a 0 in the weight', ['w']),
  leftOut('a 0 in x or the weight', ['x', 'w']),
  leftOut('a 0 in dy', ['dy']),
];
