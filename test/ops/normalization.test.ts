// Batch norm, frozen norm and local response normalisation compared with their formulas, step by step in float32.

import { describe, expect, it, test } from 'vitest';
import {
  batchNorm,
  type Data,
  frozenNorm,
  gradientCheck,
  type Layer,
  lrn,
  type Params,
  type Shape,
  SpecError,
  type Tensor,
  tensor,
  toFloat64,
} from '../../src/index.ts';
import { pow } from '../../src/reference/math.ts';
import { batchStatistics } from '../../src/reference/normalization.ts';
import { typeOf } from '../../src/tensor.ts';
import { whole } from './whole.ts';

const f = Math.fround;

/** Values with many bits. */
const rough = (shape: Shape, seed: number, type: 'float32' | 'float64' = 'float32'): Tensor =>
  tensor(
    shape,
    Array.from(whole(shape, seed).data, (v, i) => v * 0.37 + ((i * 29) % 17) * 0.113),
    type,
  );

const shape: Shape = [3, 2, 5, 3];

const affine = { weight: tensor([3], [1.1, -0.7, 2.3]), bias: tensor([3], [0.2, 5.1, -3]) };

describe('batchNorm and frozenNorm', () => {
  it('[norm-statistics] mean and biased variance in float64, each image by itself, then the images', () => {
    const x = rough(shape, 1);
    const { mean, variance } = batchStatistics(3, 3, x.data);
    for (let c = 0; c < 3; c++) {
      const sum = (term: (v: number) => number): number => {
        let total = 0;
        for (let n = 0; n < 3; n++) {
          let image = 0;
          for (let p = 0; p < 10; p++) image += term(x.data[(n * 10 + p) * 3 + c]);
          total += image;
        }
        return total;
      };
      const m = sum((v) => v) / 30;
      expect(mean[c]).toBe(m);
      expect(variance[c]).toBe(sum((v) => (v - m) * (v - m)) / 30);
    }
  });

  it('[norm-batch] [norm-frozen] y = (x − mean)·scale + bias, in float32 except for statistics and deviation', () => {
    const x = rough(shape, 1);
    const { mean, variance } = batchStatistics(3, 3, x.data);
    const formula = (mean: Data, variance: Data) => {
      const scale = [0, 1, 2].map((c) => f(affine.weight.data[c] / Math.sqrt(variance[c] + f(1e-3))));
      return x.data.map((v, i) => f(f(f(v - mean[i % 3]) * scale[i % 3]) + affine.bias.data[i % 3]));
    };
    expect(batchNorm({ epsilon: 1e-3 }).forward(x, affine).data).toEqual(formula(mean, variance));
    const rounded = { mean: Float32Array.from(mean), variance: Float32Array.from(variance) };
    const p = { ...affine, mean: { shape: [3], data: rounded.mean }, variance: { shape: [3], data: rounded.variance } };
    expect(frozenNorm({ epsilon: 1e-3 }).forward(x, p).data).toEqual(formula(rounded.mean, rounded.variance));
  });

  it('[norm-batch] frozenNorm has the bits of batchNorm where the statistics are numbers of the element type', () => {
    // The mean is 1, 2 or 3, the variance ¼, 1 or 2¼.
    const even = tensor(
      shape,
      Array.from({ length: 90 }, (_, i) => (i % 3) + 1 + (((i % 3) + 1) / 2) * (i % 2 ? 1 : -1)),
    );
    const wide = Object.fromEntries(Object.entries(affine).map(([name, p]) => [name, toFloat64(p)]));
    for (const [x, p] of [
      [even, affine],
      [rough(shape, 1, 'float64'), wide],
    ] as const) {
      const { mean, variance } = batchStatistics(3, 3, x.data);
      const own = (data: Data) => tensor([3], data, typeOf(x.data));
      const given = { ...p, mean: own(mean), variance: own(variance) };
      expect(given.mean.data[1]).toBe(mean[1]);
      expect(frozenNorm().forward(x, given)).toEqual(batchNorm().forward(x, p));
    }
  });

  it('[norm-batch] gives each channel mean 0 and variance 1 before scale and shift', () => {
    const p = { weight: tensor([3], [1, 1, 1], 'float64'), bias: tensor([3], [0, 0, 0], 'float64') };
    const y = batchNorm({ epsilon: 1e-12 }).forward(rough(shape, 2, 'float64'), p);
    const { mean, variance } = batchStatistics(3, 3, y.data);
    for (const m of mean) expect(m).toBeCloseTo(0, 12);
    for (const v of variance) expect(v).toBeCloseTo(1, 10);
  });

  it('[norm-batch-gradient] [norm-frozen-gradient] agree with finite differences; statistics get zeros', () => {
    const report = gradientCheck(batchNorm(), rough(shape, 3), affine);
    expect(report.ok, report.text).toBe(true);
    const p = { ...affine, mean: rough([3], 4), variance: tensor([3], [0.5, 2, 1.7]) };
    const frozen = gradientCheck(frozenNorm(), rough(shape, 3), p);
    const byName = Object.fromEntries(frozen.entries.map((entry) => [entry.name, entry.ok]));
    expect(byName).toMatchObject({ x: true, weight: true, bias: true });
    const [, pull] = frozenNorm().vjp(rough(shape, 3), p);
    const gradient = pull(rough(shape, 5));
    expect(gradient.params.mean).toEqual(tensor([3]));
    expect(gradient.params.variance).toEqual(tensor([3]));
    expect((gradient.params.mean as Tensor).data.buffer).not.toBe((gradient.params.variance as Tensor).data.buffer);
  });

  it('[norm-batch-gradient] [norm-frozen-gradient] round after each operation', () => {
    const [x, dy] = [rough(shape, 3), rough(shape, 8)];
    const { mean, variance } = batchStatistics(3, 3, x.data);
    const rounded = { mean: Float32Array.from(mean), variance: Float32Array.from(variance) };
    const statistics = { mean: tensor([3], rounded.mean), variance: tensor([3], rounded.variance) };
    const batch = batchNorm({ epsilon: 1e-3 }).vjp(x, affine)[1](dy);
    const frozen = frozenNorm({ epsilon: 1e-3 }).vjp(x, { ...affine, ...statistics })[1](dy);
    for (const [{ x: dx, params }, used] of [
      [batch, { mean, variance }],
      [frozen, rounded],
    ] as const) {
      for (let c = 0; c < 3; c++) {
        const deviation = Math.sqrt(used.variance[c] + f(1e-3));
        const scale = f(affine.weight.data[c] / deviation);
        const xHat = (i: number): number => f(f(x.data[i] - used.mean[c]) / deviation);
        const places = Array.from({ length: 30 }, (_, p) => p * 3 + c);
        const sum = (term: (i: number) => number): number =>
          [0, 10, 20].reduce((all, n) => all + places.slice(n, n + 10).reduce((image, i) => image + term(i), 0), 0);
        const [dweight, dbias] = [sum((i) => f(dy.data[i] * xHat(i))), sum((i) => dy.data[i])];
        expect((params.weight as Tensor).data[c]).toBe(f(dweight));
        expect((params.bias as Tensor).data[c]).toBe(f(dbias));
        for (const i of places) {
          const centred = f(f(dy.data[i] - dbias / 30) - f(xHat(i) * (dweight / 30)));
          expect(dx.data[i]).toBe(f(scale * (dx === batch.x ? centred : dy.data[i])));
        }
      }
    }
  });

  it('[norm-epsilon] [norm-rank] invalid values are refused before anything runs', () => {
    for (const make of [batchNorm, frozenNorm]) {
      for (const epsilon of [0, -1e-5, Number.NaN, Number.POSITIVE_INFINITY])
        expect(() => make({ epsilon })).toThrow('[norm-epsilon]');
      expect(() => make({ epsilon: '1' as never })).toThrow(TypeError);
      expect(() => make().shape([3])).toThrow('[norm-rank]');
      expect(make().attributes).toEqual({ epsilon: 1e-5 });
    }
    expect(Object.keys(frozenNorm().params([1, 4]))).toEqual(['weight', 'bias', 'mean', 'variance']);
  });
});

describe('lrn', () => {
  it('[lrn-forward] [lrn-size] y = x / (k + alpha · Σ x²)^beta, an even window having one channel more above', () => {
    for (const size of [1, 2, 3, 4, 5, 9]) {
      const x = rough([2, 3, 7], size);
      const y = lrn({ size, alpha: 0.3, beta: 0.6, k: 1.5 }).forward(x, {});
      y.data.forEach((value, i) => {
        const c = i % 7;
        let sum = 0;
        for (let j = c - Math.floor((size - 1) / 2); j <= c + Math.ceil((size - 1) / 2); j++)
          if (j >= 0 && j < 7) sum = f(sum + f(x.data[i - c + j] ** 2));
        expect(value).toBe(f(x.data[i] / f(pow(f(1.5 + f(f(0.3) * sum)), 0.6))));
      });
    }
  });

  it('[lrn-forward] [lrn-factors] without attributes it is the one of AlexNet', () => {
    expect(lrn().attributes).toEqual({ size: 5, alpha: 1e-4, beta: 0.75, k: 2 });
    const y = lrn().forward(tensor([1, 1], [100], 'float64'), {});
    expect(y.data[0]).toBeCloseTo(100 / 3 ** 0.75, 12);
  });

  it('[lrn-gradient] agrees with finite differences for odd and even windows', () => {
    for (const size of [1, 2, 3, 4, 8]) {
      const report = gradientCheck(lrn({ size, alpha: 0.4, beta: 0.8, k: 0.9 }), rough([2, 2, 6], size), {});
      expect(report.ok, report.text).toBe(true);
    }
  });

  it('[lrn-gradient] rounds after each operation', () => {
    const [x, dy] = [rough([2, 3, 7], 1), rough([2, 3, 7], 4)];
    const [y, pull] = lrn({ size: 4, alpha: 0.3, beta: 0.6, k: 1.5 }).vjp(x, {});
    const dx = pull(dy).x.data;
    const window = (i: number, before: number, after: number): number[] =>
      Array.from({ length: before + after + 1 }, (_, j) => i - before + j).filter(
        (j) => Math.floor(j / 7) === Math.floor(i / 7),
      );
    const d = Array.from(x.data, (_, i) =>
      f(1.5 + f(f(0.3) * window(i, 1, 2).reduce((sum, j) => f(sum + f(x.data[j] ** 2)), 0))),
    );
    const slope = f(2 * f(0.3) * 0.6);
    dx.forEach((value, i) => {
      const t = window(i, 2, 1).reduce((sum, j) => f(sum + f(f(dy.data[j] * y.data[j]) / d[j])), 0);
      expect(value).toBe(f(f(dy.data[i] / f(pow(d[i], 0.6))) - f(f(slope * x.data[i]) * t)));
    });
  });

  it('[lrn-gradient] uses the rounded alpha, also for the defaults', () => {
    const slope = f(2 * f(1e-4) * 0.75);
    expect(slope).not.toBe(f(2 * 1e-4 * 0.75));
    const [y, pull] = lrn({ size: 1 }).vjp(tensor([1, 1], [3000]), {});
    const d = f(2 + f(f(1e-4) * 9e6));
    const t = f(y.data[0] / d);
    expect(pull(tensor([1, 1], [1])).x.data[0]).toBe(f(f(1 / f(pow(d, 0.75))) - f(f(slope * 3000) * t)));
  });

  it('[lrn-size] [lrn-factors] invalid values are refused before anything runs', () => {
    for (const size of [0, 2.5, -1]) expect(() => lrn({ size })).toThrow('[lrn-size]');
    expect(() => lrn({ k: 0 })).toThrow('[lrn-factors]');
    expect(() => lrn({ alpha: -1 })).toThrow(SpecError);
    expect(() => lrn({ beta: Number.NaN })).toThrow('[lrn-factors]');
    expect(() => lrn().shape([4])).toThrow('[norm-rank]');
  });
});

const filled = (shape: Shape, value: (i: number) => number): Tensor => {
  const x = tensor(shape);
  for (let i = 0; i < x.data.length; i++) x.data[i] = value(i);
  return x;
};

const of = (layer: Layer, x: Tensor, p: Params<Tensor> = {}): number[] => [...layer.forward(x, p).data];

/** Numbers of one sign over many powers of two, with 24 bits each, from a hash of i. */
const scattered = (i: number): number => {
  const z = Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 0;
  return f(((z >>> 8) + 1) * 2 ** (-24 - (z & 7)));
};

describe('batch norm of float32 keeps its statistics in float64', () => {
  const p = { weight: tensor([1], [3]), bias: tensor([1], [0.7]) };
  const unit = { weight: tensor([1], [1]), bias: tensor([1]) };

  test('[norm-batch] a constant channel gives exactly the bias, and no gradient from a constant dy', () => {
    for (const [shape, value] of [
      [[1, 28, 28, 1], 100.1],
      [[3, 512, 512, 1], 0.1],
      [[7, 1], 1e30],
      [[1, 1], -3e38],
      [[2, 9, 1], 1e-40],
    ] as const) {
      const x = filled(shape, () => value);
      const [y, pull] = batchNorm().vjp(x, p);
      expect(new Set(y.data)).toEqual(new Set([f(0.7)]));
      const { x: dx, params } = pull(filled(shape, () => 0.3));
      expect(new Set(dx.data)).toEqual(new Set([0]));
      expect((params.weight as Tensor).data).toEqual(Float32Array.of(0));
      expect((params.bias as Tensor).data).toEqual(Float32Array.of(f(f(0.3) * x.data.length)));
    }
  });

  test('[norm-batch] [norm-statistics] two values that alternate become −1 and 1, at any size', () => {
    for (const [low, high, size] of [
      [100, 101, 512 * 512],
      [1e30, -1e30, 4096],
      [-3e38, 3e38, 64],
      [1e6, 1e6 + 1, 512 * 512],
    ]) {
      const x = filled([2, size / 2, 1], (i) => (i % 2 ? high : low));
      const y = of(batchNorm({ epsilon: 1e-12 }), x, unit);
      const sign = Math.sign(high - low);
      expect(Math.max(...y.slice(0, 2).map((v, i) => Math.abs(v - (i % 2 ? sign : -sign))))).toBeLessThan(1e-6);
      expect(new Set(y).size).toBe(2);
    }
  });

  test('[norm-batch-gradient] large and near values: the gradient is that of the same numbers in float64', () => {
    for (const factor of [1, 1e30, 1e-15]) {
      const x = filled([2, 8, 1], (i) => factor * (i % 2 ? scattered(i) : -scattered(i)));
      const dy = filled([2, 8, 1], (i) => scattered(i + 40));
      const wide = (t: Tensor) => toFloat64(t);
      const layer = batchNorm({ epsilon: 1e-40 });
      const ours = layer.vjp(x, unit)[1](dy).x.data;
      const theirs = layer.vjp(wide(x), toFloat64(unit))[1](wide(dy)).x.data;
      const largest = Math.max(...theirs.map(Math.abs));
      ours.forEach((v, i) => {
        expect(Math.abs(v - theirs[i]) / largest).toBeLessThan(1e-6);
      });
    }
    expect(gradientCheck(batchNorm(), filled([2, 3, 2, 1], scattered), unit).ok).toBe(true);
  });
});
