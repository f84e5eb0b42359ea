// Pools whose windows are wider than their input, compared with the definition cell by cell.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { avgPool1d, channelMaxPool, convTranspose1d, lpPool2d, maxPool1d, tensor } from '../../src/index.ts';

const whole = (min: number, max: number) => fc.integer({ min, max });
const windows = fc
  .record({
    input: whole(1, 5),
    size: whole(1, 9),
    stride: whole(1, 4),
    dilation: whole(1, 3),
    before: whole(0, 12),
    after: whole(0, 12),
    values: fc.array(whole(-9, 9), { minLength: 5, maxLength: 5 }),
  })
  .filter(({ input, size, dilation, before, after }) => (size - 1) * dilation + 1 <= input + before + after);

test('[pool-max] [pool-average] [pool-divisor] a window wider than its input covers the cells that the definition says', () => {
  fc.assert(
    fc.property(windows, ({ input, size, stride, dilation, before, after, values }) => {
      const x = values.slice(0, input);
      const attributes = { size, stride, dilation, padding: [[before, after]] as const };
      const y = (layer: ReturnType<typeof maxPool1d>) => [...layer.forward(tensor([1, input, 1], x), {}).data];
      const places: number[][] = [];
      for (let first = -before; first + (size - 1) * dilation < input + after; first += stride)
        places.push(Array.from({ length: size }, (_, k) => first + k * dilation));
      const met = places.map((cells) => cells.filter((i) => i >= 0 && i < input).map((i) => x[i]));
      const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
      expect(y(maxPool1d(attributes))).toEqual(met.map((cells) => Math.max(-Infinity, ...cells)));
      expect(y(avgPool1d(attributes))).toEqual(met.map((cells) => Math.fround(sum(cells) / cells.length)));
      expect(y(avgPool1d({ ...attributes, countPadding: true }))).toEqual(
        met.map((cells) => Math.fround(sum(cells) / size)),
      );
    }),
    { numRuns: 300 },
  );
});

test('[window-size] a window of more than 2²⁴ cells is refused before it runs', () => {
  const wide = lpPool2d({ size: 4097, stride: 1 });
  expect(() => wide.forward(tensor([1, 4097, 4097, 1]), {})).toThrow(
    /at most 16777216 cells, got 16785409 \[window-size\]$/,
  );
});

test('[pool-channels] x may have no space, but must have channels', () => {
  expect(channelMaxPool({ size: 2 }).shape([3, 4])).toEqual([3, 2]);
  expect(() => channelMaxPool({ size: 1 }).shape([3])).toThrow('[pool-channels]');
});

test('[conv-transpose-output] says how many cells there would be, with outputPadding', () => {
  const layer = convTranspose1d({ filters: 1, size: 2, stride: 3, padding: [[3, 4]], outputPadding: 2 });
  expect(() => layer.shape([1, 1, 1])).toThrow('at least 1 of the 4 cells of y, got 3 + 4 along the length');
});
