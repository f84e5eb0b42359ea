// The rounding of sums other than contractions: those over small windows at each addition, long ones once.
//
//   a window of at most 64 cells     each addition is rounded to the element type
//   every other sum                  terms of the element type, added in float64: an image from +0, then the images
//
// A long sum stays a float64 until the operation that uses it is rounded. Spec numerics-long, numerics-counts.

import { type Round, roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { type PoolGeometry, taps } from '../window.ts';

/** The number of cells of the largest window whose sum is short. */
export const SHORT_SUM = 64;

/** Whether sums over the window are long: all its cells count, also those outside the input. Spec numerics-long. */
export const isLong = (g: PoolGeometry): boolean => g.isLong ?? taps(g.axes) > SHORT_SUM;

/** How the additions of a sum over a window are rounded. */
export const additions = (data: Data, long: boolean): Round => (long ? (sum) => sum : roundingOf(data));

/**
 * The array in which the terms of dx are added up, from +0: dx itself, which rounds each addition, or float64 numbers
 * of its shape, which `dx.set` then rounds once.
 */
export const accumulator = (dx: Data, long: boolean): Data => (long ? new Float64Array(dx.length) : dx.fill(0));

/**
 * Σ term(i), first within each image from +0, then over the images: `size` terms each, numbered consecutively. Spec
 * numerics-long.
 */
export function longSum(batch: number, size: number, term: (i: number) => number): number {
  let total = 0;
  for (let n = 0; n < batch; n++) {
    let image = 0;
    for (let i = n * size; i < (n + 1) * size; i++) image += term(i);
    total += image;
  }
  return total;
}

/** The same for every channel: sums[c] = Σ term(i, c) over the elements i of x in channel c. */
export function longSums(batch: number, C: number, x: Data, term: (i: number, c: number) => number): Float64Array {
  const [total, image] = [new Float64Array(C), new Float64Array(C)];
  const size = x.length / batch;
  for (let n = 0; n < batch; n++) {
    image.fill(0);
    for (let i = n * size; i < (n + 1) * size; i += C) {
      for (let c = 0; c < C; c++) image[c] += term(i + c, c);
    }
    for (let c = 0; c < C; c++) total[c] += image[c];
  }
  return total;
}
