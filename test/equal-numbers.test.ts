// What toEqual says of lists of numbers is what it says without equal-numbers.ts.

import { expect, test } from 'vitest';

test('lists of other numbers, other kinds or other lengths are not equal; NaN is NaN', () => {
  const same: readonly (readonly [unknown, unknown])[] = [
    [
      [1, Number.NaN, -0],
      [1, Number.NaN, -0],
    ],
    [Float32Array.of(1, Number.NaN), Float32Array.of(1, Number.NaN)],
    [{ data: Float64Array.of(2) }, { data: Float64Array.of(2) }],
    [
      [1, 'x'],
      [1, expect.any(String)],
    ],
  ];
  const other: readonly (readonly [unknown, unknown])[] = [
    [[1, 2], [1]],
    [[0], [-0]],
    [Float32Array.of(1, 2), Float32Array.of(1, 3)],
    [Float32Array.of(0), Float32Array.of(-0)],
    [Float32Array.of(1), [1]],
    [Float32Array.of(1), Float64Array.of(1)],
    [{ data: [1, 2] }, { data: [1, 3] }],
  ];
  for (const [a, b] of same) expect(a).toEqual(b);
  for (const [a, b] of other) expect(a).not.toEqual(b);
});
