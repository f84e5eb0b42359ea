// Sizes that plain ranges do not reach: one axis of a small case at a time is made large. Spec oracle-sizes.
//
//   turn      0        1         2        3       4      …  a lap: each axis once
//   axis      filters  channels  batch    groups  h      …
//   value     65       65        5        4       65        the first of each list; a lap later the second, …

import type { Random } from '../random.ts';
import type { Case } from './cases.ts';
import type { Family } from './operators.ts';

/**
 * Around the widths of vectors, register tiles and work groups (4 to 64), the most telling first: 65 leaves one cell over
 * by every one of them, 64 none, 31 all but one; 17 and 33 are the first past two of them.
 */
const blocks = [65, 64, 31, 17, 33, 16, 8, 63, 32, 9, 15, 7, 5, 12, 24, 48] as const;
/** Images, groups and multipliers come in smaller numbers; so do taps, strides and gaps. */
const batches = [5, 4, 9, 8, 17, 7, 16] as const;
const groups = [4, 5, 8, 16, 9, 7, 17] as const;
/** Kernels of LeNet-5, of the first layers of ResNet and AlexNet, and between; fewer where there are three axes. */
const kernels = [5, 7, 11, 9, 6, 8, 10] as const;
const cubes = [5, 7, 4] as const;
const strides = [5, 4, 7, 6, 8, 9] as const;
const dilations = [4, 6, 5, 8, 7, 12] as const;

interface LargeAxis {
  readonly values: readonly number[];
  readonly set: (c: Case, value: number) => Case;
}

/** The axis of a window made large, and the input by so many cells for each step, so that the window still fits. */
const window =
  (name: 'size' | 'stride' | 'dilation', axis: number, cells: (c: Case) => number): LargeAxis['set'] =>
  (c, value) => ({
    ...c,
    [name]: c[name].with(axis, value),
    space: c.space.with(axis, c.space[axis] + (value - 1) * cells(c)),
  });

/** All axes of the window at once. */
const cube =
  (grows: number): LargeAxis['set'] =>
  (c, value) => ({
    ...c,
    size: c.size.map(() => value),
    space: c.space.map((input) => input + (value - 1) * grows),
  });

/** Every axis of a family that has sizes of its own. */
function axesOf(family: Family, rank: number): readonly LargeAxis[] {
  const isPool = family === 'max' || family === 'avg';
  const perChannel = isPool || family === 'depthwise';
  const grows = family === 'transpose' ? 0 : 1;
  const spatial = Array.from({ length: rank }, (_, axis): LargeAxis[] => [
    { values: blocks, set: (c, value) => ({ ...c, space: c.space.with(axis, value) }) },
    { values: kernels, set: window('size', axis, () => grows) },
    { values: strides, set: window('stride', axis, () => grows) },
    { values: dilations, set: window('dilation', axis, (c) => grows * (c.size[axis] - 1)) },
  ]);
  const filters: LargeAxis = perChannel
    ? { values: groups, set: (c, value) => ({ ...c, filters: value }) }
    : { values: blocks, set: (c, value) => ({ ...c, filters: value, groups: 1 }) };
  const channels: LargeAxis = perChannel
    ? { values: blocks, set: (c, value) => ({ ...c, groups: value }) }
    : { values: blocks, set: (c, value) => ({ ...c, channels: value, groups: 1 }) };
  const grouped: LargeAxis = { values: groups, set: (c, value) => ({ ...c, groups: value }) };
  return [
    ...(isPool ? [] : [filters]),
    channels,
    { values: batches, set: (c, value) => ({ ...c, batch: value }) },
    ...(perChannel || family === 'dense' ? [] : [grouped]),
    ...(rank > 1 ? [{ values: rank === 3 ? cubes : kernels, set: cube(grows) }] : []),
    ...spatial.flat(),
  ];
}

/** The axis whose turn it is made large: by the values of its list, lap by lap, and by any up to the largest of them after that. */
export function enlarged(c: Case, family: Family, rank: number, turn: number, draw: Random): Case {
  const axes = axesOf(family, rank);
  const { values, set } = axes[turn % axes.length];
  const lap = Math.floor(turn / axes.length);
  return set(c, lap < values.length ? values[lap] : 4 + draw.below(Math.max(...values) - 3));
}
