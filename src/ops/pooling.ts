// What all poolings share: attributes, geometry, and one operator over the windows.

import { SpecError } from '../errors.ts';
import { spaceOf, windowField } from '../layer/field.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import type { Program, Value } from '../layer/program.ts';
import { allocate, type Shape, type Tensor, typeOf } from '../tensor.ts';
import { type Axis, type PoolGeometry, readWindow, taps, threeAxes, type Window, windowAxes } from '../window.ts';
import { checkRank } from './convolution.ts';
import type { MaxPoolAttributes } from './pool.ts';

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

/** The same axis without the taps at either end that meet nothing but padding, wherever the window stands. */
function withinReach(axis: Axis): Axis {
  if (axis.size <= axis.input) return axis;
  const { input, size, stride, dilation, before, output } = axis;
  const first = Math.max(0, Math.ceil((before - (output - 1) * stride) / dilation));
  const last = Math.min(size - 1, Math.floor((input - 1 + before) / dilation));
  if (last < first) return axis;
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
  const axesOf = (x: Shape): Axis[] => windowAxes(name, complete, spaceOf(x));
  const geometry = (x: Shape): PoolGeometry => {
    const axes = complete.countPadding === true ? axesOf(x) : axesOf(x).map(withinReach);
    if (taps(axes) > MOST_TAPS)
      throw new SpecError('window-size', `${name}: a window may hold at most ${MOST_TAPS} cells, got ${taps(axes)}`);
    return { batch: x[0], channels: x[x.length - 1], axes: threeAxes(axes) };
  };
  const shape = (x: Shape): Shape => {
    const C = checkRank(name, rank, x);
    return [x[0], ...axesOf(x).map((axis) => axis.output), C];
  };
  return operator({
    name,
    attributes: { ...complete },
    make,
    shape,
    field: (x) => windowField(axesOf(x)),
    forward(x) {
      const y = allocate(name, shape(x.shape), typeOf(x.data));
      pool.forward(geometry(x.shape), x, y);
      return y;
    },
    emit: (program, x) => pool.emit?.(program, x, shape(x.shape), geometry(x.shape)),
    gradient(x, _p, dy, y) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      pool.gradient(geometry(x.shape), x, dy, dx, y);
      return { x: dx };
    },
  });
}
