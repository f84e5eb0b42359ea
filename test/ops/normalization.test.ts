// Batch norm, frozen norm and local response normalisation against their formulas, step by step in float32.

import { describe, expect, it } from 'vitest';
import {
  batchNorm,
  frozenNorm,
  gradientCheck,
  lrn,
  type Shape,
  SpecError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { pow } from '../../src/reference/math.ts';
import { batchStatistics } from '../../src/reference/normalization.ts';
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
  it('[norm-statistics] mean and biased variance, each image by itself, then the images, rounded at each step', () => {
    const x = rough(shape, 1);
    const { mean, variance } = batchStatistics(3, 3, x.data);
    for (let c = 0; c < 3; c++) {
      const sum = (term: (v: number) => number): number => {
        let total = 0;
        for (let n = 0; n < 3; n++) {
          let image = 0;
          for (let p = 0; p < 10; p++) image = f(image + term(x.data[(n * 10 + p) * 3 + c]));
          total = f(total + image);
        }
        return total;
      };
      const m = f(sum((v) => v) / 30);
      expect(mean[c]).toBe(m);
      expect(variance[c]).toBe(f(sum((v) => f(f(v - m) * f(v - m))) / 30));
    }
  });

  it('[norm-batch] [norm-frozen] y = (x − mean)·scale + bias; given the statistics of the batch both give the same bits', () => {
    const x = rough(shape, 1);
    const { mean, variance } = batchStatistics(3, 3, x.data);
    const p = { ...affine, mean: { shape: [3], data: mean }, variance: { shape: [3], data: variance } };
    const y = frozenNorm({ epsilon: 1e-3 }).forward(x, p);
    expect(batchNorm({ epsilon: 1e-3 }).forward(x, affine)).toEqual(y);
    const scale = [0, 1, 2].map((c) => f(affine.weight.data[c] / f(Math.sqrt(f(variance[c] + f(1e-3))))));
    y.data.forEach((value, i) => {
      const c = i % 3;
      expect(value).toBe(f(f(f(x.data[i] - mean[c]) * scale[c]) + affine.bias.data[c]));
    });
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
    const statistics = { mean: { shape: [3], data: mean }, variance: { shape: [3], data: variance } };
    const batch = batchNorm({ epsilon: 1e-3 }).vjp(x, affine)[1](dy);
    const frozen = frozenNorm({ epsilon: 1e-3 }).vjp(x, { ...affine, ...statistics })[1](dy);
    expect(frozen.params).toMatchObject(batch.params);
    for (let c = 0; c < 3; c++) {
      const deviation = f(Math.sqrt(f(variance[c] + f(1e-3))));
      const scale = f(affine.weight.data[c] / deviation);
      const xHat = (i: number): number => f(f(x.data[i] - mean[c]) / deviation);
      const places = Array.from({ length: 30 }, (_, p) => p * 3 + c);
      const sum = (term: (i: number) => number): number =>
        [0, 10, 20].reduce((all, n) => f(all + places.slice(n, n + 10).reduce((image, i) => f(image + term(i)), 0)), 0);
      const [dweight, dbias] = [sum((i) => f(dy.data[i] * xHat(i))), sum((i) => dy.data[i])];
      expect((batch.params.weight as Tensor).data[c]).toBe(dweight);
      expect((batch.params.bias as Tensor).data[c]).toBe(dbias);
      for (const i of places) {
        const centred = f(f(dy.data[i] - f(dbias / 30)) - f(xHat(i) * f(dweight / 30)));
        expect(batch.x.data[i]).toBe(f(scale * centred));
        expect(frozen.x.data[i]).toBe(f(dy.data[i] * scale));
      }
    }
  });

  it('[norm-epsilon] [norm-rank] bad values are refused before anything runs', () => {
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
  it('[lrn-forward] [lrn-size] y = x / (k + alpha · Σ x²)^beta, an even window leaning upward', () => {
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
    const slope = f(2 * 0.3 * 0.6);
    dx.forEach((value, i) => {
      const t = window(i, 2, 1).reduce((sum, j) => f(sum + f(f(dy.data[j] * y.data[j]) / d[j])), 0);
      expect(value).toBe(f(f(dy.data[i] / f(pow(d[i], 0.6))) - f(f(slope * x.data[i]) * t)));
    });
  });

  it('[lrn-size] [lrn-factors] bad values are refused before anything runs', () => {
    for (const size of [0, 2.5, -1]) expect(() => lrn({ size })).toThrow('[lrn-size]');
    expect(() => lrn({ k: 0 })).toThrow('[lrn-factors]');
    expect(() => lrn({ alpha: -1 })).toThrow(SpecError);
    expect(() => lrn({ beta: Number.NaN })).toThrow('[lrn-factors]');
    expect(() => lrn().shape([4])).toThrow('[norm-rank]');
  });
});
