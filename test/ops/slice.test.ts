// Slices: values, gradients, and what is refused.

import { describe, expect, it } from 'vitest';
import { slice } from '../../src/ops/index.ts';
import { counted, pulled, row } from './rows.ts';

describe('slice', () => {
  it('[slice-forward] as Python: negative numbers, beyond the ends, backwards, of channels', () => {
    const part = (start: number, end: number, step = 1) =>
      row(slice({ axes: [1], starts: [start], ends: [end], steps: [step] }), [0, 1, 2, 3, 4]);
    expect(part(1, 4)).toEqual([1, 2, 3]);
    expect(part(-2, 99)).toEqual([3, 4]);
    expect(part(0, -1, 2)).toEqual([0, 2]);
    expect(part(-1, -99, -2)).toEqual([4, 2, 0]);
    const y = slice({ axes: [-1, 1], starts: [1, 1], ends: [3, 2] }).forward(counted([2, 2, 3]), {});
    expect([y.shape, [...y.data]]).toEqual([
      [2, 1, 2],
      [4, 5, 10, 11],
    ]);
    expect(pulled(slice({ axes: [1], starts: [1], ends: [2] }), counted([1, 3, 1]), [7])).toEqual([0, 7, 0]);
  });

  it('[slice-forward] refuses the batch, an axis twice, nothing left, lists of other lengths', () => {
    const shape = (attributes: object) => slice(attributes as never).shape([2, 3, 4]);
    for (const attributes of [
      { axes: [0], starts: [0], ends: [1] },
      { axes: [-3], starts: [0], ends: [1] },
      { axes: [1, -2], starts: [0, 0], ends: [1, 1] },
      { axes: [1], starts: [2], ends: [2] },
      { axes: [1], starts: [0], ends: [1], steps: [0] },
      { axes: [1], starts: [0, 1], ends: [1] },
      { axes: [3], starts: [0], ends: [1] },
      { axes: 1, starts: [0], ends: [1] },
      { axes: [1], starts: [0.5], ends: [1] },
    ])
      expect(() => shape(attributes), JSON.stringify(attributes)).toThrow('[slice-forward]');
  });
});
