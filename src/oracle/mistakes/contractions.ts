// Mistakes of convolutions and dense layers: channels, groups, the order of the weight, the bias.

import { indexAt, placeOf } from '../../places.ts';
import { taps } from '../../window.ts';
import type { Prediction } from '../mistake.ts';
import { channelsOut, eachOutput, evaluate, rearranged, type WindowSetting, weightAt } from '../windows/setting.ts';
import type { SharedMistake } from './shared.ts';

/** The taps in another order; `k` is row-major over the axes. */
const tapOrder =
  (change: (index: number[], size: readonly number[]) => number[]) =>
  (s: WindowSetting): WindowSetting | undefined => {
    const { size } = s.case;
    const from = (k: number): number => indexAt(size, change(placeOf(size, k), size));
    return rearranged(s, (k, c, o) => weightAt(s, from(k), c, o));
  };

/** Output o of one numbering at the place of another. */
const outputOrder = (s: WindowSetting, from: (o: number) => number): Prediction => {
  const y = evaluate(s);
  return eachOutput(s, y, (_, { o, i }) => y.data[i - o + from(o)]);
};

/** Another element of the bias at each place; p counts pixels, q columns. */
function biased(
  s: WindowSetting,
  from: (at: { n: number; p: number; q: number; o: number }) => number | undefined,
): Prediction {
  const y = evaluate({ ...s, b: s.b!.map(() => 0) });
  const Q = y.shape.at(-2)!;
  return eachOutput(s, y, (value, { n, p, o }) => value + (s.b![from({ n, p, q: p % Q, o }) ?? -1] ?? 0));
}

/** Filter o reads the channels of group o mod groups. */
function interleaved(s: WindowSetting): Prediction | undefined {
  const { groups, filters } = s.g;
  if (groups === 1 || filters === 1) return undefined;
  const source = (o: number): number => (o % filters) * groups + Math.floor(o / filters);
  const w = rearranged(s, (k, c, o) => weightAt(s, k, c, source(o)));
  const y = evaluate({ ...w, b: s.b?.map((_, o) => s.b![source(o)]) });
  return eachOutput(s, y, (_, { o, i }) => y.data[i - o + (o % groups) * filters + Math.floor(o / groups)]);
}

const grouped = (s: WindowSetting): boolean => s.g.groups > 1;

export const contractionMistakes: readonly SharedMistake[] = [
  { name: 'the bias were ignored', topic: 'weight', setting: (s) => s.b && { ...s, b: undefined } },
  { name: 'the bias were added twice', topic: 'weight', setting: (s) => s.b && { ...s, b: s.b.map((b) => 2 * b) } },
  {
    name: 'every output had the first bias',
    topic: 'weight',
    setting: (s) => s.b && { ...s, b: s.b.map(() => s.b![0]) },
  },
  {
    name: 'images after the first had no bias',
    topic: 'weight',
    result: (s) => (s.b && s.g.batch > 1 ? biased(s, ({ n, o }) => (n === 0 ? o : undefined)) : undefined),
  },
  {
    name: 'the bias were taken by column',
    topic: 'weight',
    result: (s) => (s.b && s.rank > 0 ? biased(s, ({ q }) => q % s.b!.length) : undefined),
  },
  {
    name: 'the bias were taken by pixel',
    topic: 'weight',
    result: (s) => (s.b && s.rank > 0 ? biased(s, ({ p }) => p % s.b!.length) : undefined),
  },
  {
    name: 'outputs that no product reaches had no bias',
    topic: 'weight',
    result: (s) => {
      if (!s.b) return undefined;
      const [x, w] = [s.x, s.w].map((data) => data.map(() => 1));
      const products = evaluate({ ...s, x, w, b: undefined });
      return eachOutput(s, evaluate(s), (y, { i }) => (products.data[i] === 0 ? 0 : y));
    },
  },
  {
    name: 'every group had the bias of the first',
    topic: 'channels',
    setting: (s) => (grouped(s) && s.b ? { ...s, b: s.b.map((_, o) => s.b![o % s.g.filters]) } : undefined),
  },
  {
    name: 'every group had the weights of the first',
    topic: 'weight',
    setting: (s) => (grouped(s) ? rearranged(s, (k, c, o) => weightAt(s, k, c, o % s.g.filters)) : undefined),
  },
  {
    name: 'every group read the channels of the first',
    topic: 'channels',
    setting: (s) => {
      const C = s.g.groups * s.g.channels;
      return grouped(s) ? { ...s, x: s.x.map((_, i) => s.x[i - (i % C) + (i % s.g.channels)]) } : undefined;
    },
  },
  { name: 'filters took turns among the groups', topic: 'channels', result: interleaved },
  {
    name: 'output channels were numbered multiplier first, q·C + c for c·multiplier + q',
    topic: 'multiplier',
    result: (s) => outputOrder(s, (o) => (o % s.g.groups) * s.g.filters + Math.floor(o / s.g.groups)),
  },
  {
    name: 'output channels were numbered multiplier first, but for the bias',
    topic: 'multiplier',
    result: (s) => {
      const { groups, filters } = s.g;
      const y = outputOrder({ ...s, b: undefined }, (o) => (o % groups) * filters + Math.floor(o / groups));
      return eachOutput(s, y, (value, { o }) => value + (s.b?.[o] ?? 0));
    },
  },
  {
    name: 'the weight were read as [..., multiplier, channels]',
    topic: 'multiplier',
    setting: (s) =>
      rearranged(s, (k, c, o) => weightAt(s, k, c, (o % s.g.filters) * s.g.groups + Math.floor(o / s.g.filters))),
  },
  {
    name: 'the weight were read as [..., filters, channels]',
    topic: 'weight',
    setting: (s) => rearranged(s, (k, c, o) => (k * channelsOut(s) + o) * s.g.channels + c),
  },
  {
    name: 'the weight were read as [filters, channels, ...]',
    topic: 'channels',
    setting: (s) => rearranged(s, (k, c, o) => (o * s.g.channels + c) * taps(s.g.axes) + k),
  },
  {
    name: 'the weight were read as [filters, ..., channels]',
    topic: 'channels',
    setting: (s) => rearranged(s, (k, c, o) => (o * taps(s.g.axes) + k) * s.g.channels + c),
  },
  {
    name: 'the kernel were flipped (true convolution)',
    topic: 'weight',
    setting: tapOrder((index, size) => index.map((i, axis) => size[axis] - 1 - i)),
  },
  {
    name: 'the kernel were flipped on the first axis',
    topic: 'weight',
    setting: tapOrder((index, size) => index.map((i, axis) => (axis === 0 ? size[0] - 1 - i : i))),
  },
  {
    name: 'the kernel were flipped on the last axis',
    topic: 'weight',
    setting: tapOrder((index, size) => index.map((i, axis) => (axis === size.length - 1 ? size[axis] - 1 - i : i))),
  },
  {
    name: 'the rows and columns of the kernel were exchanged',
    topic: 'weight',
    setting: (s) => {
      const [a, b] = s.case.size;
      return s.rank === 2 ? rearranged(s, (k, c, o) => weightAt(s, (k % b) * a + Math.floor(k / b), c, o)) : undefined;
    },
  },
  {
    name: 'the taps were read column by column',
    topic: 'weight',
    setting: (s) => {
      const [a, b] = s.case.size;
      return s.rank === 2 ? rearranged(s, (k, c, o) => weightAt(s, (k % a) * b + Math.floor(k / a), c, o)) : undefined;
    },
  },
  ...(['some', 'every'] as const).map(
    (which): SharedMistake => ({
      name: `a 3×3 kernel dilated on ${which === 'some' ? 'any axis' : 'every axis'} fell into a special path that adds nothing: the output is the bias`,
      topic: 'convolution',
      result: (s) =>
        s.case.size.every((n) => n === 3) && s.case.dilation[which]((n) => n > 1)
          ? eachOutput(s, evaluate(s), (_, { o }) => s.b?.[o] ?? 0)
          : undefined,
    }),
  ),
  {
    name: 'negative outputs became 0 (a fused activation)',
    topic: 'sums',
    result: (s) => eachOutput(s, evaluate(s), (y) => (y < 0 ? 0 : y)),
  },
  {
    name: 'negative sums became 0 before the bias was added (an activation fused too early)',
    topic: 'sums',
    result: (s) => eachOutput(s, evaluate({ ...s, b: undefined }), (y, { o }) => (y < 0 ? 0 : y) + (s.b?.[o] ?? 0)),
  },
  {
    name: 'outputs were clamped to 0…6 (a fused activation)',
    topic: 'sums',
    result: (s) => eachOutput(s, evaluate(s), (y) => (y < 0 ? 0 : y > 6 ? 6 : y)),
  },
  {
    name: 'outputs above 6 became 6',
    topic: 'sums',
    result: (s) => eachOutput(s, evaluate(s), (y) => (y > 6 ? 6 : y)),
  },
  {
    name: 'NaN were clamped to −∞',
    topic: 'windows over x',
    isAboutNaN: true,
    result: (s) => eachOutput(s, evaluate(s), (y) => (y === y ? y : -Infinity)),
  },
  {
    name: 'NaN in the input counted as 0',
    isAboutNaN: true,
    topic: 'sums',
    setting: (s) => ({ ...s, x: s.x.map((x) => (x === x ? x : 0)) }),
  },
];
