// The layers that networks are made of, which a campaign asks first.

import { expect, it } from 'vitest';
import { everydayWindows } from '../../../src/oracle/windows/everyday.ts';

it('[oracle-cases] come in all sizes, but small where there are three axes', () => {
  const sizes = (rank: number) => everydayWindows(rank).map(({ size, channels }) => [size[0], channels]);
  expect(sizes(1)).toEqual(sizes(2));
  expect(sizes(2)).toHaveLength(13);
  expect(sizes(2)).toContainEqual([11, 3]);
  expect(sizes(2)).toContainEqual([3, 32]);
  // Neither a kernel above 3×3×3 nor 32 channels; half of the channels of a plane.
  expect(sizes(3)).toEqual([
    [3, 2],
    [3, 8],
    [1, 4],
    [2, 2],
    [3, 4],
    [3, 2],
    [3, 1],
  ]);
});
