// What layers have in common that only move numbers within each image.
//
//   y[n, i] = x[n, source[i]],   dx[n, source[i]] = 0 + dy[n, i]

import { pointField } from '../layer/field.ts';
import type { Attributes, Field, Layer } from '../layer/layer.ts';
import { operator, remembering } from '../layer/operator.ts';
import { allocate, type Shape, sizeOf, typeOf } from '../tensor.ts';

export interface Move {
  /** The shape of one image of y. */
  readonly image: Shape;
  /** The place in an image of x of each number of an image of y, no place twice. */
  source(): Int32Array;
  field?(): Field;
}

/** `move` is given the shape of one image; it refuses what does not fit. */
export function moved(
  name: string,
  attributes: Attributes,
  make: (attributes: never) => Layer,
  move: (image: Shape, x: Shape) => Move,
): Layer {
  const moveOf = remembering(name, (x) => move(x.slice(1), x));
  const sourceOf = remembering(name, (x) => moveOf(x).source());
  const shape = (x: Shape): Shape => [x[0], ...moveOf(x).image];
  return operator({
    name,
    attributes,
    make,
    shape,
    field: (x) => moveOf(x).field?.() ?? pointField(x),
    forward(x) {
      const y = allocate(name, shape(x.shape), typeOf(x.data));
      const source = sourceOf(x.shape);
      const [from, to] = [x.data.length / x.shape[0], source.length];
      for (let n = 0; n < x.shape[0]; n++)
        for (let i = 0; i < to; i++) y.data[n * to + i] = x.data[n * from + source[i]];
      return y;
    },
    gradient({ x, dy }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      const source = sourceOf(x.shape);
      const [from, to] = [x.data.length / x.shape[0], source.length];
      for (let n = 0; n < x.shape[0]; n++)
        for (let i = 0; i < to; i++) dx.data[n * from + source[i]] += dy.data[n * to + i];
      return { x: dx };
    },
  });
}

/** The places of `shape`, row-major, in a tensor where the cell [i, j, …] stands at offset + i·steps[0] + j·steps[1] + … */
export function strided(shape: Shape, steps: readonly number[], offset = 0): Int32Array {
  let found = Int32Array.of(offset);
  shape.forEach((n, k) => {
    const old = found;
    found = new Int32Array(old.length * n);
    for (let i = 0; i < found.length; i++) found[i] = old[Math.floor(i / n)] + (i % n) * steps[k];
  });
  return found;
}

/** How far apart the cells of each axis are. */
export const stepsOf = (shape: Shape): number[] => shape.map((_, k) => sizeOf(shape.slice(k + 1)));
