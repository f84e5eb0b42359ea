// Arbitraries of windows: every axis is drawn independently, from several ranges, each with a kind of window that
// engines got wrong.
//
//   |before| x x x x x … |after|     input = reach − before − after + extra, so that at least one window fits

import { finiteNumber } from '../attributes.ts';
import type { Padding } from '../window.ts';
import fc from './install-fast-check.ts';

/** A window, and the spatial axes of an input that it fits on. */
export interface WindowCase {
  readonly space: readonly number[];
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: Padding;
  readonly dilation: readonly number[];
}

type Range = readonly [least: number, most: number];

/** The ranges from which the numbers of one axis are drawn. */
interface Limits {
  readonly size: Range;
  readonly stride: Range;
  readonly dilation: Range;
  readonly pad: Range;
  readonly extra: Range;
}

const any: Limits = { size: [1, 4], stride: [1, 4], dilation: [1, 3], pad: [0, 3], extra: [0, 6] };

/** Each stratum shows defects that under 2 % of unlimited draws would show. */
const strata: readonly { readonly weight: number; readonly limits: (axis: number) => Limits }[] = [
  { weight: 4, limits: () => any },
  // a stride wider than the window: cells that no window covers, and a negative total under `same`
  { weight: 2, limits: () => ({ ...any, size: [1, 2], stride: [3, 4] }) },
  // one cell at a time: the shortcut to a matrix product
  { weight: 1, limits: () => ({ ...any, size: [1, 1], dilation: [1, 1] }) },
  // 3×3 dilated on both axes: where special kernels are chosen
  { weight: 1, limits: () => ({ ...any, size: [3, 3], stride: [1, 2], dilation: [2, 3], pad: [0, 4] }) },
  // a line along the last axis, or along the first
  { weight: 1, limits: (axis) => (axis === 0 ? { ...any, size: [1, 1], dilation: [1, 1] } : { ...any, size: [2, 5] }) },
  { weight: 1, limits: (axis) => (axis === 0 ? { ...any, size: [2, 5] } : { ...any, size: [1, 1], dilation: [1, 1] }) },
  // padding wider than the stride: more than one window reaches over the border
  { weight: 1, limits: () => ({ ...any, size: [4, 5], stride: [1, 1], dilation: [1, 1], pad: [2, 3], extra: [2, 5] }) },
  // rows longer than any tile of positions
  { weight: 1, limits: (axis) => ({ ...any, pad: [0, 2], extra: axis === 0 ? [0, 2] : [7, 18] }) },
];

const within = ([least, most]: Range): fc.Arbitrary<number> => fc.integer({ min: least, max: most });

const paddings = ['explicit', 'explicit', 'valid', 'same-upper', 'same-lower'] as const;

/**
 * Windows of `rank` axes, all numbers of all axes independent: padded on each side by another amount, `valid` or either
 * `same`, strided and dilated beyond their size, on inputs of one cell or of more than a tile.
 *
 * @throws {SpecError} conv-rank for a rank that is not 1, 2 or 3.
 * @example
 * fc.sample(windowCases(2), 1)[0].size.length // 2
 */
export const windowCases = (rank: number): fc.Arbitrary<WindowCase> => {
  finiteNumber('conv-rank', 'windowCases', 'rank', rank, '1, 2 or 3', (value) => [1, 2, 3].includes(value));
  return fc
    .tuple(
      fc.constantFrom(...paddings),
      fc.oneof(
        ...strata.map(({ weight, limits }) => ({
          weight,
          arbitrary: fc.tuple(...Array.from({ length: rank }, (_, i) => axisOf(limits(rank === 1 ? 1 : i)))),
        })),
      ),
    )
    .map(([kind, axes]) => windowOf(kind, axes));
};

interface AxisDraw {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly extra: number;
}

const axisOf = (limits: Limits): fc.Arbitrary<AxisDraw> =>
  fc.record({
    size: within(limits.size),
    stride: within(limits.stride),
    dilation: within(limits.dilation),
    before: within(limits.pad),
    after: within(limits.pad),
    extra: within(limits.extra),
  });

function windowOf(kind: (typeof paddings)[number], axes: readonly AxisDraw[]): WindowCase {
  const space = axes.map(({ size, dilation, before, after, extra }) => {
    const reach = (size - 1) * dilation + 1;
    if (kind === 'same-upper' || kind === 'same-lower') return 1 + extra;
    return Math.max(1, kind === 'valid' ? reach + extra : reach - before - after + extra);
  });
  return {
    space,
    size: axes.map((axis) => axis.size),
    stride: axes.map((axis) => axis.stride),
    dilation: axes.map((axis) => axis.dilation),
    padding: kind === 'explicit' ? axes.map(({ before, after }) => [before, after] as const) : kind,
  };
}
