// Index and place: the index of an element counts along the flat array, its place has one number per axis.

import type { Shape } from './tensor.ts';

/** The place of the element with an index, row-major. */
export function placeOf(shape: Shape, index: number): number[] {
  const place = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = index % shape[axis];
    index = Math.floor(index / shape[axis]);
  }
  return place;
}

/** The index of the element at a place. */
export function indexAt(shape: Shape, place: readonly number[]): number {
  let index = 0;
  for (let axis = 0; axis < place.length; axis++) index = index * shape[axis] + place[axis];
  return index;
}
