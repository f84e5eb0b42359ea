// Softmax on every axis.

import { describe, expect, it } from 'vitest';
import { gradientCheck, SpecError, softmax, tensor } from '../../src/index.ts';
import { exp } from '../../src/reference/math.ts';
import { sizeOf } from '../../src/tensor.ts';
import { whole } from './whole.ts';

describe('softmax', () => {
  it('[softmax-forward] [softmax-axis] gives the specified bits on every axis, counted from either end', () => {
    const shape = [2, 3, 4, 5];
    const x = tensor(
      shape,
      Array.from(whole(shape).data, (v, i) => v * 1.37 + i * 0.01),
    );
    for (let axis = 0; axis < 4; axis++) {
      const y = softmax({ axis }).forward(x, {}).data;
      const [length, step] = [shape[axis], sizeOf(shape.slice(axis + 1))];
      for (let i = 0; i < y.length; i++) {
        const first = Math.floor(i / (length * step)) * length * step + (i % step);
        const row = Array.from({ length }, (_, j) => x.data[first + j * step]);
        const m = Math.max(...row);
        const e = row.map((v) => Math.fround(exp(Math.fround(v - m))));
        const s = e.reduce((sum, v) => sum + v, 0);
        expect(y[i]).toBe(Math.fround(e[Math.floor(i / step) % length] / s));
      }
      expect(softmax({ axis: axis - 4 }).forward(x, {}).data).toEqual(y);
    }
    expect(softmax().forward(x, {})).toEqual(softmax({ axis: 3 }).forward(x, {}));
  });

  it('[softmax-forward] large logits do not overflow, small ones do not vanish, NaN fills its row', () => {
    const of = (...values: number[]): number[] => [...softmax().forward(tensor([1, values.length], values), {}).data];
    expect(of(1000, 1000, -1000)).toEqual([0.5, 0.5, 0]);
    expect(of(-1000, -1000)).toEqual([0.5, 0.5]);
    expect(of(Number.NEGATIVE_INFINITY, 0)).toEqual([0, 1]);
    expect(of(0, Number.NaN)).toEqual([Number.NaN, Number.NaN]);
    expect(of(Number.NaN, 0)).toEqual([Number.NaN, Number.NaN]);
  });

  it('[softmax-forward] [softmax-gradient] has its limit at one +∞, and none at two or in a row of −∞', () => {
    for (const type of ['float32', 'float64'] as const) {
      const at = (...values: number[]) => softmax().vjp(tensor([1, 3], values, type), {});
      const [y, pull] = at(0, Infinity, -Infinity);
      expect([...y.data]).toEqual([0, 1, 0]);
      expect([...pull(tensor([1, 3], [1, 2, 3], type)).x.data]).toEqual([-0, 0, 0]);
      for (const row of [
        [Infinity, Infinity, 0],
        [-Infinity, -Infinity, -Infinity],
        [Infinity, 0, NaN],
        [NaN, 0, Infinity],
      ])
        expect([...at(...row)[0].data]).toEqual([NaN, NaN, NaN]);
    }
  });

  it('[softmax-gradient] agrees with finite differences on every axis', () => {
    for (const axis of [0, 1, 2, -1]) {
      const report = gradientCheck(softmax({ axis }), whole([2, 3, 4]), {});
      expect(report.ok, report.text).toBe(true);
    }
  });

  it('[softmax-gradient] rounds after each operation, the sum excepted', () => {
    const f = Math.fround;
    const shape = [20, 9];
    const rough = (seed: number) =>
      tensor(
        shape,
        Array.from(whole(shape, seed).data, (v, i) => v * 0.37 + i * 0.0113),
      );
    const dy = rough(5);
    const [y, pull] = softmax().vjp(rough(1), {});
    const dx = pull(dy).x.data;
    for (let row = 0; row < 20; row++) {
      const places = Array.from({ length: 9 }, (_, c) => row * 9 + c);
      const s = places.reduce((sum, i) => sum + f(dy.data[i] * y.data[i]), 0);
      for (const i of places) expect(dx[i]).toBe(f(y.data[i] * f(dy.data[i] - s)));
    }
  });

  it('[softmax-axis] the axis must exist, and its field is all of it', () => {
    expect(softmax({ axis: 1 }).field([2, 3, 4, 5])).toEqual([
      { size: 3, step: 0, start: 0 },
      { size: 1, step: 1, start: 0 },
    ]);
    for (const axis of [2, -3]) expect(() => softmax({ axis }).shape([2, 3])).toThrow('[softmax-axis]');
    for (const axis of [0.5, Number.NaN]) expect(() => softmax({ axis })).toThrow(SpecError);
    expect(() => softmax({ axis: '1' as never })).toThrow(TypeError);
  });
});
