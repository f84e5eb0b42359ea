// What combinators do with the outputs of their branches: add them, or join and split them on the channel axis.

import * as kernels from '../kernels/choose.ts';
import { allocate, type Shape, type Tensor, typeOf } from '../tensor.ts';

/** a + b, element by element. Spec sum-rules. */
export function sumOf(a: Tensor, b: Tensor): Tensor {
  const y = allocate('sum', a.shape, typeOf(a.data), true);
  kernels.add(a.data, b.data, y.data);
  return y;
}

/** Joins the tensors on the last axis. Spec concat-rules. */
export function concatChannels(parts: readonly Tensor[]): Tensor {
  const width = (part: Tensor): number => part.shape[part.shape.length - 1];
  const C = parts.reduce((total, part) => total + width(part), 0);
  const y = allocate('concat', [...parts[0].shape.slice(0, -1), C], typeOf(parts[0].data));
  let first = 0;
  for (const part of parts) {
    const c = width(part);
    for (let row = 0; row < part.data.length / c; row++)
      y.data.set(part.data.subarray(row * c, (row + 1) * c), row * C + first);
    first += c;
  }
  return y;
}

/** The inverse of `concatChannels`: one tensor per shape. */
export function splitChannels(dy: Tensor, shapes: readonly Shape[]): readonly Tensor[] {
  const C = dy.shape[dy.shape.length - 1];
  let first = 0;
  return shapes.map((shape) => {
    const part = allocate('concat', shape, typeOf(dy.data));
    const c = shape[shape.length - 1];
    for (let row = 0; row < part.data.length / c; row++)
      part.data.set(dy.data.subarray(row * C + first, row * C + first + c), row * c);
    first += c;
    return part;
  });
}
