// Outputs on other spatial sizes than ours, the first cells of every axis being the same. A window that begins at or beyond
// n + before covers no cell, so that the cells of our output stay as they are where a rule for ceil keeps such windows:
//
//   y y y e        e = what a window over no cell gives
//   y y y e
//   e e e e

import { indexAt, placeOf } from '../../places.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import { type Bound, expectOver } from '../bounds/bound.ts';
import type { Expected } from '../family.ts';
import type { Prediction } from '../mistake.ts';

/** For each cell of `to` its index in `from`; −1 where there is none. */
export const placesIn = (from: Shape, to: Shape): Int32Array =>
  Int32Array.from({ length: sizeOf(to) }, (_, i) => {
    const place = placeOf(to, i);
    return place.some((at, axis) => at >= from[axis]) ? -1 : indexAt(from, place);
  });

/** A prediction of ours in another shape, anything being possible over no cell. */
export function widened(y: Prediction, shape: Shape): Prediction {
  const from = placesIn(y.shape, shape);
  const data = Float64Array.from(from, (place) => (place < 0 ? NaN : y.data[place]));
  return { shape, data, open: Uint8Array.from(from, (place) => (place < 0 ? 1 : 0)) };
}

/** The bound on an output in another shape: ours, and around it what a window over no cell gives. Spec dialect-results. */
export function widenedBound({ shape: ours, bound }: Expected, shape: Shape, empty: number | 'open'): Expected {
  const from = placesIn(ours, shape);
  const [value, error, kinds] = expectOver(empty);
  const filled = (data: Float64Array, rest: number): Float64Array =>
    Float64Array.from(from, (place) => (place < 0 ? rest : data[place]));
  const wider: Bound = {
    value: filled(bound.value, value),
    error: filled(bound.error, error),
    kinds: Uint8Array.from(from, (place) => (place < 0 ? kinds : bound.kinds[place])),
    magnitude: filled(bound.magnitude, 0),
    terms: filled(bound.terms, 0),
  };
  return { shape, bound: wider };
}
