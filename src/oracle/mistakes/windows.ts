// Mistakes about stride, dilation, their axes, and ceil.

import { axesOf, isSame, type WindowSetting, withAxes } from '../windows/setting.ts';
import type { SharedMistake } from './shared.ts';

const differ = (numbers: readonly number[]): boolean => numbers.some((n) => n !== numbers[0]);
const all = (numbers: readonly number[], n: number): number[] => numbers.map(() => n);

export const windowMistakes: readonly SharedMistake[] = [
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
    setting: (s) => (typeof s.case.padding !== 'string' ? longer(s) : undefined),
  },
  { name: 'ceil were ignored', topic: 'attributes', instead: (c) => (c.ceil ? { ...c, ceil: false } : undefined) },
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
