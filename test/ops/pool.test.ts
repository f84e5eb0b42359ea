// Pools whose windows are wider than their input, also with `ceil`: as the definition says, and as torch and ONNX allow, on every path.

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  avgPool1d,
  avgPool2d,
  compile,
  type Layer,
  lpPool2d,
  maxPool1d,
  maxPool2d,
  SpecError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { googlenet } from '../../src/nets/index.ts';
import * as reference from '../../src/reference/pool.ts';
import { laws } from '../../src/testing/index.ts';
import type { PoolGeometry } from '../../src/window.ts';

const row = tensor([1, 3, 1], [1, 5, 3]);

describe('a pool larger than its input', () => {
  it('[window-ceil] by less than its stride is one window over what is there', () => {
    expect([...maxPool1d({ size: 4, stride: 2, ceil: true }).forward(row, {}).data]).toEqual([5]);
    expect([...avgPool1d({ size: 4, stride: 2, ceil: true }).forward(row, {}).data]).toEqual([3]);
    expect([...avgPool1d({ size: 4, stride: 2, ceil: true, countPadding: true }).forward(row, {}).data]).toEqual([3]);
    expect([...avgPool1d({ size: 7, stride: 4, padding: [[1, 0]], ceil: true }).forward(row, {}).data]).toEqual([3]);
    expect(maxPool1d({ size: 2, stride: 3, dilation: 4, ceil: true }).shape([1, 3, 1])).toEqual([1, 1, 1]);
  });

  it('[window-fit] by its stride or more does not fit, nor without ceil', () => {
    const refused = (layer: Layer) => expect(() => layer.shape([1, 3, 1])).toThrow('[window-fit]');
    refused(maxPool1d({ size: 4, stride: 2 }));
    refused(maxPool1d({ size: 4, stride: 1, ceil: true }));
    refused(maxPool1d({ size: 5, stride: 2, ceil: true }));
    expect(maxPool1d({ size: 5, stride: 3, ceil: true }).shape([1, 3, 1])).toEqual([1, 1, 1]);
  });

  it('[window-ceil] the number of windows is ⌈(n + before + after − reach) / stride⌉ + 1 where that is at least 1', () => {
    for (let n = 1; n < 7; n++)
      for (let size = 1; size < 9; size++)
        for (let stride = 1; stride < 6; stride++)
          for (const [before, after] of [
            [0, 0],
            [2, 0],
            [0, 1],
            [1, 1],
          ] as const) {
            const layer = maxPool1d({ size, stride, padding: [[before, after]], ceil: true });
            let expected = Math.ceil((n + before + after - size) / stride) + 1;
            if ((expected - 1) * stride >= n + before) expected--;
            if (expected < 1) expect(() => layer.shape([1, n, 1])).toThrow('[window-fit]');
            else expect(layer.shape([1, n, 1])).toEqual([1, expected, 1]);
          }
  });

  it('[window-ceil] kernels, loops and compiled nets give the same bits, forward and backward', () => {
    let oversize = 0;
    for (const h of [1, 2, 3])
      for (const size of [2, 4, 5])
        for (const dilation of [1, 2])
          for (const stride of [2, 3])
            for (const padding of [
              0,
              1,
              [
                [1, 0],
                [0, 2],
              ],
            ] as const)
              for (const C of [1, 5]) {
                const attributes = { size, stride, dilation, padding, ceil: true } as const;
                const x = tensor(
                  [2, h, 4 - h, C],
                  Array.from({ length: 2 * h * (4 - h) * C }, (_, i) => Math.sin(i * i)),
                );
                for (const layer of [
                  maxPool2d(attributes),
                  avgPool2d(attributes),
                  avgPool2d({ ...attributes, countPadding: true }),
                  lpPool2d(attributes),
                ]) {
                  let shape: readonly number[];
                  try {
                    shape = layer.shape(x.shape);
                  } catch (error) {
                    if (!(error instanceof SpecError)) throw error;
                    continue;
                  }
                  if ((size - 1) * dilation >= h + 2) oversize++;
                  const g = layer.geometry!(x.shape) as PoolGeometry;
                  const [y, pull] = layer.vjp(x, {});
                  expect(compile(layer, x.shape, {})(x).data).toEqual(y.data);
                  const dy = tensor(
                    shape,
                    Array.from(y.data, (_, i) => i - 3),
                  );
                  const dx = pull(dy).x.data;
                  const [own, ownDx] = [new Float32Array(y.data.length), new Float32Array(x.data.length)];
                  if (layer.name === 'maxPool2d') {
                    reference.maxPool(g, x.data, own);
                    reference.maxPoolGrad(g, x.data, dy.data, ownDx);
                  } else if (layer.name === 'avgPool2d') {
                    const divisor = reference.divisors(g, layer.attributes.countPadding as boolean);
                    reference.avgPool(g, x.data, divisor, own);
                    reference.avgPoolGrad(g, dy.data, divisor, ownDx);
                  } else continue;
                  expect([y.data, dx]).toEqual([own, ownDx]);
                }
              }
    expect(oversize).toBeGreaterThan(9);
  });

  it('[window-ceil] keeps the laws; GoogLeNet takes 32×32', () => {
    laws(maxPool2d({ size: [4, 2], stride: [2, 1], ceil: true }), [2, 3, 4, 2], { kind: 'homogeneous', runs: 10 });
    laws(avgPool2d({ size: 5, stride: 4, ceil: true }), [2, 3, 2, 2], { kind: 'affine', unit: 6, runs: 10 });
    expect(googlenet({ classes: 10 }).shape([1, 32, 32, 3])).toEqual([1, 10]);
  });
});

it('[pool-divisor] the cells of a dilated window beyond the end do not count', () => {
  const row = tensor([1, 3, 1], [2, 4, 8]);
  const y = (countPadding: boolean) =>
    avgPool1d({ size: 2, dilation: 2, stride: 1, padding: 1, countPadding }).forward(row, {}).data;
  expect([...y(false)]).toEqual([4, 5, 4]);
  expect([...y(true)]).toEqual([2, 5, 2]);
  const far = avgPool1d({ size: 3, dilation: 3, stride: 1, padding: [[0, 6]] });
  expect([...far.forward(tensor([1, 4, 1], [2, 4, 8, 6]), {}).data]).toEqual([4, 4, 8, 6]);
});

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

const dxOf = (layer: Layer, x: Tensor, dy: Tensor): number[] => [...layer.vjp(x, {})[1](dy).x.data];

test('[pool-max-gradient] the dy of a window over no cell goes to no cell', () => {
  const layer = maxPool2d({
    size: [1, 1],
    stride: 1,
    padding: [
      [0, 0],
      [1, 1],
    ],
  });
  expect(dxOf(layer, tensor([1, 1, 1, 1], [5]), tensor([1, 1, 3, 1], [7, -0, 9]))).toEqual([0]);
});
