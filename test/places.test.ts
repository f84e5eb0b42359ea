// Index and place are two ways to name one element.

import { expect, it } from 'vitest';
import { indexAt, placeOf } from '../src/places.ts';

it('[oracle-verdict] counts row-major: the last axis goes fastest', () => {
  expect(Array.from({ length: 6 }, (_, i) => placeOf([2, 3], i))).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
  for (const shape of [[5], [1, 4], [3, 1, 2], [2, 3, 4, 5]])
    for (let i = 0; i < shape.reduce((size, axis) => size * axis, 1); i++)
      expect(indexAt(shape, placeOf(shape, i))).toBe(i);
  expect(placeOf([], 0)).toEqual([]);
});
