// The axes of a windowed case that may be made large, and their sizes, which plain ranges do not reach. Spec oracle-sizes.

import type { LargeAxis } from '../family.ts';
import type { WindowedCase } from './case.ts';

/**
 * Around the widths of vectors, register tiles and work groups (4 to 64), the most telling first: 65 leaves one cell over
 * by every one of them, 64 none, 31 all but one; 17 and 33 are the first past two of them.
 */
export const blocks = [65, 64, 31, 17, 33, 16, 8, 63, 32, 9, 15, 7, 5, 12, 24, 48] as const;
/** Images, groups and multipliers come in smaller numbers; so do taps, strides and gaps. */
export const batches = [5, 4, 9, 8, 17, 7, 16] as const;
export const groups = [4, 5, 8, 16, 9, 7, 17] as const;
/** Kernels of LeNet-5, of the first layers of ResNet and AlexNet, and between; fewer where there are three axes. */
const kernels = [5, 7, 11, 9, 6, 8, 10] as const;
const cubes = [5, 7, 4] as const;
const strides = [5, 4, 7, 6, 8, 9] as const;
const dilations = [4, 6, 5, 8, 7, 12] as const;

type Axis = LargeAxis<WindowedCase>;

const batch: Axis = { values: batches, set: (c, value) => ({ ...c, batch: value }) };

/** The axis of a window made large, and the input by so many cells for each step, so that the window still fits. */
const window =
  (name: 'size' | 'stride' | 'dilation', axis: number, cells: (c: WindowedCase) => number): Axis['set'] =>
  (c, value) => ({
    ...c,
    [name]: c[name].with(axis, value),
    space: c.space.with(axis, c.space[axis] + (value - 1) * cells(c)),
  });

/** All axes of the window at once. */
const cube =
  (grows: number): Axis['set'] =>
  (c, value) => ({
    ...c,
    size: c.size.map(() => value),
    space: c.space.map((input) => input + (value - 1) * grows),
  });

/** The axes of the window; `grows` is 1 where a larger window needs a larger input. */
export function windowAxes(rank: number, grows: number, isDilated = true): Axis[] {
  const spatial = Array.from({ length: rank }, (_, axis): Axis[] => [
    { values: blocks, set: (c, value) => ({ ...c, space: c.space.with(axis, value) }) },
    { values: kernels, set: window('size', axis, () => grows) },
    { values: strides, set: window('stride', axis, () => grows) },
    ...(isDilated ? [{ values: dilations, set: window('dilation', axis, (c) => grows * (c.size[axis] - 1)) }] : []),
  ]);
  return [...(rank > 1 ? [{ values: rank === 3 ? cubes : kernels, set: cube(grows) }] : []), ...spatial.flat()];
}

/** Where filters and channels are mixed, each within its group. */
export const mixedAxes = (rank: number, grows: number): Axis[] => [
  ...ungroupedAxes,
  { values: groups, set: (c, value) => ({ ...c, groups: value }) },
  ...windowAxes(rank, grows),
];

/** Where all channels are mixed. */
export const ungroupedAxes: readonly Axis[] = [
  { values: blocks, set: (c, value) => ({ ...c, filters: value, groups: 1 }) },
  { values: blocks, set: (c, value) => ({ ...c, channels: value, groups: 1 }) },
  batch,
];

/** Where every channel is a group of its own, with or without several filters. */
export const perChannelAxes = (rank: number, hasFilters: boolean): Axis[] => [
  ...(hasFilters ? [{ values: groups, set: (c: WindowedCase, value: number) => ({ ...c, filters: value }) }] : []),
  { values: blocks, set: (c, value) => ({ ...c, groups: value }) },
  batch,
  ...windowAxes(rank, 1),
];
