// Global pooling, which is a pool with one window over all of space; and pooling over channels.

import { describe, expect, it, test } from 'vitest';
import {
  avgPool2d,
  avgPool3d,
  channelMaxPool,
  conv2d,
  globalAvgPool,
  globalMaxPool,
  maxPool2d,
  SpecError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { bothTypes, whole } from './whole.ts';

describe('global pooling', () => {
  it('[pool-global] is the pool with one window over all of space, without its axes', () => {
    for (const type of ['float32', 'float64'] as const) {
      const x = whole([2, 3, 5, 4], 1, type);
      const dy = whole([2, 4], 3, type);
      const wide: Tensor = { shape: [2, 1, 1, 4], data: dy.data };
      for (const [layer, pool] of [
        [globalAvgPool(), avgPool2d({ size: [3, 5] })],
        [globalMaxPool(), maxPool2d({ size: [3, 5] })],
      ]) {
        const [y, pull] = layer.vjp(x, {});
        const [expected, expectedPull] = pool.vjp(x, {});
        expect(y).toEqual({ shape: [2, 4], data: expected.data });
        expect(pull(dy).x).toEqual(expectedPull(wide).x);
        expect(layer.field([2, 3, 5, 4])).toEqual([
          { size: 3, step: 0, start: 0 },
          { size: 5, step: 0, start: 0 },
        ]);
      }
    }
  });

  it('[pool-global] works in one and three dimensions, and a map of ones has the mean 1', () => {
    const x = whole([2, 2, 3, 4, 5]);
    expect(globalAvgPool().forward(x, {}).data).toEqual(avgPool3d({ size: [2, 3, 4] }).forward(x, {}).data);
    expect(globalMaxPool().shape([3, 7, 2])).toEqual([3, 2]);
    const ones = tensor([1, 64, 64, 1], Array(4096).fill(1));
    expect([...globalAvgPool().forward(ones, {}).data]).toEqual([1]);
    expect(() => globalAvgPool().shape([3, 7])).toThrow('[pool-global]');
    expect(() => globalMaxPool().shape([3])).toThrow('[pool-global]');
  });
});

describe('pooling over channels', () => {
  it('[pool-channels] takes the maximum of contiguous blocks; the first of equal ones takes the gradient', () => {
    const layer = channelMaxPool({ size: 3 });
    const x = tensor([1, 2, 6], [1, 4, 4, -3, -1, -2, 0, -0, Number.NaN, 7, 8, 9]);
    const [y, pull] = layer.vjp(x, {});
    expect(y).toEqual(tensor([1, 2, 2], [4, -1, Number.NaN, 9]));
    expect([...pull(tensor([1, 2, 2], [1, 2, 3, 4])).x.data]).toEqual([0, 1, 0, 0, 2, 0, 0, 0, 3, 0, 0, 4]);
    expect(channelMaxPool({ size: 4 }).shape([2, 9, 8])).toEqual([2, 9, 2]);
    const [exact, fast] = bothTypes(layer, whole([2, 3, 4, 6]), {}, whole([2, 3, 4, 2], 4));
    expect(fast).toEqual(exact);
  });

  it('[pool-channels] P3: over a filter and its rotations by 90°, F(rot90 x) = rot90 F(x) exactly', () => {
    const turn = (x: Tensor): Tensor => {
      const [, n, , C] = x.shape;
      const data = x.data.map((_, i) => {
        const [row, column, c] = [Math.floor(i / (n * C)), Math.floor(i / C) % n, i % C];
        return x.data[(column * n + (n - 1 - row)) * C + c];
      });
      return { shape: x.shape, data };
    };
    const filters = [whole([1, 3, 3, 1], 3)];
    for (let i = 0; i < 3; i++) filters.push(turn(filters[i]));
    const bank = Array.from({ length: 36 }, (_, i) => filters[i % 4].data[Math.floor(i / 4)]);
    const p = { weight: tensor([3, 3, 1, 4], bank, 'float64') };
    const conv = conv2d({ filters: 4, size: 3, bias: false });
    const F = (x: Tensor): Tensor => channelMaxPool({ size: 4 }).forward(conv.forward(x, p), {});
    const x = whole([1, 7, 7, 1]);
    expect(F(turn(x))).toEqual(turn(F(x)));
    expect(F(turn(x))).not.toEqual(F(x));
  });

  it('[pool-channels] the size must divide the channels', () => {
    expect(() => channelMaxPool({ size: 4 }).shape([1, 3, 3, 6])).toThrow('[pool-channels]');
    expect(() => channelMaxPool({ size: 0 })).toThrow('[pool-channels]');
    expect(() => channelMaxPool({ size: 2.5 })).toThrow(SpecError);
    expect(() => channelMaxPool({ size: 1 }).shape([4])).toThrow('[pool-channels]');
  });
});

test('[pool-channels] x may have no space, but must have channels', () => {
  expect(channelMaxPool({ size: 2 }).shape([3, 4])).toEqual([3, 2]);
  expect(() => channelMaxPool({ size: 1 }).shape([3])).toThrow('[pool-channels]');
});
