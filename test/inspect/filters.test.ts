// Hand-made filters (C11).

import { expect, test } from 'vitest';
import { conv2d, filters, tensor } from '../../src/index.ts';

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
