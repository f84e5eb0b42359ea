// What all poolings have in common: attributes, geometry, and one operator over the windows.

import { SpecError } from '../errors.ts';
import { spaceOf, windowField } from '../layer/field.ts';
import type { Layer, Program } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import type { Value } from '../layer/step.ts';
import { SHORT_SUM } from '../reference/sums.ts';
import { allocate, type Shape, type Tensor, typeOf } from '../tensor.ts';
import {
  type Axis,
  type PaddingArgument,
  type PoolGeometry,
  readWindow,
  taps,
  threeAxes,
  type Window,
  windowAxes,
} from '../window.ts';
import { checkRank } from './convolution-layer.ts';

export interface MaxPoolAttributes {
  /** Cells on each axis of the window. */
  readonly size: number | readonly number[];
  /** The default is the size, so that windows do not overlap. */
  readonly stride?: number | readonly number[];
  readonly padding?: PaddingArgument;
  readonly dilation?: number | readonly number[];
  /** Round the number of windows up, so that the last one may extend beyond the end. */
  readonly ceil?: boolean;
}

export const windowNames = ['size', 'stride', 'padding', 'dilation', 'ceil'];

export const readPoolWindow = (name: string, rank: number, a: MaxPoolAttributes) =>
  readWindow(name, rank, {
    size: a.size,
    stride: a.stride,
    padding: a.padding ?? 'valid',
    dilation: a.dilation ?? 1,
    ceil: a.ceil,
  });

/** The cells of a window are listed one by one. */
const MOST_TAPS = 1 << 24;

/** The same axis without the taps at either end that meet nothing but padding at every position of the window. */
function withinReach(axis: Axis): Axis {
  if (axis.size <= axis.input) return axis;
  const { input, size, stride, dilation, before, output } = axis;
  const first = Math.max(0, Math.ceil((before - (output - 1) * stride) / dilation));
  const last = Math.min(size - 1, Math.floor((input - 1 + before) / dilation));
  if (last < first) return { ...axis, size: 1 }; // no tap ever meets a cell: any one will do
  return { ...axis, size: last - first + 1, before: before - first * dilation };
}

export interface Pool {
  emit?(program: Program, x: Value, shape: Shape, g: PoolGeometry): Value;
  forward(g: PoolGeometry, x: Tensor, y: Tensor): void;
  gradient(g: PoolGeometry, x: Tensor, dy: Tensor, dx: Tensor, y: Tensor): void;
}

/** A layer without parameters that reduces each window of each channel. */
export function pooling(
  name: string,
  rank: number,
  complete: Window & { readonly countPadding?: boolean; readonly p?: number },
  make: (attributes: never) => Layer,
  pool: Pool,
): Layer {
  return operator<PoolGeometry>({
    name,
    attributes: { ...complete },
    make,
    geometry(x) {
      const channels = checkRank(name, rank, x);
      const all = windowAxes(name, complete, spaceOf(x));
      const axes = threeAxes(all.map(withinReach));
      const counted = complete.countPadding === true && { counted: threeAxes(all) };
      return { batch: x[0], channels, axes, isLong: taps(all) > SHORT_SUM, ...counted };
    },
    shape: (x, g) => [x[0], ...g.axes.slice(-rank).map((axis) => axis.output), g.channels],
    field: (x) => windowField(windowAxes(name, complete, spaceOf(x))),
    forward(x, _p, g) {
      checkTaps(name, g);
      const y = allocate(name, this.shape(x.shape, g), typeOf(x.data));
      pool.forward(g, x, y);
      return y;
    },
    emit(program, x, _p, g) {
      checkTaps(name, g);
      return pool.emit?.(program, x, this.shape(x.shape, g), g);
    },
    gradient({ x, dy, y, g }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      pool.gradient(g, x, dy, dx, y);
      return { x: dx };
    },
  });
}

/** Spec window-size. */
function checkTaps(name: string, { axes }: PoolGeometry): void {
  if (taps(axes) > MOST_TAPS)
    throw new SpecError('window-size', `${name}: a window may hold at most ${MOST_TAPS} cells, got ${taps(axes)}`);
}
