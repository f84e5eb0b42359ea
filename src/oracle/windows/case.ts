// The case of an operator whose windows move over spatial axes; a dense layer has none of these axes.

import { spaceOf } from '../../layer/field.ts';
import type { Layer } from '../../layer/layer.ts';
import type { Shape } from '../../tensor.ts';
import { type Axis, type ConvGeometry, type Padding, windowAxes } from '../../window.ts';
import type { Case, Drawn, Operands } from '../case.ts';

/** Channels and filters count per group; a depthwise convolution or a pool has a group per channel. */
export interface WindowedCase extends Case {
  readonly batch: number;
  readonly space: readonly number[];
  readonly groups: number;
  readonly channels: number;
  /** Per group: filters of a convolution, multiplier of a depthwise one, units of a dense layer; 1 for a pool. */
  readonly filters: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: Padding;
  readonly dilation: readonly number[];
  readonly bias: boolean;
  readonly ceil: boolean;
  readonly countPadding: boolean;
  /** Of an Lp pool. */
  readonly power?: number;
  /** Of a transposed convolution, one number per axis. */
  readonly outputPadding: readonly number[];
}

/** What a mixture of two cases takes from one or the other. */
export const windowTraits = [
  'batch',
  'space',
  'groups',
  'channels',
  'filters',
  'size',
  'stride',
  'padding',
  'dilation',
  'bias',
  'ceil',
  'countPadding',
  'outputPadding',
  'power',
  'values',
] as const satisfies readonly (keyof WindowedCase)[];

export const inputOf = (c: WindowedCase): Shape => [c.batch, ...c.space, c.groups * c.channels];

/** The attributes of the window, as every windowed layer has them. */
export const windowOf = ({ size, stride, padding, dilation }: WindowedCase) => ({ size, stride, padding, dilation });

/** Cells of x, filters and taps: how much there is to reduce. */
export const workOf = (c: WindowedCase): number =>
  [c.batch, c.groups * c.channels, c.filters, ...c.space, ...c.size].reduce((product, each) => product * each, 1);

/** The axes of a window that reads x. */
export const axesOf = (c: WindowedCase): Axis[] => windowAxes(c.op, c, c.space);

/** Padding as numbers, whatever word stands for it: one pair per axis. */
export const padsOf = (c: WindowedCase): readonly (readonly [number, number])[] =>
  typeof c.padding === 'string' ? axesOf(c).map(({ before, after }) => [before, after] as const) : c.padding;

export const isSame = ({ padding }: WindowedCase): boolean => padding === 'same-upper' || padding === 'same-lower';

/** The geometry of a windowed layer over x, as its operator declares it; of a transposed one from y to x. */
export function geometryOf(layer: Layer, x: Shape): ConvGeometry {
  const found = layer.geometry?.(x);
  if (!found || !('groups' in found)) throw new Error(`${layer.name} declares no geometry of a convolution`);
  return found;
}

/** The case that a layer and its tensors are; `g` counts as the family does. */
export function windowCaseOf(
  { attributes }: Layer,
  { x, bias }: Operands,
  g: Pick<ConvGeometry, 'groups' | 'channels' | 'filters'>,
): Drawn<WindowedCase> {
  const given = attributes as unknown as Partial<WindowedCase> & { readonly p?: number };
  const { size = [], stride = [], padding = 'valid', dilation = [], outputPadding = [] } = given;
  const { groups, channels, filters } = g;
  return {
    batch: x.shape[0],
    space: spaceOf(x.shape),
    groups,
    channels,
    filters,
    size,
    stride,
    padding,
    dilation,
    bias: bias !== undefined,
    ceil: given.ceil ?? false,
    countPadding: given.countPadding ?? false,
    outputPadding,
    ...(given.p !== undefined && { power: given.p }),
    values: 'given',
  };
}
