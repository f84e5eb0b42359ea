// Spec random-normal: the kernel gives the bits of the generator, also where it computes a number twice.

import { expect, test } from 'vitest';

import { normals } from '../../src/kernels/choose.ts';
import { BLOCK } from '../../src/kernels/elementwise.ts';
import { random } from '../../src/random.ts';
import { firstDifference } from './twins.ts';

/** factor · normal(), rounded to float32. */
function drawn(seed: number, factor: number, count: number): Float32Array {
  const { normal } = random(seed);
  return Float32Array.from({ length: count }, () => factor * normal());
}

test.each([0, 1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])('[random-normal] %i numbers', (count) => {
  for (const [seed, factor] of [
    [1, 1],
    [7, 0.05],
    [123456, Math.sqrt(2 / 27)],
  ]) {
    const ours = new Float32Array(count);
    normals(seed, factor, ours);
    expect(firstDifference(ours, drawn(seed, factor, count))).toBe(-1);
  }
});

test('[random-normal] two million numbers, of which some tens are computed twice', () => {
  const ours = new Float32Array(2_000_000);
  normals(5, 1, ours);
  expect(firstDifference(ours, drawn(5, 1, ours.length))).toBe(-1);
});

test('[random-normal] float64 numbers are those of the generator', () => {
  const { normal } = random(2);
  const ours = new Float64Array(9);
  normals(2, 0.5, ours);
  expect([...ours]).toEqual(Array.from({ length: 9 }, () => 0.5 * normal()));
});
