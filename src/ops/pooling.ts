// What all poolings have in common: attributes, geometry, and one operator over the windows.

import { spaceOf } from '../layer/field.ts';
import type { Layer, Program, Value } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { allocate, type Shape, type Tensor, typeOf } from '../tensor.ts';
import { type PaddingArgument, type PoolGeometry, readWindow, threeAxes, type Window, windowAxes } from '../window.ts';
import { checkRank, windowField } from './convolution.ts';

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
      return { batch: x[0], channels, axes: threeAxes(windowAxes(name, complete, spaceOf(x))) };
    },
    shape: (x, g) => [x[0], ...g.axes.slice(-rank).map((axis) => axis.output), g.channels],
    field: (_x, g) => windowField(g.axes.slice(-rank)),
    forward(x, _p, g) {
      const y = allocate(name, this.shape(x.shape, g), typeOf(x.data));
      pool.forward(g, x, y);
      return y;
    },
    emit(program, x, _p, g) {
      return pool.emit?.(program, x, this.shape(x.shape, g), g);
    },
    gradient({ x, dy, y, g }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      pool.gradient(g, x, dy, dx, y);
      return { x: dx };
    },
  });
}
