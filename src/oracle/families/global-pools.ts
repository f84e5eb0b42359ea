// Pools over all of space, and over blocks of channels.

import type { Layer } from '../../layer/layer.ts';
import { channelMaxPool, globalAvgPool, globalMaxPool } from '../../ops/global-pool.ts';
import { type Data, type Shape, sizeOf } from '../../tensor.ts';
import { type Bound, boundOf, chosen, type Profile, toDoubles } from '../bounds/bound.ts';
import type { Operands } from '../case.ts';
import { absent, type LargeAxis, type Words } from '../family.ts';
import { type ShapedCase, type ShapedRanges, shapedRanges } from '../shapes/case.ts';
import { overImages, shapedFamily } from '../shapes/family.ts';
import {
  eachGradient,
  eachOutput,
  evaluated,
  gradientsOf,
  type ShapedMistake,
  type ShapedSetting,
} from '../shapes/setting.ts';
import { blocks } from '../windows/large-axes.ts';
import { said, underMaximum } from './common.ts';

const sizesOf = (s: ShapedSetting) => ({ N: s.case.batch, P: sizeOf(s.case.space), C: s.case.channels });

/** Σ over space, for every image and channel. */
function sums(x: Shape, a: ArrayLike<number>): Float64Array {
  const [N, C] = [x[0], x[x.length - 1]];
  const y = new Float64Array(N * C);
  for (let i = 0; i < a.length; i++) y[Math.floor((i * N) / a.length) * C + (i % C)] += a[i];
  return y;
}

/** An element of y for each of x. */
function spread(x: Shape, dy: ArrayLike<number>): Float64Array {
  const [N, C, size] = [x[0], x[x.length - 1], sizeOf(x)];
  return Float64Array.from({ length: size }, (_, i) => dy[Math.floor((i * N) / size) * C + (i % C)]);
}

/** Where y keeps axes of size 1 for the spatial ones. */
const kept = (c: ShapedCase): Record<'y' | 'dy', Shape> => {
  const shape = [c.batch, c.channels, ...c.space.map(() => 1)];
  return { y: shape, dy: shape };
};

/** The words for one of the two. */
const globalWords = (pool: 'AVE' | 'MAX') => {
  const withAxes = { shapes: kept };
  const caffe: Words<ShapedCase> = {
    ...said(() => ({ pool, global_pooling: true })),
    ...withAxes,
  };
  return {
    onnx: { ...said(() => ({})), ...withAxes },
    torch: { ...said((c: ShapedCase) => ({ output_size: c.space.map(() => 1) })), ...withAxes },
    tensorflow: said<ShapedCase>(() => ({ keepdims: false })),
    webnn: { ...said(() => ({ layout: 'nchw' })), ...withAxes },
    caffe,
  };
};

const images = { webnn: overImages, caffe: overImages } as const;

const ranged: Partial<ShapedRanges<never>> = { rank: [1, 3] };
const everyday = [
  [[1, 7, 7, 16], 'exact'],
  [[2, 4, 4, 8], 'exact'],
  [[2, 3, 5, 4], 'real'],
] as const;

/** The same for both pools over space. */
const overSpace: readonly ShapedMistake[] = [
  {
    name: 'the last row and column were left out',
    setting(s) {
      const space = s.case.space;
      const isLast = (i: number): boolean => {
        let p = Math.floor(i / s.case.channels);
        return space.toReversed().some((n) => {
          const at = p % n;
          p = Math.floor(p / n);
          return n > 1 && at === n - 1;
        });
      };
      const low = s.layer.name === 'globalAvgPool' ? 0 : -1e30;
      return { ...s, x: s.x.map((x, i) => (isLast(i) ? low : x)) };
    },
  },
  {
    name: 'every image were the first',
    setting: (s) =>
      s.case.batch > 1 ? { ...s, x: s.x.map((_, i) => s.x[i % (s.x.length / s.case.batch)]) } : undefined,
  },
  {
    name: 'x were taken as if channels came first',
    result(s) {
      const { N, P, C } = sizesOf(s);
      if (P === 1 || C === 1) return undefined;
      const shape = [N, P, C];
      const turned = s.x.map((_, i) => s.x[Math.floor(i / (P * C)) * P * C + (i % C) * P + (Math.floor(i / C) % P)]);
      const { data } = s.layer.forward({ shape, data: turned }, {});
      return { shape: [N, C], data: Float64Array.from(data) };
    },
  },
];

export const globalAvgPoolFamily = shapedFamily<object>({
  place: 19,
  name: 'globalAvgPool',
  make: globalAvgPool,
  tensors: { y: 'none', dy: 'none' },
  everyday,
  within: ranged,
  bounds(_, { x: { shape, data }, dy }, profile): Readonly<Record<string, Bound>> {
    const P = sizeOf(shape.slice(1, -1));
    if (!dy) {
      const divisor = new Float64Array(shape[0] * shape[shape.length - 1]).fill(P);
      return { y: boundOf({ a: toDoubles(data), apply: (a) => sums(shape, a), divisor }, profile) };
    }
    const a = toDoubles(dy.data).map((each) => each / P);
    const shares = new Float64Array(dy.data.length).fill(P);
    return { x: boundOf({ a, apply: (each) => spread(shape, each), shares }, profile) };
  },
  words: globalWords('AVE'),
  nearest: images,
  mistakes: [
    { name: 'the sum were not divided', result: (s) => eachOutput(s, (y) => y * sizesOf(s).P) },
    { name: 'the sum were divided by the cells of all images', result: (s) => eachOutput(s, (y) => y / s.case.batch) },
    {
      name: 'the sum were divided by the first spatial axis alone',
      result: (s) => eachOutput(s, (y) => (y * sizesOf(s).P) / s.case.space[0]),
    },
    ...overSpace,
    {
      name: 'the gradient of an average were not divided',
      gradient: (s) => eachGradient(s, 'x', (d) => d * sizesOf(s).P),
    },
    {
      name: 'the gradient went to the first cell alone',
      gradient: (s) =>
        eachGradient(s, 'x', (d, i) => (Math.floor(i / s.case.channels) % sizesOf(s).P === 0 ? d * sizesOf(s).P : 0)),
    },
  ],
});

/** The largest stays the largest when all are rounded alike; dy goes where it lies. Spec oracle-precision. */
function maximumBounds(layer: Layer, { x, dy }: Operands, profile: Profile): Readonly<Record<string, Bound>> {
  const tensor = { shape: x.shape, data: toDoubles(x.data) };
  const [y, pull] = layer.vjp(tensor, {});
  if (!dy) return { y: chosen(toDoubles(y.data), profile) };
  const apply = (a: Float64Array): Float64Array => toDoubles(pull({ shape: dy.shape, data: a as Data }).x.data);
  return { x: boundOf({ a: toDoubles(dy.data), apply }, profile) };
}

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

export const globalMaxPoolFamily = shapedFamily<object>({
  place: 20,
  name: 'globalMaxPool',
  make: globalMaxPool,
  tensors: { y: 'none', dy: 'none' },
  everyday,
  ranges: maximaRanges,
  within: ranged,
  inGradient: distinct,
  bounds: maximumBounds,
  words: globalWords('MAX'),
  nearest: images,
  keepsNaN: ({ conventions }) => conventions.nan !== 'open',
  operandsIn: underMaximum,
  mistakes: [
    ...maxima,
    ...overSpace,
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
  bounds: maximumBounds,
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
