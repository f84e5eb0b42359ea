// Mistakes of convolutions and dense layers: channels, groups, the order of the weight, the bias.

import { taps } from '../window.ts';
import type { Fault } from './faults.ts';
import { channelsOut, eachOutput, evaluate, type Prediction, rearranged, type Setting } from './setting.ts';

const families = ['conv', 'depthwise', 'dense'] as const;
const linear = [...families, 'transpose'] as const;

export const place = (s: Setting, k: number, c: number, o: number): number =>
  (k * s.g.channels + c) * channelsOut(s) + o;

/** The taps in another order; `k` is row-major over the axes. */
const tapOrder =
  (change: (index: number[], size: readonly number[]) => number[]) =>
  (s: Setting): Setting | undefined => {
    const { size } = s.case;
    const from = (k: number): number => {
      const index: number[] = [];
      for (let axis = size.length - 1; axis >= 0; axis--) {
        index.unshift(k % size[axis]);
        k = Math.floor(k / size[axis]);
      }
      return change(index, size).reduce((flat, i, axis) => flat * size[axis] + i, 0);
    };
    return rearranged(s, (k, c, o) => place(s, from(k), c, o));
  };

/** Output o of one numbering at the place of another. */
const outputOrder = (s: Setting, from: (o: number) => number): Prediction => {
  const y = evaluate(s);
  return eachOutput(s, y, (_, { o, i }) => y.data[i - o + from(o)]);
};

/** Another element of the bias at each place; p counts pixels, q columns. */
function biased(
  s: Setting,
  from: (at: { n: number; p: number; q: number; o: number }) => number | undefined,
): Prediction {
  const y = evaluate({ ...s, b: s.b!.map(() => 0) });
  const Q = y.shape.at(-2)!;
  return eachOutput(s, y, (value, { n, p, o }) => value + (s.b![from({ n, p, q: p % Q, o }) ?? -1] ?? 0));
}

/** Filter o reads the channels of group o mod groups. */
function interleaved(s: Setting): Prediction | undefined {
  const { groups, filters } = s.g;
  if (groups === 1 || filters === 1) return undefined;
  const source = (o: number): number => (o % filters) * groups + Math.floor(o / filters);
  const w = rearranged(s, (k, c, o) => place(s, k, c, source(o)));
  const y = evaluate({ ...w, b: s.b?.map((_, o) => s.b![source(o)]) });
  return eachOutput(s, y, (_, { o, i }) => y.data[i - o + (o % groups) * filters + Math.floor(o / groups)]);
}

const grouped = (s: Setting): boolean => s.g.groups > 1;

export const convolutionFaults: readonly Fault[] = [
  { name: 'the bias were ignored', families: linear, setting: (s) => s.b && { ...s, b: undefined } },
  { name: 'the bias were added twice', families: linear, setting: (s) => s.b && { ...s, b: s.b.map((b) => 2 * b) } },
  {
    name: 'every output had the first bias',
    families: linear,
    setting: (s) => s.b && { ...s, b: s.b.map(() => s.b![0]) },
  },
  {
    name: 'images after the first had no bias',
    families: linear,
    result: (s) => (s.b && s.g.batch > 1 ? biased(s, ({ n, o }) => (n === 0 ? o : undefined)) : undefined),
  },
  {
    name: 'the bias were taken by column',
    families: linear,
    result: (s) => (s.b && s.rank > 0 ? biased(s, ({ q }) => q % s.b!.length) : undefined),
  },
  {
    name: 'the bias were taken by pixel',
    families: linear,
    result: (s) => (s.b && s.rank > 0 ? biased(s, ({ p }) => p % s.b!.length) : undefined),
  },
  {
    name: 'every group had the bias of the first',
    families,
    setting: (s) => (grouped(s) && s.b ? { ...s, b: s.b.map((_, o) => s.b![o % s.g.filters]) } : undefined),
  },
  {
    name: 'every group had the weights of the first',
    families: linear,
    setting: (s) => (grouped(s) ? rearranged(s, (k, c, o) => place(s, k, c, o % s.g.filters)) : undefined),
  },
  {
    name: 'every group read the channels of the first',
    families,
    setting: (s) => {
      const C = s.g.groups * s.g.channels;
      return grouped(s) ? { ...s, x: s.x.map((_, i) => s.x[i - (i % C) + (i % s.g.channels)]) } : undefined;
    },
  },
  { name: 'filters took turns among the groups', families, result: interleaved },
  {
    name: 'output channels were numbered multiplier first, q·C + c for c·multiplier + q',
    families: ['depthwise'],
    result: (s) => outputOrder(s, (o) => (o % s.g.groups) * s.g.filters + Math.floor(o / s.g.groups)),
  },
  {
    name: 'output channels were numbered multiplier first, but for the bias',
    families: ['depthwise'],
    result: (s) => {
      const { groups, filters } = s.g;
      const y = outputOrder({ ...s, b: undefined }, (o) => (o % groups) * filters + Math.floor(o / groups));
      return eachOutput(s, y, (value, { o }) => value + (s.b?.[o] ?? 0));
    },
  },
  {
    name: 'the weight were read as [..., multiplier, channels]',
    families: ['depthwise'],
    setting: (s) =>
      rearranged(s, (k, c, o) => place(s, k, c, (o % s.g.filters) * s.g.groups + Math.floor(o / s.g.filters))),
  },
  {
    name: 'the weight were read as [..., filters, channels]',
    families: linear,
    setting: (s) => rearranged(s, (k, c, o) => (k * channelsOut(s) + o) * s.g.channels + c),
  },
  {
    name: 'the weight were read as [filters, channels, ...]',
    families,
    setting: (s) => rearranged(s, (k, c, o) => (o * s.g.channels + c) * taps(s.g.axes) + k),
  },
  {
    name: 'the weight were read as [filters, ..., channels]',
    families,
    setting: (s) => rearranged(s, (k, c, o) => (o * taps(s.g.axes) + k) * s.g.channels + c),
  },
  {
    name: 'the kernel were flipped (true convolution)',
    families: linear,
    setting: tapOrder((index, size) => index.map((i, axis) => size[axis] - 1 - i)),
  },
  {
    name: 'the kernel were flipped on the first axis',
    families: linear,
    setting: tapOrder((index, size) => index.map((i, axis) => (axis === 0 ? size[0] - 1 - i : i))),
  },
  {
    name: 'the kernel were flipped on the last axis',
    families: linear,
    setting: tapOrder((index, size) => index.map((i, axis) => (axis === size.length - 1 ? size[axis] - 1 - i : i))),
  },
  {
    name: 'the rows and columns of the kernel were exchanged',
    families: linear,
    setting: (s) => {
      const [a, b] = s.case.size;
      return s.rank === 2 ? rearranged(s, (k, c, o) => place(s, (k % b) * a + Math.floor(k / b), c, o)) : undefined;
    },
  },
  {
    name: 'the taps were read column by column',
    families: linear,
    setting: (s) => {
      const [a, b] = s.case.size;
      return s.rank === 2 ? rearranged(s, (k, c, o) => place(s, (k % a) * b + Math.floor(k / a), c, o)) : undefined;
    },
  },
  ...(['some', 'every'] as const).map(
    (which): Fault => ({
      name: `a 3×3 kernel dilated on ${which === 'some' ? 'any axis' : 'every axis'} fell into a special path that adds nothing: the output is the bias`,
      families: ['conv', 'depthwise'],
      result: (s) =>
        s.case.size.every((n) => n === 3) && s.case.dilation[which]((n) => n > 1)
          ? eachOutput(s, evaluate(s), (_, { o }) => s.b?.[o] ?? 0)
          : undefined,
    }),
  ),
  {
    name: 'negative outputs became 0 (a fused activation)',
    families: [...families, 'avg'],
    result: (s) => eachOutput(s, evaluate(s), (y) => (y < 0 ? 0 : y)),
  },
  {
    name: 'outputs were clamped to 0…6 (a fused activation)',
    families: [...families, 'avg'],
    result: (s) => eachOutput(s, evaluate(s), (y) => (y < 0 ? 0 : y > 6 ? 6 : y)),
  },
  {
    name: 'outputs above 6 became 6',
    families: [...families, 'avg'],
    result: (s) => eachOutput(s, evaluate(s), (y) => (y > 6 ? 6 : y)),
  },
  {
    name: 'NaN were clamped to −∞',
    isAboutNaN: true,
    result: (s) => eachOutput(s, evaluate(s), (y) => (y === y ? y : -Infinity)),
  },
  {
    name: 'NaN in the input counted as 0',
    isAboutNaN: true,
    families: [...families, 'avg'],
    setting: (s) => ({ ...s, x: s.x.map((x) => (x === x ? x : 0)) }),
  },
];
