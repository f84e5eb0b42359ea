// Windows: how many of them fit on an axis, and which input cells each one covers.
//
//   cell(p, k) = p·stride + k·dilation − before          0 ≤ k < size, 0 ≤ p < output
//   |before| x x x x x x x x |after|                     a cell outside [0, input) is padding

import { flag, perAxis, wholeNumber } from './attributes.ts';
import { paddingHint, padsHint } from './did-you-mean.ts';
import { SpecError, show, wrongType } from './errors.ts';
import { isList } from './reading.ts';
import type { Shape } from './tensor.ts';

export type Padding = 'valid' | 'same-upper' | 'same-lower' | readonly (readonly [before: number, after: number])[];

/**
 * The forms of padding: `'same'` means `'same-upper'`; a number pads all sides; an array has a number or a pair per
 * axis.
 */
export type PaddingArgument =
  | Padding
  | 'same'
  | number
  | readonly (number | readonly [before: number, after: number])[];

/** The attributes of a window, one number per axis. */
export interface Window {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: Padding;
  readonly dilation: readonly number[];
  readonly ceil: boolean;
}

/** One axis of a windowed operation, with all its numbers. */
export interface Axis {
  readonly input: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly output: number;
}

/** Reads the attributes of a window. `stride: undefined` means the size of the window (pooling). */
export function readWindow(
  who: string,
  rank: number,
  a: { size: unknown; stride: unknown; padding: unknown; dilation: unknown; ceil?: unknown },
): Window {
  const size = perAxis('window-size', who, 'size', a.size, rank, 1);
  return {
    size,
    stride: a.stride === undefined ? size : perAxis('window-stride', who, 'stride', a.stride, rank, 1),
    padding: readPadding(who, rank, a.padding),
    dilation: perAxis('window-dilation', who, 'dilation', a.dilation, rank, 1),
    ceil: flag('window-ceil', who, 'ceil', a.ceil ?? false),
  };
}

/** Spec window-padding. */
export function readPadding(who: string, rank: number, value: unknown): Padding {
  const number = (each: unknown): number => wholeNumber('window-padding', who, 'padding', each, 0);
  if (value === 'same') return 'same-upper';
  if (value === 'valid' || value === 'same-upper' || value === 'same-lower') return value;
  if (typeof value === 'number') return Array.from({ length: rank }, () => [number(value), number(value)] as const);
  if (typeof value === 'string')
    throw new SpecError(
      'window-padding',
      `${who}: padding must be 'valid', 'same', 'same-upper', 'same-lower', a number, or one number or pair per axis, got ${show(value)}${paddingHint(value)}`,
    );
  if (!isList(value))
    throw wrongType(
      'window-padding',
      `${who}: padding must be 'valid', 'same', 'same-upper', 'same-lower', a number, or one number or pair per axis, got ${show(value)}`,
    );
  if (value.length !== rank)
    throw new SpecError(
      'window-padding',
      `${who}: padding must have one number or one pair [before, after] for each of the ${rank} axes, got ${show(value)}${padsHint(value, rank)}`,
    );
  return value.map((each) => {
    if (!isList(each)) return [number(each), number(each)] as const;
    if (each.length !== 2)
      throw new SpecError(
        'window-padding',
        `${who}: padding of an axis must be a number or a pair [before, after], got ${show(each)}`,
      );
    return [number(each[0]), number(each[1])] as const;
  });
}

/** The names of the spatial axes. Spec conv-rank. */
export const axisNames = (rank: number): readonly string[] =>
  rank === 1 ? ['length'] : ['depth', 'height', 'width'].slice(-rank);

/** The axes of a windowed operation on spatial axes of the given sizes. Spec window-output, window-same, window-ceil, window-fit, window-allowed. */
export function windowAxes(who: string, window: Window, space: Shape): Axis[] {
  return space.map((input, i) => {
    const [size, stride, dilation] = [window.size[i], window.stride[i], window.dilation[i]];
    const reach = (size - 1) * dilation + 1;
    if (window.padding === 'same-upper' || window.padding === 'same-lower') {
      const output = Math.ceil(input / stride);
      const total = Math.max(0, (output - 1) * stride + reach - input);
      const half = Math.floor(total / 2);
      const before = window.padding === 'same-upper' ? half : total - half;
      return { input, size, stride, dilation, before, after: total - before, output };
    }
    const [before, after] = window.padding === 'valid' ? [0, 0] : window.padding[i];
    const room = input + before + after - reach;
    if (room < 0 && !(window.ceil && room > -stride))
      throw new SpecError(
        'window-fit',
        `${who}: a window of ${reach} cells (size ${size}, dilation ${dilation}) must fit into the padded input, got ${input} + ${before} + ${after} cells along the ${axisNames(space.length)[i]}`,
      );
    let output = (window.ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    if (window.ceil && (output - 1) * stride >= input + before) output--;
    return { input, size, stride, dilation, before, after, output };
  });
}

/** An axis of one cell: 1-D and 2-D operators are 3-D operators with such axes in front. Spec conv-rank. */
const unitAxis: Axis = { input: 1, size: 1, stride: 1, dilation: 1, before: 0, after: 0, output: 1 };

/** One value for each axis of space: planes, rows, columns. */
export type Three<T> = readonly [T, T, T];
export type ThreeAxes = Three<Axis>;

export function threeAxes(axes: readonly Axis[]): ThreeAxes {
  return [unitAxis, unitAxis, unitAxis, ...axes].slice(-3) as unknown as ThreeAxes;
}

export const inputs = (axes: readonly Axis[]): number => axes.reduce((product, axis) => product * axis.input, 1);
export const outputs = (axes: readonly Axis[]): number => axes.reduce((product, axis) => product * axis.output, 1);
/** Whether two windows may share a cell. */
export const overlaps = (axes: readonly Axis[]): boolean =>
  axes.some(({ output, size, stride, dilation }) => output > 1 && stride <= (size - 1) * dilation);
export const taps = (axes: readonly Axis[]): number => axes.reduce((product, axis) => product * axis.size, 1);

/**
 * Fills `cells[k]` with the flat input pixel under tap `k` of output position `p`, or −1 where the tap meets padding.
 * Taps, pixels and positions are numbered row-major.
 */
export function cellsUnder([a, b, c]: ThreeAxes, p: number, cells: Int32Array): void {
  const top = Math.floor(p / (b.output * c.output)) * a.stride - a.before;
  const middle = (Math.floor(p / c.output) % b.output) * b.stride - b.before;
  const left = (p % c.output) * c.stride - c.before;
  let k = 0;
  for (let ka = 0; ka < a.size; ka++) {
    const ia = top + ka * a.dilation;
    for (let kb = 0; kb < b.size; kb++) {
      const ib = middle + kb * b.dilation;
      const inside = ia >= 0 && ia < a.input && ib >= 0 && ib < b.input;
      for (let kc = 0; kc < c.size; kc++) {
        const ic = left + kc * c.dilation;
        cells[k++] = inside && ic >= 0 && ic < c.input ? (ia * b.input + ib) * c.input + ic : -1;
      }
    }
  }
}

/**
 * The numbers of one convolution, which determine the shapes of x, w and y. Channels and filters are counted per group.
 */
export interface ConvGeometry {
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly filters: number;
  readonly axes: ThreeAxes;
}

/** The numbers of one pooling. */
export interface PoolGeometry {
  /** Whether its sums are long; without it, the cells of the window decide. Spec numerics-long. */
  readonly isLong?: boolean;
  readonly batch: number;
  readonly channels: number;
  /** The taps that may meet a cell of the input. */
  readonly axes: ThreeAxes;
  /** All taps, where an average counts also those that `axes` leaves out. Spec pool-divisor. */
  readonly counted?: ThreeAxes;
}
