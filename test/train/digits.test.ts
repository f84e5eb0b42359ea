// Generated digits.

import { expect, test } from 'vitest';
import { digits } from '../../src/train/digits.ts';

test('[train-digits] the same digits for the same seed, between 0 and 1, labels in turn', () => {
  const { x, labels } = digits({ count: 20, seed: 1 });
  expect(x.shape).toEqual([20, 28, 28, 1]);
  expect(labels.length).toBe(20);
  expect(Array.from(labels).slice(8, 12)).toEqual([8, 9, 0, 1]);
  expect(x.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  // The corners are paper: noise alone.
  for (let first = 0; first < x.data.length; first += 28 * 28)
    for (const corner of [0, 27, 27 * 28, 28 * 28 - 1]) expect(x.data[first + corner]).toBeLessThanOrEqual(0.15);
  expect(digits({ count: 20, seed: 1 })).toEqual({ x, labels });
  expect(digits({ count: 20, seed: 2 }).x).not.toEqual(x);
});
