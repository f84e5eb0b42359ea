// Mistakes about windows: padding, stride, dilation and their axes.

import { padsOf, type WindowedCase } from '../windows/case.ts';
import {
  axesOf,
  eachOutput,
  evaluate,
  isSame,
  reachOf,
  sameTotal,
  type WindowSetting,
  withAxes,
} from '../windows/setting.ts';
import type { SharedMistake } from './shared.ts';

const isExplicit = (c: WindowedCase): boolean => typeof c.padding !== 'string';
const differ = (numbers: readonly number[]): boolean => numbers.some((n) => n !== numbers[0]);
const all = (numbers: readonly number[], n: number): number[] => numbers.map(() => n);

/** Explicit padding, each axis changed. */
const explicit =
  (
    change: (
      pair: readonly [number, number],
      axis: number,
      all: readonly (readonly [number, number])[],
    ) => [number, number],
  ) =>
  (c: WindowedCase): WindowedCase | undefined =>
    typeof c.padding === 'string' ? undefined : { ...c, padding: c.padding.map(change) };

/** `same` padding with another number of cells before the image; the output keeps its size. */
const sameBefore =
  (before: (axis: ReturnType<typeof axesOf>[number], lower: boolean) => number) =>
  (s: WindowSetting): WindowSetting | undefined =>
    isSame(s) ? withAxes(s, (axis) => ({ ...axis, before: before(axis, s.case.padding === 'same-lower') })) : undefined;

const wraps = (s: WindowSetting): boolean =>
  isSame(s) && axesOf(s).some((axis) => sameTotal(axis) < 0) && axesOf(s).some((axis) => axis.size > 1);

/** Cells of padding that `same` asks for when the dilation is forgotten. */
function sameWithoutDilation(c: WindowedCase): WindowedCase | undefined {
  if (typeof c.padding !== 'string' || c.padding === 'valid' || c.dilation.every((d) => d === 1)) return undefined;
  return { ...c, padding: padsOf({ ...c, dilation: all(c.dilation, 1) }) };
}

export const windowMistakes: readonly SharedMistake[] = [
  {
    name: 'the odd cell of `same` padding were on the other side',
    topic: 'attributes',
    instead: (c) =>
      c.padding === 'same-upper'
        ? { ...c, padding: 'same-lower' }
        : c.padding === 'same-lower'
          ? { ...c, padding: 'same-upper' }
          : undefined,
  },
  {
    name: '`same-lower` were `same-upper`',
    topic: 'attributes',
    instead: (c) => (c.padding === 'same-lower' ? { ...c, padding: 'same-upper' } : undefined),
  },
  {
    name: '`same-upper` were `same-lower`',
    topic: 'attributes',
    instead: (c) => (c.padding === 'same-upper' ? { ...c, padding: 'same-lower' } : undefined),
  },
  {
    name: '`same` padding were half the kernel before the image, whatever the stride and the size',
    topic: 'windows over x',
    setting: sameBefore((axis) => Math.floor(axis.size / 2)),
  },
  {
    name: '`same` padding were half the dilated kernel before the image, whatever the stride and the size',
    topic: 'windows over x',
    setting: sameBefore((axis) => Math.floor(reachOf(axis) / 2)),
  },
  {
    name: '`same` padding were half the kernel less one before the image, whatever the stride and the size',
    topic: 'windows over x',
    setting: sameBefore((axis) => Math.floor((axis.size - 1) / 2)),
  },
  {
    name: '`same` padding were half the dilated kernel less one before the image, whatever the stride and the size',
    topic: 'windows over x',
    setting: sameBefore((axis) => Math.floor((reachOf(axis) - 1) / 2)),
  },
  {
    name: 'the total of `same` padding could be negative: windows start inside the image where the stride exceeds the kernel',
    topic: 'windows over x',
    setting: sameBefore((axis, lower) => Math.trunc((sameTotal(axis) + (lower ? 1 : 0)) / 2)),
  },
  {
    name: 'a negative total of `same` padding wrapped to a huge number: where the stride exceeds the kernel every cell is padding, and the output is the bias',
    topic: 'convolution',
    result: (s) => (wraps(s) ? eachOutput(s, evaluate(s), (_, { o }) => s.b?.[o] ?? 0) : undefined),
  },
  {
    name: 'a negative total of `same` padding were refused and the error ignored: all zeros where the stride exceeds the kernel',
    topic: 'windows over x',
    result: (s) => (wraps(s) ? eachOutput(s, evaluate(s), () => 0) : undefined),
  },
  { name: '`same` padding ignored the dilation', topic: 'attributes', instead: sameWithoutDilation },
  {
    name: '`same` were `valid`',
    topic: 'attributes',
    instead: (c) => (c.padding === 'same-upper' || c.padding === 'same-lower' ? { ...c, padding: 'valid' } : undefined),
  },
  {
    name: 'padding were ignored',
    topic: 'attributes',
    instead: (c) => (c.padding === 'valid' ? undefined : { ...c, padding: 'valid' }),
  },
  {
    name: 'the padding before were used on both sides',
    topic: 'attributes',
    instead: explicit(([before]) => [before, before]),
  },
  {
    name: 'the padding after were used on both sides',
    topic: 'attributes',
    instead: explicit(([, after]) => [after, after]),
  },
  { name: 'the padding after were ignored', topic: 'attributes', instead: explicit(([before]) => [before, 0]) },
  { name: 'the padding before were ignored', topic: 'attributes', instead: explicit(([, after]) => [0, after]) },
  {
    name: 'padding before and after were exchanged',
    topic: 'attributes',
    instead: explicit(([before, after]) => [after, before]),
  },
  {
    name: 'the padding of the axes were exchanged',
    topic: 'attributes',
    instead: explicit((_, i, list) => [...list[list.length - 1 - i]]),
  },
  {
    name: 'the four paddings were read in another order, [top, left, bottom, right] for [top, bottom, left, right]',
    topic: 'attributes',
    instead: (c) =>
      typeof c.padding !== 'string' && c.space.length === 2 ? { ...c, padding: transposed(c.padding) } : undefined,
  },
  {
    name: 'all padding were after the image',
    topic: 'windows over x',
    setting: (s) => withAxes(s, (axis) => ({ ...axis, before: 0 })),
  },
  {
    name: 'the strides of the axes were exchanged',
    topic: 'attributes',
    instead: (c) => (differ(c.stride) ? { ...c, stride: c.stride.toReversed() } : undefined),
  },
  {
    name: 'the first stride were used on all axes',
    topic: 'attributes',
    instead: (c) => (differ(c.stride) ? { ...c, stride: all(c.stride, c.stride[0]) } : undefined),
  },
  {
    name: 'the last stride were used on all axes',
    topic: 'attributes',
    instead: (c) => (differ(c.stride) ? { ...c, stride: all(c.stride, c.stride.at(-1)!) } : undefined),
  },
  {
    name: 'columns were stepped with the stride of the rows',
    topic: 'windows over x',
    setting: (s) =>
      differ(s.case.stride) ? withAxes(s, (axis) => ({ ...axis, stride: s.case.stride[0] })) : undefined,
  },
  {
    name: 'the stride were ignored',
    topic: 'attributes',
    instead: (c) => (c.stride.some((n) => n > 1) ? { ...c, stride: all(c.stride, 1) } : undefined),
  },
  { name: 'a 1×1 kernel forgot the stride', topic: 'windows over x', setting: forgetsStride },
  {
    name: 'a 1×1 kernel under `valid` forgot the stride',
    topic: 'windows over x',
    setting: (s) => (s.case.padding === 'valid' ? forgetsStride(s) : undefined),
  },
  {
    name: 'the dilations of the axes were exchanged',
    topic: 'attributes',
    instead: (c) => (differ(c.dilation) ? { ...c, dilation: c.dilation.toReversed() } : undefined),
  },
  {
    name: 'the first dilation were used on all axes',
    topic: 'attributes',
    instead: (c) => (differ(c.dilation) ? { ...c, dilation: all(c.dilation, c.dilation[0]) } : undefined),
  },
  {
    name: 'the first dilation were used on all axes, though not for the size of the output',
    topic: 'windows over x',
    setting: (s) =>
      differ(s.case.dilation) ? withAxes(s, (axis) => ({ ...axis, dilation: s.case.dilation[0] })) : undefined,
  },
  {
    name: 'the last dilation were used on all axes',
    topic: 'attributes',
    instead: (c) => (differ(c.dilation) ? { ...c, dilation: all(c.dilation, c.dilation.at(-1)!) } : undefined),
  },
  {
    name: 'dilation were ignored',
    topic: 'attributes',
    instead: (c) => (c.dilation.some((n) => n > 1) ? { ...c, dilation: all(c.dilation, 1) } : undefined),
  },
  {
    name: 'dilation counted for the size of the output, not for the taps',
    topic: 'windows over x',
    setting: (s) =>
      s.case.dilation.some((n) => n > 1) ? withAxes(s, (axis) => ({ ...axis, dilation: 1 })) : undefined,
  },
  {
    name: 'dilation counted for the taps, not for the size of the output',
    topic: 'windows over x',
    setting: (s) => (isSame(s) ? undefined : longer(s)),
  },
  {
    name: 'dilation counted for the taps, not for the size of the output, where padding is numbers',
    topic: 'windows over x',
    setting: (s) => (isExplicit(s.case) ? longer(s) : undefined),
  },
  { name: 'ceil were ignored', topic: 'attributes', instead: (c) => (c.ceil ? { ...c, ceil: false } : undefined) },
];

const transposed = ([[a, b], [c, d]]: readonly (readonly [number, number])[]): [number, number][] => [
  [a, c],
  [b, d],
];

/** As many outputs as the kernel has without dilation. */
const longer = (s: WindowSetting): WindowSetting | undefined =>
  s.case.dilation.every((d) => d === 1)
    ? undefined
    : withAxes(s, (axis) => {
        const room = axis.input + axis.before + axis.after - axis.size;
        return { ...axis, output: (s.case.ceil ? Math.ceil : Math.floor)(room / axis.stride) + 1 };
      });

/** Reads pixel p for output p of each image. */
function forgetsStride(s: WindowSetting): WindowSetting | undefined {
  const axes = axesOf(s);
  if (axes.some((axis) => axis.size > 1 || axis.before + axis.after > 0) || axes.every((axis) => axis.stride === 1))
    return undefined;
  const C = s.g.groups * s.g.channels;
  const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);
  const [I, P] = [product(axes.map((axis) => axis.input)), product(axes.map((axis) => axis.output))];
  const x = Float64Array.from(
    { length: s.g.batch * P * C },
    (_, i) => s.x[Math.floor(i / (P * C)) * I * C + (i % (P * C))],
  );
  return { ...withAxes(s, (axis) => ({ ...axis, stride: 1, input: axis.output })), x };
}
