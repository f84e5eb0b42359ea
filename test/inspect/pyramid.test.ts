// Hand-made filters, pyramids, correlation of pixels (the rules C11, P5, V6 of spec/README.md).

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  collapse,
  conv2d,
  filters,
  gaussianPyramid,
  laplacianPyramid,
  pixelCorrelation,
  tensor,
} from '../../src/index.ts';
import { readPng } from '../../src/inspect/index.ts';
import { ABSENT, shared } from '../shared.ts';

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test('[inspect-filters] edges add up to 0, sharpen to 1, blurs to their divisor (C11)', () => {
  expect([filters.edgeDiagonal, filters.edgeCross, filters.edgeAll].map((each) => total(each.values))).toEqual([
    0, 0, 0,
  ]);
  expect([total(filters.sharpen.values), filters.sharpen.divisor]).toEqual([1, 1]);
  expect([filters.boxBlur, filters.gaussianBlur].map((each) => [total(each.values), each.divisor])).toEqual([
    [9, 9],
    [16, 16],
  ]);
  expect(filters.gaussianBlur.values).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1]);
});

test('[inspect-filters] as a weight: a Gaussian blur keeps a constant image, an edge detector makes it 0', () => {
  const layer = conv2d({ filters: 1, size: 3, bias: false });
  const image = tensor([1, 4, 4, 1], new Array(16).fill(7));
  expect(Array.from(layer.forward(image, { weight: filters.gaussianBlur.weight }).data)).toEqual([7, 7, 7, 7]);
  expect(Array.from(layer.forward(image, { weight: filters.edgeAll.weight }).data)).toEqual([0, 0, 0, 0]);
});

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

test('[inspect-correlation] stripes: −1 at distance 1, +1 at 2; along the stripes the pixels do not vary apart (V6)', () => {
  const stripes = tensor(
    [1, 4, 8, 1],
    Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 1 : -1)),
  );
  expect(pixelCorrelation(stripes, { distance: 3 })).toEqual([-1, 1, -1]);
  expect(pixelCorrelation(stripes, { distance: 2, axis: 'height' })).toEqual([1, 1]);
  expect(pixelCorrelation(tensor([1, 2, 4, 1]), { distance: 1 })).toEqual([Number.NaN]);
});

test('[inspect-correlation] the distance lies within the image', () => {
  expect(() => pixelCorrelation(tensor([1, 4, 4, 1]), { distance: 4 })).toThrow(
    /below the 4 cells.*\[inspect-correlation\]/,
  );
});

test('[inspect-correlation] in photographs and textures it falls with distance (V6)', async (ctx) => {
  const folder = shared('data/images');
  ctx.skip(folder === undefined, ABSENT);
  const files = readdirSync(folder as string).filter((file) => file.endsWith('.png'));
  expect(files.length).toBe(8);
  for (const file of files) {
    const { shape, data } = await readPng(readFileSync(join(folder as string, file)));
    const found = pixelCorrelation({ shape: [1, ...shape], data }, { distance: 6 });
    expect(found, file).toEqual([...found].sort((a, b) => b - a));
    expect(found[0], file).toBeGreaterThan(0.7);
  }
});
