// Tensors by place: the definitions that properties are written in.

import { type ElementType, type Shape, type Tensor, tensor } from '../../src/index.ts';
import { placeOf } from '../../src/places.ts';

export type Place = readonly number[];

export const typeOf = ({ data }: Tensor): ElementType => (data instanceof Float32Array ? 'float32' : 'float64');

/** The tensor whose element at each place is `value(place)`, of the type of `like`. */
export function build(shape: Shape, like: Tensor, value: (place: Place) => number): Tensor {
  const y = tensor(shape, undefined, typeOf(like));
  for (let i = 0; i < y.data.length; i++) y.data[i] = value(placeOf(shape, i));
  return y;
}

/** The element at a place, `outside` for a place that the tensor does not have. */
export function at(t: Tensor, place: Place, outside = Number.NaN): number {
  let i = 0;
  for (let axis = 0; axis < place.length; axis++) {
    if (place[axis] < 0 || place[axis] >= t.shape[axis]) return outside;
    i = i * t.shape[axis] + place[axis];
  }
  return t.data[i];
}

/** A place with its spatial coordinates changed. */
export const inSpace = (place: Place, change: (coordinate: number, axis: number) => number): Place => [
  place[0],
  ...place.slice(1, -1).map(change),
  place[place.length - 1],
];

export const channels = (t: Tensor): number => t.shape[t.shape.length - 1];

/** The tensor with another last axis. */
export const onLastAxis = (t: Tensor, size: number, from: (c: number) => number): Tensor =>
  build([...t.shape.slice(0, -1), size], t, (place) => at(t, [...place.slice(0, -1), from(place[place.length - 1])]));

/** The weight of a convolution with another axis of channels, the one before the last. */
export const onChannelAxis = (w: Tensor, size: number, from: (c: number) => number): Tensor =>
  build([...w.shape.slice(0, -2), size, channels(w)], w, (place) =>
    at(w, [...place.slice(0, -2), from(place[place.length - 2]), place[place.length - 1]]),
  );

/** The tensor with cells around its space. */
export const padded = (t: Tensor, pads: readonly (readonly [number, number])[], value: number): Tensor =>
  build([t.shape[0], ...t.shape.slice(1, -1).map((n, i) => pads[i][0] + n + pads[i][1]), channels(t)], t, (place) =>
    at(
      t,
      inSpace(place, (cell, i) => cell - pads[i][0]),
      value,
    ),
  );

/** The values of x, mixed, on a space that many cells larger on each axis. */
export function enlarged(x: Tensor, by: readonly number[]): Tensor {
  const shape = [x.shape[0], ...x.shape.slice(1, -1).map((n, i) => n + by[i]), channels(x)];
  const y = tensor(shape, undefined, typeOf(x));
  return { shape, data: y.data.map((_, i) => x.data[(i * 31) % x.data.length]) };
}
