// Numbers of channels, and their sums over the places of images, in float64. Spec numerics-long.

import type { Data } from '../tensor.ts';
import type { Arena } from './arena.ts';

/** Room for a number of each channel, in whole vectors, and the numbers in it; as much for either type. */
export function numbers(arena: Arena, columns: number, values?: Data): number {
  const address = arena.take(Math.ceil(columns / 8) * 64);
  if (values)
    (values instanceof Float32Array ? arena.floats(address, columns) : arena.doubles(address, columns)).set(values);
  return address;
}

/** Where the sums of some images go: `rows` places of `columns` channels from an address on, to another. */
export type Sums = (address: number, rows: number, columns: number, at: number, images: number) => void;

/** The sums of channels, or others that `sum` writes, each image by itself; of at most `most` images at a time. */
export function imageSums(
  arena: Arena,
  most: number,
  columns: number,
  rows: number,
  sum: Sums = (...each) => arena.kernels.sumRows(...each, 0),
) {
  const whole = Math.ceil(columns / 8) * 8;
  const at = numbers(arena, most * whole);
  const total = new Float64Array(columns);
  return {
    total,
    add(address: number, images: number): void {
      arena.parallel(() => sum(address, rows, columns, at, images));
      const each = arena.doubles(at, images * whole);
      for (let n = 0; n < images * whole; n += whole) for (let c = 0; c < columns; c++) total[c] += each[n + c];
    },
  };
}
