// Activations (T1 of spec/README.md), scale and dropout.

import { describe, expect, it, test } from 'vitest';
import {
  dropout,
  gradientCheck,
  type Layer,
  leakyRelu,
  type Params,
  relu,
  SpecError,
  scale,
  sigmoid,
  type Tensor,
  tanh,
  tensor,
} from '../../src/index.ts';
import { random } from '../../src/random.ts';
import { tanh as hyperbolic, sigmoid as sigma } from '../../src/reference/math.ts';
import { whole } from './whole.ts';

const values = [-90, -7.5, -1, -0.3, -1e-8, -0, 0, 1e-8, 0.3, 1, 7.5, 90].map(Math.fround);

const x32 = tensor([1, values.length], values);

const x64 = tensor([1, values.length], values, 'float64');

describe('activations', () => {
  it('[activation-leaky] is x above 0 and slope·x below; at 0 its slope is `slope`', () => {
    const [y, pull] = leakyRelu({ slope: 0.1 }).vjp(tensor([5], [-2, -0, 0, 3, Number.NaN]), {});
    expect([...y.data]).toEqual([Math.fround(Math.fround(0.1) * -2), -0, 0, 3, Number.NaN]);
    const tenth = Math.fround(0.1);
    expect([...pull(tensor([5], [1, 1, 1, 1, 1])).x.data]).toEqual([tenth, tenth, tenth, 1, tenth]);
    expect(leakyRelu().attributes).toEqual({ slope: 0.01 });
  });

  it('[activation-sigmoid] [activation-tanh] are the mathematics functions, rounded once', () => {
    expect([...sigmoid().forward(x64, {}).data]).toEqual(values.map(sigma));
    expect([...sigmoid().forward(x32, {}).data]).toEqual(values.map(sigma).map(Math.fround));
    expect([...tanh().forward(x64, {}).data]).toEqual(values.map(hyperbolic));
    expect([...tanh().forward(x32, {}).data]).toEqual(values.map(hyperbolic).map(Math.fround));
  });

  it('[activation-sigmoid] [activation-tanh] [activation-scale] gradients agree with finite differences', () => {
    for (const layer of [sigmoid(), tanh(), scale({ factor: -0.3 }), leakyRelu({ slope: -0.7 })]) {
      const report = gradientCheck(layer, tensor([2, 3], [-3, -1, -0.1, 0.2, 0.9, 4]), {});
      expect(report.ok && report.entries[0].kinks === 0, report.text).toBe(true);
    }
  });

  it('[activation-sigmoid] [activation-tanh] gradients round after each operation', () => {
    const dy = whole(x32.shape, 2, 'float32').data;
    const y = sigmoid().forward(x32, {}).data;
    const dx = sigmoid().vjp(x32, {})[1]({ shape: x32.shape, data: dy }).x.data;
    const f = Math.fround;
    expect([...dx]).toEqual([...dy].map((d, i) => f(d * f(y[i] * f(1 - y[i])))));
    const t = tanh().forward(x32, {}).data;
    const dt = tanh().vjp(x32, {})[1]({ shape: x32.shape, data: dy }).x.data;
    expect([...dt]).toEqual([...dy].map((d, i) => f(d * f(1 - f(t[i] * t[i])))));
  });

  it('[activation-scale] multiplies by the factor, rounded to the element type', () => {
    expect([...scale({ factor: 0.3 }).forward(tensor([2], [10, -1]), {}).data]).toEqual(
      [10, -1].map((v) => Math.fround(Math.fround(0.3) * v)),
    );
    expect([...scale({ factor: 0.3 }).forward(tensor([1], [10], 'float64'), {}).data]).toEqual([3]);
  });

  it('[activation-leaky] [activation-scale] the number must be finite', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => leakyRelu({ slope: bad })).toThrow('[activation-leaky]');
      expect(() => scale({ factor: bad })).toThrow('[activation-scale]');
    }
    expect(() => scale({} as never)).toThrow(TypeError);
    expect(() => leakyRelu({ alpha: 1 } as never)).toThrow('[layer-attributes]');
  });
});

describe('dropout', () => {
  const ones = tensor([100, 100], Array(10_000).fill(1), 'float64');

  it('[dropout-forward] a cell is 0 when its number of the generator is below the rate, else x / (1 − rate)', () => {
    const { uniform } = random(7);
    const x = whole([3, 5, 2], 4, 'float32');
    const [y, pull] = dropout({ rate: 0.3, seed: 7 }).vjp(x, {});
    const factor = Math.fround(1 / 0.7);
    const mask = Array.from(x.data, () => (uniform() < 0.3 ? 0 : factor));
    expect(mask).toContain(0);
    expect([...y.data]).toEqual(mask.map((m, i) => (m === 0 ? 0 : Math.fround(m * x.data[i]))));
    const dy = whole([3, 5, 2], 6, 'float32');
    expect([...pull(dy).x.data]).toEqual(mask.map((m, i) => (m === 0 ? 0 : Math.fround(m * dy.data[i]))));
  });

  it('[dropout-forward] a dropped NaN becomes 0, and the mean does not change', () => {
    const nan = tensor([64], Array(64).fill(Number.NaN));
    expect([...dropout({ rate: 0.5 }).forward(nan, {}).data]).toContain(0);
    for (const rate of [0.1, 0.5, 0.9]) {
      const y = [...dropout({ rate, seed: 3 }).forward(ones, {}).data];
      const dropped = y.filter((value) => value === 0).length / y.length;
      expect(Math.abs(dropped - rate)).toBeLessThan(0.02);
      expect(Math.abs(y.reduce((a, b) => a + b) / y.length - 1)).toBeLessThan(0.1);
    }
  });

  it('[dropout-seed] the same seed drops the same cells, another seed others', () => {
    const of = (seed: number) => dropout({ rate: 0.5, seed }).forward(ones, {}).data;
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    for (const seed of [0.5, Number.NaN, 2 ** 53]) expect(() => dropout({ seed })).toThrow('[dropout-seed]');
    expect(() => dropout({ seed: '1' as never })).toThrow(TypeError);
  });

  it('[dropout-rate] 0 is the identity; a rate outside [0, 1) is refused', () => {
    expect(dropout({ rate: 0, seed: 5 }).forward(x32, {})).toEqual(x32);
    for (const rate of [-0.1, 1, 1.5, Number.NaN]) {
      expect(() => dropout({ rate })).toThrow(SpecError);
      expect(() => dropout({ rate })).toThrow('[dropout-rate]');
    }
    expect(() => dropout({ rate: '0.5' as never })).toThrow(TypeError);
  });
});

const of = (layer: Layer, x: Tensor, p: Params<Tensor> = {}): number[] => [...layer.forward(x, p).data];

test('[activation-relu] takes x of any axes that has a batch axis', () => {
  expect(of(relu(), tensor([2], [-1, 2]))).toEqual([0, 2]);
  expect(of(relu(), tensor([1, 1, 1, 1, 2], [-1, 2]))).toEqual([0, 2]);
  expect(() => relu().forward(tensor([], [1]), {})).toThrow('[layer-input]');
});
