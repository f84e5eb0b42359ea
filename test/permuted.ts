// Arrays with their axes in another order.

import { type Tensor, tensor } from '../src/index.ts';
import { sizeOf } from '../src/tensor.ts';

/** Axis i of the result is axis order[i] of x. */
export function permuted(x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => x.shape[axis]);
  const steps = order.map((axis) => sizeOf(x.shape.slice(axis + 1)));
  const y = tensor(shape);
  for (let i = 0; i < y.data.length; i++) {
    let [rest, from] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]) * steps[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    y.data[i] = x.data[from];
  }
  return y;
}
