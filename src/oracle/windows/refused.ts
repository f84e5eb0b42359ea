// Windowed cases that the spec forbids, and the nearest that it allows. Spec oracle-reject.

import type { WindowedCase } from './case.ts';
import type { Written } from './id.ts';

/** One thing is wrong with each: a number of the window, the groups, the size of the image, or that there is no image. */
export function* refusalsOf(has: Written, whole: WindowedCase): Generator<WindowedCase> {
  const c: WindowedCase = { ...whole, padding: 'valid', values: 'exact' };
  const rank = c.size.length;
  yield { ...c, batch: 0 };
  if (has.groups === 'named') {
    const [C, F] = [c.groups * c.channels, c.groups * c.filters];
    for (const groups of [C + 1, F + 1]) yield { ...c, groups, channels: C / groups, filters: F / groups };
  }
  for (let axis = 0; axis < rank; axis++) {
    for (const value of [0, -1]) yield { ...c, stride: c.stride.with(axis, value) };
    yield { ...c, dilation: c.dilation.with(axis, 0) };
    yield { ...c, padding: c.size.map((_, i) => (i === axis ? ([-1, 0] as const) : ([0, 0] as const))) };
    const reach = (c.size[axis] - 1) * c.dilation[axis] + 1;
    if (reach > 1) yield { ...c, space: c.space.with(axis, reach - 1) };
  }
}

/** The same with numbers from 1 on, one group where they do not divide, and an image that the window fits into. */
export function repairedWindow({ reject: _, ...c }: WindowedCase): WindowedCase {
  const atLeast = (least: number, values: readonly number[]): number[] => values.map((v) => Math.max(least, v));
  const [size, dilation] = [atLeast(1, c.size), atLeast(1, c.dilation)];
  const isDivided = Number.isInteger(c.channels) && Number.isInteger(c.filters);
  const [C, F] = [c.groups * c.channels, c.groups * c.filters].map(Math.round);
  return {
    ...c,
    batch: Math.max(1, c.batch),
    ...(!isDivided && { groups: 1, channels: C, filters: F }),
    size,
    dilation,
    stride: atLeast(1, c.stride),
    padding:
      typeof c.padding === 'string'
        ? c.padding
        : c.padding.map((pair) => [Math.max(0, pair[0]), Math.max(0, pair[1])] as const),
    space: c.space.map((cells, axis) => Math.max(cells, (size[axis] - 1) * dilation[axis] + 1)),
  };
}
