// The activations of toeplitz/ops: values, limits, slopes, the accuracy of what they are made of, and what is refused.

import { describe, expect, it } from 'vitest';
import { gradientCheck, type Layer, relu, type Tensor, tensor, toFloat64 } from '../../src/index.ts';
import {
  clip,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  logSoftmax,
  power,
  selu,
  silu,
  softplus,
} from '../../src/ops/index.ts';
import { erf, normalDistribution } from '../../src/reference/erf.ts';
import { expm1 } from '../../src/reference/expm1.ts';
import * as exact from '../exact.ts';

const { NaN: NAN, POSITIVE_INFINITY: INF } = Number;

const of = (layer: Layer, values: readonly number[], type: 'float32' | 'float64' = 'float64'): number[] => [
  ...layer.forward(tensor([1, values.length], values, type), {}).data,
];
const slopes = (layer: Layer, values: readonly number[]): number[] => [
  ...layer.vjp(tensor([1, values.length], values, 'float64'), {})[1](
    tensor([1, values.length], new Float64Array(values.length).fill(1), 'float64'),
  ).x.data,
];

const all: readonly Layer[] = [
  clip({ min: -1, max: 2 }),
  hardSigmoid(),
  hardSwish(),
  silu(),
  gelu(),
  gelu({ approximate: 'tanh' }),
  elu({ alpha: 0.5 }),
  selu(),
  softplus(),
];

describe('activations by the table', () => {
  it('[activation-elementwise] slopes agree with difference quotients', () => {
    const x = tensor([2, 7], [-7.3, -2.2, -0.7, 0.4, 1.3, 3.1, 9.4, -5, -1.3, -0.2, 0.1, 0.9, 2.3, 6.5], 'float64');
    for (const layer of all) expect(gradientCheck(layer, x, {}).ok, layer.name).toBe(true);
  });

  it('[activation-elementwise] float32 is the float64 value rounded once, except for the three that round every operation', () => {
    const x = Float32Array.from({ length: 999 }, (_, i) => (i - 500) / 37);
    for (const layer of all.filter(({ name }) => !['hardSigmoid', 'hardSwish', 'selu'].includes(name))) {
      const single = layer.forward({ shape: [1, 999], data: x }, {});
      const double = layer.forward(toFloat64({ shape: [1, 999], data: x }), {});
      expect([...single.data], layer.name).toEqual([...double.data].map(Math.fround));
    }
  });

  it('[activation-elementwise] a slope of 0 gives +0, whatever dy is; NaN stays NaN', () => {
    const x = tensor([1, 3], [-2000, 7, NAN]);
    const dy = tensor([1, 3], [-INF, -1, 1]);
    expect([...clip({ min: 0, max: 6 }).vjp(x, {})[1](dy).x.data]).toEqual([0, 0, 0]);
    expect(slopes(silu(), [-2000, 2000])).toEqual([0, 1]);
    for (const layer of all) expect(of(layer, [NAN])).toEqual([NAN]);
  });

  it('[activation-clip] its limits hold, its slope on them is 0, and with min 0 it is relu', () => {
    const values = [-INF, -3, -1, -0, 0, 1.5, 2, 3, INF, NAN];
    expect(of(clip({ min: -1, max: 2 }), values)).toEqual([-1, -1, -1, -0, 0, 1.5, 2, 2, 2, NAN]);
    expect(slopes(clip({ min: -1, max: 2 }), values)).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0]);
    expect(of(clip({ min: 0 }), values)).toEqual(of(relu(), values));
    expect(slopes(clip({ min: 0 }), values)).toEqual(slopes(relu(), values));
    expect(of(clip(), values)).toEqual(values);
    for (const attributes of [{ min: 1, max: 0 }, { min: NAN }, { max: '6' as never }, { min: null as never }])
      expect(() => clip(attributes)).toThrow(/\[(activation-clip|layer-attributes)\]/);
    expect(() => clip({ least: 0 } as never)).toThrow('[layer-attributes]');
  });

  it('[activation-hard-sigmoid] is straight between 0 and 1', () => {
    expect(of(hardSigmoid({ alpha: 0.25, beta: 0.5 }), [-9, -2, -1, 0, 1, 2, 9])).toEqual([
      0, 0, 0.25, 0.5, 0.75, 1, 1,
    ]);
    expect(slopes(hardSigmoid({ alpha: 0.25, beta: 0.5 }), [-9, -2, -1, 1, 2])).toEqual([0, 0, 0.25, 0.25, 0]);
    expect(hardSigmoid().attributes).toEqual({ alpha: 0.2, beta: 0.5 });
    expect(() => hardSigmoid({ alpha: INF })).toThrow('[activation-hard-sigmoid]');
  });

  it('[activation-hard-swish] is 0 up to −3 and x from 3 on', () => {
    expect(of(hardSwish(), [-4, -3, 3, 4]).map((y) => y + 0)).toEqual([0, 0, 3, 4]);
    expect(of(hardSwish(), [1], 'float32')).toEqual([Math.fround(Math.fround(1 / 6) + 0.5)]);
    expect(slopes(hardSwish(), [-4, 0, 4])).toEqual([0, 0.5, 1]);
  });

  it('[activation-silu] has its limits', () => {
    expect(of(silu(), [-INF, -1000, 0, 1000, INF])).toEqual([-0, -0, 0, 1000, INF]);
    expect(of(silu(), [1])[0]).toBeCloseTo(0.7310585786300049, 15);
    expect(slopes(silu(), [-INF, -801, -800, 0, 800, INF])).toEqual([0, 0, 0, 0.5, 1, 1]);
  });

  it('[activation-gelu] x·Φ(x), and its approximation within 5·10⁻⁴', () => {
    expect(of(gelu(), [-INF, -50, 0, 50, INF])).toEqual([-0, -0, 0, 50, INF]);
    expect(of(gelu(), [-1, 1]).map((y) => y.toFixed(14))).toEqual(['-0.15865525393146', '0.84134474606854']);
    expect(of(gelu(), [-20])[0] / -5.50724823721247e-88).toBeCloseTo(1, 12);
    const values = Array.from({ length: 200 }, (_, i) => (i - 100) / 20);
    const near = of(gelu({ approximate: 'tanh' }), values);
    expect(Math.max(...of(gelu(), values).map((y, i) => Math.abs(y - near[i])))).toBeLessThan(5e-4);
    expect(() => gelu({ approximate: 'erf' as never })).toThrow('[activation-gelu]');
  });

  it('[activation-elu] [activation-selu] tend to −alpha and to −gamma·alpha', () => {
    expect(of(elu({ alpha: 3 }), [-INF, 0, 2])).toEqual([-3, 0, 2]);
    expect(of(selu({ alpha: 2, gamma: 3 }), [-INF, 2])).toEqual([-6, 6]);
    expect(of(elu(), [-1e-20])).toEqual([-1e-20]);
    expect(slopes(elu({ alpha: 3 }), [0, 1])).toEqual([3, 1]);
    expect(() => elu({ alpha: NAN })).toThrow('[activation-elu]');
    expect(() => selu({ gamma: INF })).toThrow('[activation-selu]');
  });

  it('[activation-power] (shift + scale·x)^exponent, NaN below 0 for broken exponents', () => {
    expect(of(power({ exponent: 2, scale: 3, shift: 1 }), [-1, 0, 1])).toEqual([4, 1, 16]);
    expect(of(power({ exponent: 0.5 }), [-1, 4])).toEqual([NAN, 2]);
    expect(slopes(power({ exponent: 3, scale: 2 }), [0, 1])).toEqual([0, 24]);
    expect(slopes(power({ exponent: 0 }), [0, 1])).toEqual([0, 0]);
    expect(() => power({ exponent: NAN })).toThrow('[activation-power]');
  });

  it('[activation-softplus] log(1 + exp x), with the logistic function as its slope', () => {
    expect(of(softplus(), [-INF, 0, INF])).toEqual([0, Math.LN2, INF]);
    expect(of(softplus(), [0, 3], 'float32')).toEqual([Math.LN2, 3.048587351573742].map(Math.fround));
    expect(slopes(softplus(), [0])).toEqual([0.5]);
  });
});

/** The greatest error in units of the last place. */
const worst = (f: (x: number) => number, real: (x: number) => exact.Real, draw: (i: number) => number): number =>
  Math.max(...Array.from({ length: 400 }, (_, i) => exact.ulps(f(draw(i)), real(draw(i)))));

describe('what they are made of', () => {
  it('[math-erf] erf within 2 units in the last place, Φ within 8; erf is odd', () => {
    expect(worst(erf, exact.erf, (i) => (i - 200) / 33)).toBeLessThan(2);
    expect(worst(erf, exact.erf, (i) => (i - 200) / 390.5)).toBeLessThan(2);
    expect(worst(normalDistribution, exact.normalDistribution, (i) => (i - 300) / 21.3)).toBeLessThan(8);
    expect([0, -0, INF, -INF, NAN, 5e-324, 41].map(erf)).toEqual([0, -0, 1, -1, NAN, 5e-324, 1]);
    expect([-INF, 0, INF, NAN].map(normalDistribution)).toEqual([0, 0.5, 1, NAN]);
    expect(erf(-0.7)).toBe(-erf(0.7));
  });

  it('[math-expm1] within 2.5 units in the last place, also near 0', () => {
    expect(worst(expm1, exact.expm1, (i) => ((i - 200) / 100) ** 5 / 3)).toBeLessThan(2.5);
    expect([0, -0, -INF, INF, NAN, 1e-300].map(expm1)).toEqual([0, -0, -1, INF, NAN, 1e-300]);
  });
});

describe('logSoftmax', () => {
  it('[softmax-log] exponentials add up to 1 in each row, and no logit overflows', () => {
    const x = tensor([2, 3, 2], [1000, 1, 1001, 2, 999, 3, -5, 0, 0, 0, 5, 0], 'float64');
    const y = logSoftmax({ axis: 1 }).forward(x, {});
    for (const first of [0, 1, 6, 7]) {
      const sum = [0, 2, 4].reduce((total, i) => total + Math.exp(y.data[first + i]), 0);
      expect(sum).toBeCloseTo(1, 14);
    }
    expect(of(logSoftmax(), [INF, 0])).toEqual([0, -INF]);
    expect(
      gradientCheck(
        logSoftmax({ axis: 1 }),
        tensor(
          [2, 3, 2],
          [...x.data].map((v) => v % 7),
          'float64',
        ),
        {},
      ).ok,
    ).toBe(true);
    expect(() => logSoftmax({ axis: 2 }).shape([1, 2])).toThrow('[softmax-axis]');
  });

  it('[softmax-log] the sum is a long one: 2²⁰ equal logits', () => {
    const x: Tensor = tensor([1, 2 ** 20]);
    expect(logSoftmax().forward(x, {}).data[7]).toBe(Math.fround(-20 * Math.LN2));
  });
});
