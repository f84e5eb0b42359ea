// Lp, global and channel pooling.

import { describe, expect, it } from 'vitest';
import {
  avgPool2d,
  avgPool3d,
  channelMaxPool,
  conv2d,
  globalAvgPool,
  globalMaxPool,
  gradientCheck,
  lpPool2d,
  maxPool2d,
  SpecError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { pow } from '../../src/reference/math.ts';
import { bothTypes, whole } from './whole.ts';

describe('Lp pooling', () => {
  const x = tensor([1, 2, 2, 1], [3, -4, 0, 12], 'float64');

  it('[pool-lp] [pool-power] is the norm of each window', () => {
    const of = (attributes: object): number[] => [...lpPool2d({ size: 2, ...attributes }).forward(x, {}).data];
    expect(of({})).toEqual([13]);
    expect(of({ p: 1 })).toEqual([19]);
    expect(of({ p: 3 })[0]).toBeCloseTo(Math.cbrt(27 + 64 + 1728), 13);
    expect(of({ p: 200 })[0]).toBeCloseTo(12, 12);
    expect(of({ size: 1 })).toEqual([3, 4, 0, 12]);
    expect(of({ padding: 2, stride: 3 })).toEqual([0, 0, 0, 12]);
  });

  it('[pool-lp] rounds each square and each sum in float32', () => {
    const values = [0.1, 0.7, -1.3, 2.9].map(Math.fround);
    const sum = values.reduce((sum, v) => Math.fround(sum + Math.fround(v * v)), 0);
    const y = lpPool2d({ size: 2 }).forward(tensor([1, 2, 2, 1], values), {});
    expect(y.data[0]).toBe(Math.fround(Math.sqrt(sum)));
  });

  it('[pool-lp] neither over- nor underflows where its result does not', () => {
    const of = (p: number, values: number[], type: 'float32' | 'float64', size = 2): number =>
      lpPool2d({ size, p }).forward(tensor([1, size, size, 1], values, type), {}).data[0];
    for (const [type, huge, tiny] of [
      ['float32', 1e30, 1e-30],
      ['float64', 1e300, 1e-300],
    ] as const) {
      for (const unit of [huge, tiny]) {
        expect(of(2, [3 * unit, -4 * unit, 0, 0], type) / (5 * unit)).toBeCloseTo(1, 6);
        expect(of(3, [unit, unit, -unit, unit], type) / (unit * Math.cbrt(4))).toBeCloseTo(1, 6);
        expect(of(50, [unit, unit / 2, 0, 0], type) / unit).toBeCloseTo(1, 6);
        const many = Array.from({ length: 81 }, () => unit);
        expect(of(2, many, type, 9) / (9 * unit)).toBeCloseTo(1, 6);
      }
      expect(of(2, [huge, Infinity, 0, 0], type)).toBe(Infinity);
      expect(of(2, [huge, NaN, 0, 0], type)).toBe(NaN);
      expect(of(2, [0, -0, 0, 0], type)).toBe(0);
    }
  });

  it('[pool-lp-gradient] agrees with finite differences, and is 0 where y is 0', () => {
    for (const p of [1, 1.5, 2, 3]) {
      const layer = lpPool2d({ size: [2, 3], stride: [1, 2], padding: 1, p });
      const report = gradientCheck(layer, whole([2, 4, 5, 2]), {});
      expect(report.ok, report.text).toBe(true);
      expect(report.entries[0].kinks).toBe(0);
      const [, pull] = layer.vjp(tensor([1, 4, 5, 1]), {});
      expect([...pull(whole(layer.shape([1, 4, 5, 1]), 3, 'float32')).x.data]).toEqual(Array(20).fill(0));
    }
  });

  it('[pool-lp-gradient] rounds after each operation', () => {
    const f = Math.fround;
    const rough = (shape: number[], seed: number) =>
      tensor(
        shape,
        Array.from(whole(shape, seed).data, (v, i) => v * 0.37 + i * 0.0113),
      );
    const x = rough([1, 1, 40, 1], 1);
    const dy = rough([1, 1, 39, 1], 3);
    for (const p of [2, 3.5]) {
      const [y, pull] = lpPool2d({ size: [1, 2], stride: 1, p }).vjp(x, {});
      const term = (i: number, window: number): number => {
        if (window < 0 || window > 38) return 0;
        const q = f(x.data[i] / y.data[window]);
        return f((p === 2 ? q : f(Math.sign(q) * pow(Math.abs(q), p - 1))) * dy.data[window]);
      };
      const dx = Array.from(x.data, (_, i) => f(term(i, i - 1) + term(i, i)));
      expect([...pull(dy).x.data]).toEqual(dx);
    }
  });

  it('[pool-power] refuses powers below 1 and values that are not numbers', () => {
    for (const p of [0, 0.5, -2, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => lpPool2d({ size: 2, p })).toThrow(SpecError);
    expect(() => lpPool2d({ size: 2, p: '2' as never })).toThrow('[pool-power]');
  });
});

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
