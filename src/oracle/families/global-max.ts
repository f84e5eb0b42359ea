// The maximum over all of space, and what it shares with that over blocks of channels.

import { globalMaxPool } from '../../ops/global-pool.ts';
import { equalMaximaMistakes } from '../mistakes/equal-maxima.ts';
import { type ShapedRanges, shapedRanges } from '../shapes/case.ts';
import { shapedFamily } from '../shapes/family.ts';
import {
  eachOutput,
  evaluated,
  gradientsOf,
  inputTensor,
  type ShapedMistake,
  type ShapedSetting,
} from '../shapes/setting.ts';
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

/**
 * Which of equal cells gets the gradient is left open by some dialects: where the gradient follows the maximum, no two cells are
 * equal but in the traps.
 */
export const distinct = <C extends { readonly values: string }>(c: C, gradient: boolean): C =>
  gradient ? { ...c, values: 'distinct' } : c;

/** dx where element i of x is one of those of which element `of(i)` of y is the maximum. */
export const amongEqual = <S extends ShapedSetting<never>>(of: (i: number, s: S) => number) =>
  equalMaximaMistakes.map(({ name, share }) => ({
    name,
    gradient(s: S) {
      const { shape } = inputTensor(s);
      const y = evaluated(s).data;
      const equal = [...y].map((): number[] => []);
      for (const [i, v] of s.x.entries()) if (v === y[of(i, s)]) equal[of(i, s)].push(i);
      const data = new Float64Array(s.x.length);
      for (const [j, cells] of equal.entries())
        for (const [k, i] of cells.entries()) data[i] = s.dy[j] * share(k, cells.length);
      return { x: { shape, data } };
    },
  }));

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
  traps: [[[2, 3, 3, 4], 'ties']],
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
    ...amongEqual((i, s) => {
      const { P, C } = sizesOf(s);
      return Math.floor(i / (P * C)) * C + (i % C);
    }),
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
