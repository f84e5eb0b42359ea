// Arrays of several shapes made one shape, as NumPy does: axes are aligned at the end, an axis of 1 is repeated. Spec onnx-operator.

import { type Data, type Shape, sameShape, sizeOf } from '../tensor.ts';
import { unsupported } from './call.ts';
import { lastShape, type Order, strided, stridesOf, type Value } from './value.ts';

export function broadcastShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const axes = shapes.map((shape) => shape[i - rank + shape.length] ?? 1).filter((axis) => axis !== 1);
    const odd = axes.find((axis) => axis !== axes[0]);
    if (odd !== undefined) unsupported(`shapes must be equal or 1 on each axis, got [${shapes.join('] and [')}]`);
    return axes[0] ?? 1;
  });
}

/** The elements of x in the given shape and order; a single number may stay alone. */
export function broadcast(x: Value, shape: Shape, order: Order, alone = true): Data {
  if (sameShape(x.shape, shape)) return x.in(order);
  if (alone && sizeOf(x.shape) === 1) return x.first;
  const missing = shape.length - x.shape.length;
  const own = stridesOf(x.shape);
  const strides = shape.map((_, i) => ((x.shape[i - missing] ?? 1) === 1 ? 0 : own[i - missing]));
  if (order === 'first' || shape.length < 3) return strided(x.first, shape, strides);
  return strided(x.first, lastShape(shape), lastShape(strides));
}

/** The order in which a result of this shape costs the least moving. */
export const orderFor = (values: readonly Value[], shape: Shape): Order =>
  values.some((value) => value.order === 'last' && sameShape(value.shape, shape)) ? 'last' : 'first';
