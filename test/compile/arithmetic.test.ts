// Where compiling with Winograd's arithmetic uses it: exactly where the formula of the spec says.

import { expect, test } from 'vitest';
import { winogradPays } from '../../src/kernels/winograd.ts';
import { type ThreeAxes, windowAxes } from '../../src/window.ts';

test('[compile-arithmetic] E ((C + 4) F + 3 (C + F)) < 9 P C F, on both sides of every size where the answer turns', () => {
  const window = { size: [1, 3, 3], stride: [1, 1, 1], dilation: [1, 1, 1], padding: 'valid' as const, ceil: false };
  const upTo = (count: number, step: number): number => Math.ceil(count / step) * step;
  for (const m of [2, 4] as const)
    for (const [rows, columns] of [
      [1, 1],
      [2, 3],
      [4, 4],
      [4, 9],
      [5, 7],
      [8, 8],
      [13, 6],
      [16, 24],
    ])
      for (let channels = 1; channels <= 40; channels++)
        for (const filters of [1, 7, 8, 9, 16, 17, 40, 64]) {
          const axes = windowAxes('test', window, [1, rows + 2, columns + 2]) as unknown as ThreeAxes;
          const [E, F] = [(m + 2) ** 2 * upTo(Math.ceil(rows / m) * Math.ceil(columns / m), 4), upTo(filters, 8)];
          const pays = E * ((channels + 4) * F + 3 * (channels + F)) < 9 * rows * columns * channels * F;
          expect([
            rows,
            columns,
            channels,
            filters,
            winogradPays({ batch: 1, groups: 1, channels, filters, axes }, m),
          ]).toEqual([rows, columns, channels, filters, pays]);
        }
});
