// What all poolings share: attributes, geometry, and one operator over the windows.

import { spaceOf } from '../layer/field.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import type { Program, Value } from '../layer/program.ts';
import { allocate, type Shape, type Tensor, typeOf } from '../tensor.ts';
import { type Axis, type PoolGeometry, readWindow, threeAxes, type Window, windowAxes } from '../window.ts';
import { checkRank, windowField } from './convolution.ts';
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
  const geometry = (x: Shape): PoolGeometry => ({ batch: x[0], channels: x[x.length - 1], axes: threeAxes(axesOf(x)) });
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
