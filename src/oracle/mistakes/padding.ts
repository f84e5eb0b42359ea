// Mistakes about padding: `same`, the numbers before and after, and their axes.

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
  return { ...c, padding: padsOf({ ...c, dilation: c.dilation.map(() => 1) }) };
}

/** All padding of an axis shared out again, whatever word stood for it. */
const sharedOut =
  (share: (total: number, isWord: boolean) => readonly [number, number]) =>
  (c: WindowedCase): WindowedCase | undefined => {
    if (c.padding === 'valid') return undefined;
    const isWord = typeof c.padding === 'string';
    return { ...c, padding: padsOf(c).map(([before, after]) => share(before + after, isWord)) };
  };

const halves: readonly SharedMistake[] = (
  [
    ['down', Math.floor],
    ['up', Math.ceil],
    ['down under `same` and up otherwise', (half, isWord) => (isWord ? Math.floor(half) : Math.ceil(half))],
  ] as readonly (readonly [where: string, whole: (half: number, isWord: boolean) => number])[]
).flatMap(([where, whole]): SharedMistake[] => [
  {
    name: `half of all padding, rounded ${where}, were on either side`,
    topic: 'attributes',
    instead: sharedOut((total, isWord) => [whole(total / 2, isWord), whole(total / 2, isWord)]),
  },
  {
    name: `half of all padding, rounded ${where}, were before the image and the rest after it`,
    topic: 'attributes',
    instead: sharedOut((total, isWord) => [whole(total / 2, isWord), total - whole(total / 2, isWord)]),
  },
]);

export const paddingMistakes: readonly SharedMistake[] = [
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
  ...halves,
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
];

const transposed = ([[a, b], [c, d]]: readonly (readonly [number, number])[]): [number, number][] => [
  [a, c],
  [b, d],
];
