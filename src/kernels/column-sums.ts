// Numbers of channels, and their sums over the places of images, in float64. Spec numerics-long.

import type { Data } from '../tensor.ts';
import type { Arena } from './arena.ts';

/** Room for a number of each channel, in whole vectors, and the numbers in it. */
export function numbers(arena: Arena, columns: number, values?: Data): number {
  const isSingle = values instanceof Float32Array;
  const address = arena.take(Math.ceil(columns / 8) * 8 * (isSingle ? 4 : 8));
  if (values) (isSingle ? arena.floats(address, columns) : arena.doubles(address, columns)).set(values);
  return address;
}

/** The sums of channels, each image by itself: `sum` writes those of `rows` places at an address to `at`. */
export function imageSums(
  arena: Arena,
  most: number,
  columns: number,
  rows: number,
  sum: (address: number, at: number) => void,
) {
  const whole = Math.ceil(columns / 8) * 8;
  const at = numbers(arena, most * whole);
  const total = new Float64Array(columns);
  return {
    total,
    /** Of at most `most` images. */
    add(address: number, images: number): void {
      arena.parallel(() => {
        for (let n = 0; n < images; n++) sum(address + n * rows * columns * 4, at + n * whole * 8);
      });
      for (let n = 0; n < images; n++) {
        const each = arena.doubles(at + n * whole * 8, columns);
        for (let c = 0; c < columns; c++) total[c] += each[c];
      }
    },
  };
}
