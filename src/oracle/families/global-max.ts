// The maximum over all of space, and what it shares with that over blocks of channels.

import { globalMaxPool } from '../../ops/global-pool.ts';
import { type ShapedRanges, shapedRanges } from '../shapes/case.ts';
import { shapedFamily } from '../shapes/family.ts';
import { eachOutput, evaluated, gradientsOf, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { takenBounds, underMaximum } from './common.ts';
import {
  everyday,
  type GlobalMistake,
  globalWords,
  images,
  type Keep,
  keptIfSaid,
  overSpace,
  ownKeep,
  ranged,
  sizesOf,
  spread,
} from './global-pools.ts';

/** Which of equal cells gets the gradient is a convention: where the gradient follows the maximum, no two cells are equal. */
export const distinct = <C extends { readonly values: string }>(c: C, gradient: boolean): C =>
  gradient ? { ...c, values: 'distinct' } : c;

const startedAt = (name: string, start: number): ShapedMistake => ({
  name: `the maximum started at ${name}`,
  result: (s) => eachOutput(s, (y) => (y < start ? start : y)),
});

export const maxima: readonly ShapedMistake[] = [
  startedAt('0', 0),
  startedAt('−99999', -99999),
  startedAt('the lowest finite number', -3.4028234663852886e38),
  {
    name: 'NaN were lost in the comparison: only v > m is asked',
    isAboutNaN: true,
    setting: (s) => ({ ...s, x: s.x.map((x) => (x === x ? x : -Infinity)) }),
  },
  {
    name: 'the minimum were taken',
    result(s) {
      const { shape, data } = evaluated({ ...s, x: s.x.map((x) => -x) });
      return { shape, data: data.map((y) => -y) };
    },
  },
];

export const maximaRanges: readonly Partial<ShapedRanges<never>>[] = [
  ...shapedRanges,
  { values: 'low' },
  { values: 'minus', rank: [1, 1], space: [1, 2] },
];

export const globalMaxPoolFamily = shapedFamily<Keep>({
  place: 20,
  name: 'globalMaxPool',
  make: globalMaxPool,
  inCall: 'keep: y is [n, 1, 1, c], else [n, c]',
  own: ownKeep,
  shapes: keptIfSaid,
  tensors: { y: 'none', dy: 'none' },
  everyday,
  ranges: maximaRanges,
  within: ranged,
  inGradient: distinct,
  bounds: takenBounds,
  words: globalWords('MAX'),
  nearest: images,
  keepsNaN: ({ conventions }) => conventions.nan !== 'open',
  operandsIn: underMaximum,
  mistakes: [
    ...(maxima as unknown as readonly GlobalMistake[]),
    ...overSpace(-1e30),
    {
      name: 'the gradient went to every cell',
      gradient: (s) => {
        const dy = gradientsOf(s).x.shape;
        return { x: { shape: dy, data: spread(dy, s.dy) } };
      },
    },
    { name: 'the gradient went to the first cell alone', gradient: (s) => toFirst(s) },
  ],
});

/** dy at the first cell of each image and channel. */
function toFirst(s: ShapedSetting) {
  const { shape } = gradientsOf(s).x;
  const all = spread(shape, s.dy);
  const { P, C } = sizesOf(s);
  return { x: { shape, data: all.map((d, i) => (Math.floor(i / C) % P === 0 ? d : 0)) } };
}
