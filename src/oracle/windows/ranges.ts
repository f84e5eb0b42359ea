// Where windowed cases are drawn from: a range for every axis, and the corners that plain ranges seldom meet. Spec oracle-cases.

import type { Random } from '../../random.ts';
import type { Drawn } from '../case.ts';
import type { Ranges } from '../family.ts';
import type { WindowedCase } from './case.ts';

type Range = readonly [least: number, most: number];

/** Every axis is drawn by itself from its range. */
export interface WindowRanges {
  readonly batch: Range;
  readonly space: Range;
  readonly groups: Range;
  readonly channels: Range;
  readonly filters: Range;
  readonly size: Range;
  readonly stride: Range;
  readonly dilation: Range;
  readonly padding: readonly ('valid' | 'same-upper' | 'same-lower' | 'explicit')[];
  /** Cells on one side, when the padding is explicit. */
  readonly pad: Range;
  readonly bias: Range;
  readonly ceil: Range;
  readonly countPadding: Range;
  /** Of a transposed convolution; the others have none. */
  readonly outputPadding?: Range;
  /** Of an Lp pool; the others have none. */
  readonly power?: readonly number[];
  readonly values: readonly string[];
  /** One axis of the window has a single tap. */
  readonly line?: boolean;
}

const plain: WindowRanges = {
  batch: [1, 3],
  space: [1, 9],
  groups: [1, 3],
  channels: [1, 3],
  filters: [1, 3],
  size: [1, 4],
  stride: [1, 3],
  dilation: [1, 3],
  pad: [0, 3],
  padding: ['valid', 'same-upper', 'same-lower', 'explicit'],
  bias: [0, 1],
  ceil: [0, 0],
  countPadding: [0, 1],
  values: ['exact'],
};

/** Where the other axes of a case with a large one are drawn from. Spec oracle-sizes. */
const small = (rank: number): WindowRanges => ({
  ...plain,
  space: rank === 3 ? [2, 4] : [3, 6],
  size: [1, 3],
  stride: [1, 2],
  dilation: [1, 2],
  pad: [0, 1],
  batch: [1, 2],
});

export const same = ['same-upper', 'same-lower'] as const;

/** Each with the defect that hides there; the shares are those of uniform random cases that show it. */
export const corners: readonly Partial<WindowRanges>[] = [
  {},
  { padding: same, stride: [2, 4], dilation: [1, 1] }, // negative totals (10 %), even sizes
  { padding: ['explicit'], pad: [0, 4], space: [3, 9] }, // four different pads (14 %)
  { size: [1, 1], stride: [2, 3], padding: ['valid'], space: [3, 9] }, // a 1×1 kernel that forgets its stride (4 %)
  { size: [3, 3], dilation: [2, 3], space: [5, 9] }, // 3×3 special kernels that ignore dilation (1 %)
  { line: true, size: [2, 4], padding: same }, // N×1 and 1×N
  { padding: same, size: [2, 3], dilation: [1, 1], stride: [1, 2] }, // the odd cell of the padding
  { size: [2, 2], stride: [2, 2], dilation: [1, 1], padding: ['valid', 'same-upper'], space: [3, 9] }, // the rest of an odd width
  { line: true, size: [4, 7], stride: [1, 3], dilation: [1, 1], space: [7, 12] }, // wide and strided on one axis
  { dilation: [2, 3], padding: ['explicit'], pad: [1, 3], size: [2, 3], space: [4, 9] }, // dilated, and padded in numbers
];

/** The ranges of a family: what it changes in all of them, then each list entry's own. */
export const windowRanges = (
  rank: number,
  family: Partial<WindowRanges>,
  list: readonly Partial<WindowRanges>[],
): Ranges<WindowedCase>[] => list.map((each) => drawnFrom(rank, { ...plain, ...family, ...each }));

/** What the axes beside a large one are drawn from. */
export const smallRanges = (rank: number, family: Partial<WindowRanges>): Ranges<WindowedCase> =>
  drawnFrom(rank, { ...small(rank), ...family });

const drawnFrom = (rank: number, ranges: WindowRanges): Ranges<WindowedCase> => ({
  values: ranges.values,
  draw: (draw) => drawWindow(ranges, rank, draw),
});

function drawWindow(ranges: WindowRanges, rank: number, { below }: Random): Drawn<WindowedCase> {
  const within = ([least, most]: Range): number => least + below(most - least + 1);
  const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)];
  const axes = (range: Range): number[] => Array.from({ length: rank }, () => within(range));
  /** Half of the cases that may do without are without: many an engine offers nothing else. */
  const often = (range: Range, draw: () => number[]): number[] =>
    range[0] === 1 && below(2) === 0 ? draw().map(() => 1) : draw();
  const size = axes(ranges.size);
  if (ranges.line && rank > 1) size[below(rank)] = 1;
  const padding = oneOf(ranges.padding);
  return {
    batch: within(ranges.batch),
    space: axes(ranges.space),
    groups: often(ranges.groups, () => [within(ranges.groups)])[0],
    channels: within(ranges.channels),
    filters: within(ranges.filters),
    size,
    stride: axes(ranges.stride),
    padding:
      padding === 'explicit' ? axes([0, 0]).map(() => [within(ranges.pad), within(ranges.pad)] as const) : padding,
    dilation: often(ranges.dilation, () => axes(ranges.dilation)),
    bias: within(ranges.bias) === 1,
    ceil: within(ranges.ceil) === 1,
    countPadding: within(ranges.countPadding) === 1,
    outputPadding: ranges.outputPadding ? axes(ranges.outputPadding) : [],
    values: oneOf(ranges.values),
    ...(ranges.power && { power: oneOf(ranges.power) }),
  };
}
