// Maxima over all of space, and over blocks of channels.

import { channelMaxPool, globalMaxPool } from '../../ops/global-pool.ts';
import { absent, type LargeAxis } from '../family.ts';
import { type ShapedCase, type ShapedRanges, shapedRanges } from '../shapes/case.ts';
import { shapedFamily } from '../shapes/family.ts';
import { eachOutput, evaluated, gradientsOf, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { blocks } from '../windows/large-axes.ts';
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

/** Who takes a tie is a convention: where the gradient follows the maximum, no two cells are equal. */
const distinct = <C extends { readonly values: string }>(c: C, gradient: boolean): C =>
  gradient ? { ...c, values: 'distinct' } : c;

const startedAt = (name: string, start: number): ShapedMistake => ({
  name: `the maximum started at ${name}`,
  result: (s) => eachOutput(s, (y) => (y < start ? start : y)),
});

const maxima: readonly ShapedMistake[] = [
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

const maximaRanges: readonly Partial<ShapedRanges<never>>[] = [
  ...shapedRanges,
  { values: 'low' },
  { values: 'minus', rank: [1, 1], space: [1, 2] },
];

export const globalMaxPoolFamily = shapedFamily<Keep>({
  place: 20,
  name: 'globalMaxPool',
  make: globalMaxPool,
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

interface Size {
  readonly size: number;
}

/** Channels by blocks of the size of the case. */
const inBlocks: LargeAxis<ShapedCase<Size>> = {
  values: blocks,
  set: (c, value) => ({ ...c, channels: value * c.size }),
};

/** y of other blocks: block j takes the channels that `of` gives. */
const byBlocks = (
  name: string,
  of: (j: number, k: number, s: ShapedSetting<Size>, J: number) => number,
): ShapedMistake<Size> => ({
  name,
  result(s) {
    const { channels: C, size } = s.case;
    const J = C / size;
    const { shape, data } = evaluated(s);
    return {
      shape,
      data: data.map((_, i) => {
        const pixel = Math.floor(i / J) * C;
        let most = -Infinity;
        for (let k = 0; k < size; k++) most = Math.max(most, s.x[pixel + of(i % J, k, s, J)]);
        return most;
      }),
    };
  },
});

export const channelMaxPoolFamily = shapedFamily<Size>({
  place: 21,
  name: 'channelMaxPool',
  make: channelMaxPool,
  own: { size: { letter: 'k', values: [1, 2, 3, 4, 5], refused: [0, 100] } },
  everyday: [
    [[1, 4, 4, 8], 'exact', { size: 2 }],
    [[2, 3, 3, 12], 'exact', { size: 4 }],
    [[3, 10], 'real', { size: 5 }],
  ],
  ranges: [...maximaRanges, { channels: [4, 12], own: { size: [2, 3, 4] } }],
  large: inBlocks,
  inGradient: distinct,
  bounds: takenBounds,
  words: { onnx: absent, torch: absent, tensorflow: absent, webnn: absent, caffe: absent },
  keepsNaN: ({ conventions }) => conventions.nan !== 'open',
  operandsIn: underMaximum,
  mistakes: [
    ...(maxima as unknown as readonly ShapedMistake<Size>[]),
    byBlocks('a block were every channel so many apart', (j, k, _, J) => k * J + j),
    byBlocks(
      'the last channel of each block were left out',
      (j, k, s) => j * s.case.size + Math.min(k, Math.max(0, s.case.size - 2)),
    ),
    byBlocks('the blocks overlapped: each began at the next channel', (j, k) => j + k),
    {
      name: 'the gradient went to every channel of the block',
      gradient(s) {
        const { shape, data } = gradientsOf(s).x;
        return { x: { shape, data: data.map((_, i) => s.dy[Math.floor(i / s.case.size)]) } };
      },
    },
  ],
});
