// Gaussian and Laplacian pyramids (P5).

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collapse, gaussianPyramid, laplacianPyramid, tensor } from '../../src/index.ts';

const image = fc
  .tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 3 }),
  )
  .chain((shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return fc
      .array(fc.integer({ min: 0, max: 255 }), { minLength: size, maxLength: size })
      .map((values) => tensor(shape, values));
  });

test('[inspect-pyramid] the Laplacian pyramid collapses to the image within rounding (P5)', () => {
  fc.assert(
    fc.property(image, fc.integer({ min: 1, max: 5 }), (x, levels) => {
      const back = collapse(laplacianPyramid(x, levels));
      expect(back.shape).toEqual(x.shape);
      for (let i = 0; i < x.data.length; i++) expect(Math.abs(back.data[i] - x.data[i])).toBeLessThan(1e-4 * levels);
    }),
  );
});

test('[inspect-pyramid] a constant image has all bands 0, exactly; sizes are halved upwards (P5)', () => {
  fc.assert(
    fc.property(image, fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 255 }), (x, levels, value) => {
      const pyramid = laplacianPyramid({ shape: x.shape, data: x.data.map(() => value) as Float32Array }, levels);
      for (const band of pyramid.slice(0, -1)) expect(band.data.every((each) => each === 0)).toBe(true);
      expect(pyramid.at(-1)?.data.every((each) => each === value)).toBe(true);
      expect(pyramid.map((band) => band.shape[1])).toEqual(gaussianPyramid(x, levels).map((level) => level.shape[1]));
    }),
  );
  expect(gaussianPyramid(tensor([1, 5, 9, 1]), 4).map((level) => level.shape.slice(1, 3))).toEqual([
    [5, 9],
    [3, 5],
    [2, 3],
    [1, 2],
  ]);
});

test('[inspect-pyramid] an impulse in the middle is blurred to the outer product of [1, 4, 6, 4, 1] / 16', () => {
  const impulse = tensor([1, 9, 9, 1]);
  impulse.data[4 * 9 + 4] = 256;
  const level = gaussianPyramid(impulse, 2)[1];
  const row = [0, 1, 6, 1, 0];
  expect(Array.from(level.data)).toEqual(row.flatMap((a) => row.map((b) => a * b)));
});

test('[inspect-pyramid] levels and images are checked', () => {
  expect(() => gaussianPyramid(tensor([1, 4, 4, 1]), 0)).toThrow(/levels must be a whole number.*got 0/);
  expect(() => laplacianPyramid(tensor([4, 4]), 2)).toThrow(/\[batch, height, width, channels\]/);
  expect(() => collapse([tensor([1, 4, 4, 1]), tensor([1, 3, 2, 1])])).toThrow(/half the size/);
  expect(() => collapse([])).toThrow(TypeError);
});
