// The exact cells behind a unit: runs, their gaps, and where there are too many of them.

import { expect, it } from 'vitest';
import { composed, MOST, MOST_PHASES, united } from '../../src/layer/field-cells.ts';

const cell = { period: 1, shift: 1, sets: [[[0, 0]]] } as const;
/** A unit that depends on two cells far from one another. */
const pair = {
  period: 1,
  shift: 1,
  sets: [
    [
      [0, 0],
      [9999, 9999],
    ],
  ],
} as const;
const run = (last: number) => ({ period: 1, shift: 1, sets: [[[0, last]]] }) as const;

it('[layer-field] a run has no gaps within, and loses those of what is behind it only when it is long', () => {
  expect(composed(cell, run(5000))?.sets).toEqual([[[0, 5000]]]);
  expect(composed(pair, run(2 * MOST))?.sets).toEqual([
    [
      [0, 2 * MOST],
      [9999, 9999 + 2 * MOST],
    ],
  ]);
  expect(composed(pair, run(2 * MOST + 1))?.sets).toEqual([[[0, 9999 + 2 * MOST + 1]]]);
});

it('[layer-field] branches with equal steps have one period for any number of units, those with different steps are listed', () => {
  const double = { ...cell, shift: 2 };
  expect(united([cell, pair], MOST_PHASES + 1)).toEqual({ ...pair, shift: 1 });
  expect(united([cell, double], MOST_PHASES + 1)).toBeUndefined();
  expect(united([cell, double], MOST_PHASES)?.period).toBe(MOST_PHASES);
  const half = { period: 2, shift: 1, sets: [[[0, 0]], [[0, 0]]] } as const;
  expect(united([half, cell], 4)).toEqual({
    period: 4,
    shift: 2,
    sets: [
      [[0, 0]],
      [[0, 1]],
      [[1, 2]],
      [
        [1, 1],
        [3, 3],
      ],
    ],
  });
});
