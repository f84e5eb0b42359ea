// Lp pooling: values, rounding, gradients, refusals.

import { describe, expect, it, test } from 'vitest';
import { gradientCheck, lpPool2d, SpecError, tensor } from '../../src/index.ts';
import { pow } from '../../src/reference/math.ts';
import { whole } from './whole.ts';

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

test('[window-size] a window of more than 2²⁴ cells is refused before it runs', () => {
  const wide = lpPool2d({ size: 4097, stride: 1 });
  expect(() => wide.forward(tensor([1, 4097, 4097, 1]), {})).toThrow(
    /at most 16777216 cells, got 16785409 \[window-size\]$/,
  );
});
