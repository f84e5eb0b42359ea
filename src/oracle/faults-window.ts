// Mistakes about windows: padding, stride, dilation and their axes.

import { windowAxes } from '../window.ts';
import type { Case } from './cases.ts';
import { pads } from './cases.ts';
import type { Fault } from './faults.ts';
import { axesOf, eachOutput, evaluate, isSame, reachOf, type Setting, sameTotal, withAxes } from './setting.ts';

const isExplicit = (c: Case): boolean => typeof c.padding !== 'string';
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
  (c: Case): Case | undefined =>
    isExplicit(c) ? { ...c, padding: pads(c).map(change) } : undefined;

/** `same` padding with another number of cells before the image; the output keeps its size. */
const sameBefore =
  (before: (axis: ReturnType<typeof axesOf>[number], lower: boolean) => number) =>
  (s: Setting): Setting | undefined =>
    isSame(s) ? withAxes(s, (axis) => ({ ...axis, before: before(axis, s.case.padding === 'same-lower') })) : undefined;

const wraps = (s: Setting): boolean =>
  isSame(s) && axesOf(s).some((axis) => sameTotal(axis) < 0) && axesOf(s).some((axis) => axis.size > 1);

/** Cells of padding that `same` asks for when the dilation is forgotten. */
function sameWithoutDilation(c: Case): Case | undefined {
  if (typeof c.padding !== 'string' || c.padding === 'valid' || c.dilation.every((d) => d === 1)) return undefined;
  const window = { ...c, padding: c.padding, dilation: all(c.dilation, 1) };
  return { ...c, padding: windowAxes(c.op, window, c.space).map((axis) => [axis.before, axis.after] as const) };
}

export const windowFaults: readonly Fault[] = [
  {
    name: 'the odd cell of `same` padding were on the other side',
    instead: (c) =>
      c.padding === 'same-upper'
        ? { ...c, padding: 'same-lower' }
        : c.padding === 'same-lower'
          ? { ...c, padding: 'same-upper' }
          : undefined,
  },
  {
    name: '`same-lower` were `same-upper`',
    instead: (c) => (c.padding === 'same-lower' ? { ...c, padding: 'same-upper' } : undefined),
  },
  {
    name: '`same-upper` were `same-lower`',
    instead: (c) => (c.padding === 'same-upper' ? { ...c, padding: 'same-lower' } : undefined),
  },
  {
    name: '`same` padding were half the kernel before the image, whatever the stride and the size',
    setting: sameBefore((axis) => Math.floor(axis.size / 2)),
  },
  {
    name: '`same` padding were half the dilated kernel before the image, whatever the stride and the size',
    setting: sameBefore((axis) => Math.floor(reachOf(axis) / 2)),
  },
  {
    name: '`same` padding were half the kernel less one before the image, whatever the stride and the size',
    setting: sameBefore((axis) => Math.floor((axis.size - 1) / 2)),
  },
  {
    name: '`same` padding were half the dilated kernel less one before the image, whatever the stride and the size',
    setting: sameBefore((axis) => Math.floor((reachOf(axis) - 1) / 2)),
  },
  {
    name: 'the total of `same` padding could be negative: windows start inside the image where the stride exceeds the kernel',
    setting: sameBefore((axis, lower) => Math.trunc((sameTotal(axis) + (lower ? 1 : 0)) / 2)),
  },
  {
    name: 'a negative total of `same` padding wrapped to a huge number: where the stride exceeds the kernel every cell is padding, and the output is the bias',
    families: ['conv', 'depthwise'],
    result: (s) => (wraps(s) ? eachOutput(s, evaluate(s), (_, { o }) => s.b?.[o] ?? 0) : undefined),
  },
  {
    name: 'a negative total of `same` padding were refused and the error ignored: all zeros where the stride exceeds the kernel',
    result: (s) => (wraps(s) ? eachOutput(s, evaluate(s), () => 0) : undefined),
  },
  { name: '`same` padding ignored the dilation', instead: sameWithoutDilation },
  {
    name: '`same` were `valid`',
    instead: (c) => (c.padding === 'same-upper' || c.padding === 'same-lower' ? { ...c, padding: 'valid' } : undefined),
  },
  { name: 'padding were ignored', instead: (c) => (c.padding === 'valid' ? undefined : { ...c, padding: 'valid' }) },
  { name: 'the padding before were used on both sides', instead: explicit(([before]) => [before, before]) },
  { name: 'the padding after were used on both sides', instead: explicit(([, after]) => [after, after]) },
  { name: 'the padding after were ignored', instead: explicit(([before]) => [before, 0]) },
  { name: 'the padding before were ignored', instead: explicit(([, after]) => [0, after]) },
  { name: 'padding before and after were exchanged', instead: explicit(([before, after]) => [after, before]) },
  { name: 'the padding of the axes were exchanged', instead: explicit((_, i, list) => [...list[list.length - 1 - i]]) },
  {
    name: 'the four paddings were read in another order, [top, left, bottom, right] for [top, bottom, left, right]',
    instead: (c) => (isExplicit(c) && c.space.length === 2 ? { ...c, padding: transposed(pads(c)) } : undefined),
  },
  { name: 'all padding were after the image', setting: (s) => withAxes(s, (axis) => ({ ...axis, before: 0 })) },
  {
    name: 'the strides of the axes were exchanged',
    instead: (c) => (differ(c.stride) ? { ...c, stride: c.stride.toReversed() } : undefined),
  },
  {
    name: 'the first stride were used on all axes',
    instead: (c) => (differ(c.stride) ? { ...c, stride: all(c.stride, c.stride[0]) } : undefined),
  },
  {
    name: 'the last stride were used on all axes',
    instead: (c) => (differ(c.stride) ? { ...c, stride: all(c.stride, c.stride.at(-1)!) } : undefined),
  },
  {
    name: 'columns were stepped with the stride of the rows',
    setting: (s) =>
      differ(s.case.stride) ? withAxes(s, (axis) => ({ ...axis, stride: s.case.stride[0] })) : undefined,
  },
  {
    name: 'the stride were ignored',
    instead: (c) => (c.stride.some((n) => n > 1) ? { ...c, stride: all(c.stride, 1) } : undefined),
  },
  { name: 'a 1×1 kernel forgot the stride', setting: forgetsStride },
  {
    name: 'a 1×1 kernel under `valid` forgot the stride',
    setting: (s) => (s.case.padding === 'valid' ? forgetsStride(s) : undefined),
  },
  {
    name: 'the dilations of the axes were exchanged',
    instead: (c) => (differ(c.dilation) ? { ...c, dilation: c.dilation.toReversed() } : undefined),
  },
  {
    name: 'the first dilation were used on all axes',
    instead: (c) => (differ(c.dilation) ? { ...c, dilation: all(c.dilation, c.dilation[0]) } : undefined),
  },
  {
    name: 'the first dilation were used on all axes, though not for the size of the output',
    setting: (s) =>
      differ(s.case.dilation) ? withAxes(s, (axis) => ({ ...axis, dilation: s.case.dilation[0] })) : undefined,
  },
  {
    name: 'the last dilation were used on all axes',
    instead: (c) => (differ(c.dilation) ? { ...c, dilation: all(c.dilation, c.dilation.at(-1)!) } : undefined),
  },
  {
    name: 'dilation were ignored',
    instead: (c) => (c.dilation.some((n) => n > 1) ? { ...c, dilation: all(c.dilation, 1) } : undefined),
  },
  {
    name: 'dilation counted for the size of the output, not for the taps',
    setting: (s) =>
      s.case.dilation.some((n) => n > 1) ? withAxes(s, (axis) => ({ ...axis, dilation: 1 })) : undefined,
  },
  {
    name: 'dilation counted for the taps, not for the size of the output',
    setting: (s) => (isSame(s) ? undefined : longer(s)),
  },
  {
    name: 'dilation counted for the taps, not for the size of the output, where padding is numbers',
    setting: (s) => (isExplicit(s.case) ? longer(s) : undefined),
  },
  { name: 'ceil were ignored', instead: (c) => (c.ceil ? { ...c, ceil: false } : undefined) },
];

const transposed = ([[a, b], [c, d]]: readonly (readonly [number, number])[]): [number, number][] => [
  [a, c],
  [b, d],
];

/** As many outputs as the kernel has without dilation. */
const longer = (s: Setting): Setting | undefined =>
  s.case.dilation.every((d) => d === 1)
    ? undefined
    : withAxes(s, (axis) => {
        const room = axis.input + axis.before + axis.after - axis.size;
        return { ...axis, output: (s.case.ceil ? Math.ceil : Math.floor)(room / axis.stride) + 1 };
      });

/** Reads pixel p for output p of each image. */
function forgetsStride(s: Setting): Setting | undefined {
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
