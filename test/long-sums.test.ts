// Long sums compared with exact ones, with a million terms and on both sides of 64; and small inputs that failed before.

import { describe, expect, test } from 'vitest';
import {
  avgPool2d,
  batchNorm,
  binaryCrossEntropy,
  compile,
  crossEntropy,
  dropout,
  frozenNorm,
  globalAvgPool,
  gradientCheck,
  identity,
  type Layer,
  lpPool2d,
  lrn,
  maxPool2d,
  NUMERICS,
  type Params,
  relu,
  type Shape,
  selectChannels,
  softmax,
  squaredError,
  sum,
  type Tensor,
  tensor,
  toFloat64,
} from '../src/index.ts';
import { exp } from '../src/reference/math.ts';
import { batchStatistics } from '../src/reference/normalization.ts';
import { avgPool, avgPoolGrad } from '../src/reference/pool.ts';
import { threeAxes } from '../src/window.ts';

const f = Math.fround;
const filled = (shape: Shape, value: (i: number) => number): Tensor => {
  const x = tensor(shape);
  for (let i = 0; i < x.data.length; i++) x.data[i] = value(i);
  return x;
};
const of = (layer: Layer, x: Tensor, p: Params<Tensor> = {}): number[] => [...layer.forward(x, p).data];
const dxOf = (layer: Layer, x: Tensor, dy: Tensor): number[] => [...layer.vjp(x, {})[1](dy).x.data];

/** Numbers of one sign over many powers of two, with 24 bits each, from a hash of i. */
const rough = (i: number): number => {
  const z = Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 0;
  return f(((z >>> 8) + 1) * 2 ** (-24 - (z & 7)));
};

/** A float32 in units of 2^−149. */
const units = (value: number): bigint => BigInt(value * 2 ** 149);

const double = new DataView(new ArrayBuffer(8));

/** The sum of up to 2²⁰ or so numbers ≥ 0 in units of 2^−149: both halves of their digits are added for each exponent apart. */
function exact(count: number, term: (i: number) => number): bigint {
  const [high, low] = [new Float64Array(2048), new Float64Array(2048)];
  for (let i = 0; i < count; i++) {
    const value = term(i);
    if (value === 0) continue;
    double.setFloat64(0, value);
    const exponent = double.getUint32(0) >>> 20;
    high[exponent] += (double.getUint32(0) & 0xfffff) | 0x100000;
    low[exponent] += double.getUint32(4);
  }
  let sum = 0n;
  for (let exponent = 0; exponent < high.length; exponent++) {
    const digits = BigInt(high[exponent]) * 2n ** 32n + BigInt(low[exponent]);
    // The last digit of a float64 with this exponent is worth 2^(exponent − 1075).
    if (digits > 0n) sum += exponent < 926 ? digits >> BigInt(926 - exponent) : digits << BigInt(exponent - 926);
  }
  return sum;
}

/** Whether y is within one unit in its last place of sum / divisor. */
function isNear(y: number, sum: bigint, divisor = 1): boolean {
  const [value] = new Int32Array(Float32Array.of(y).buffer);
  const [below, above] = new Float32Array(Int32Array.of(value - 1, value + 1).buffer);
  const by = BigInt(divisor);
  return units(below) * by <= sum && sum <= units(above) * by;
}

describe('a million terms of one sign', () => {
  const side = 1025;
  const count = side * side;
  const map = filled([1, side, side, 1], rough);
  const total = exact(count, rough);

  test('[numerics-long] [pool-global] [pool-average] averages are within a unit in the last place, with and without kernels', () => {
    for (const layer of [globalAvgPool(), avgPool2d({ size: side })]) {
      expect(isNear(of(layer, map)[0], total, count)).toBe(true);
      expect([...compile(layer, map.shape, {})(map).data]).toEqual(of(layer, map));
    }
    const axis = { input: count, size: count, stride: 1, dilation: 1, before: 0, after: 0, output: 1 };
    const y = new Float32Array(1);
    avgPool({ batch: 1, channels: 1, axes: threeAxes([axis]) }, map.data, Float64Array.of(count), y);
    expect([...y]).toEqual(of(globalAvgPool(), map));
  });

  test('[numerics-long] [pool-lp] powers', () => {
    expect(isNear(of(lpPool2d({ size: side, p: 1 }), map)[0], total)).toBe(true);
    const squares = exact(count, (i) => f(rough(i) * rough(i)));
    const root = of(lpPool2d({ size: side }), map)[0];
    expect(Math.abs(root / Math.sqrt(Number(squares) / 2 ** 149) - 1)).toBeLessThan(2 ** -23);
  });

  test('[numerics-long] [loss-squared] squared errors', () => {
    const squares = exact(count, (i) => f(rough(i) * rough(i)));
    expect(isNear(of(squaredError({ target: tensor(map.shape) }), map)[0], squares)).toBe(true);
    const images = { shape: [5, count / 5], data: map.data };
    expect(isNear(of(squaredError({ target: tensor(images.shape) }), images)[0], squares, 5)).toBe(true);
  });

  test('[numerics-long] [softmax-forward] [softmax-gradient] [loss-cross-entropy] denominators, and the product', () => {
    // Logits from −9 to 0, the first of them the maximum.
    const x = filled([1, count], (i) => (i === 0 ? 0 : -9 * rough(i)));
    const sum = Number(exact(count, (i) => f(exp(x.data[i])))) / 2 ** 149;
    const [y, pull] = softmax().vjp(x, {});
    expect(Math.abs(y.data[0] * sum - 1)).toBeLessThan(2 ** -23);
    expect(Math.abs(of(crossEntropy({ labels: [0] }), x)[0] - Math.log(sum))).toBeLessThan(1e-6);
    const dot = Number(exact(count, (i) => f(y.data[i] * f(rough(i))))) / 2 ** 149;
    const dx = pull(filled([1, count], rough)).x.data;
    for (const i of [0, 1, count - 1]) expect(dx[i]).toBe(f(y.data[i] * f(rough(i) - dot)));
  });

  test('[numerics-long] [norm-statistics] [norm-frozen-gradient] statistics, and the gradients of the parameters', () => {
    const p = { weight: tensor([1], [1]), bias: tensor([1]), mean: tensor([1]), variance: tensor([1], [1]) };
    const ones = filled(map.shape, () => 1);
    const [, pull] = frozenNorm({ epsilon: 2 ** -60 }).vjp(ones, p);
    const { weight, bias } = pull(map).params as Record<string, Tensor>;
    expect(isNear(bias.data[0], total)).toBe(true);
    expect(weight).toEqual(bias);
    const { mean, variance } = batchStatistics(1, 1, map.data);
    expect(isNear(f(mean[0]), total, count)).toBe(true);
    expect(
      isNear(
        f(variance[0]),
        exact(count, (i) => (rough(i) - mean[0]) ** 2),
        count,
      ),
    ).toBe(true);
  });

  test('[numerics-long] [pool-average-gradient] [pool-max-gradient] [pool-lp-gradient] one cell under 2048 windows', () => {
    const n = 2048;
    const window = { size: [1, n], stride: 1, padding: [[0, 0] as const, [n - 1, n - 1] as const] };
    const [x, dy] = [tensor([1, 1, 1, 1], [1]), filled([1, 1, n, 1], (i) => (i === 0 ? 2 ** 24 : rough(i)))];
    const sum = exact(n, (i) => dy.data[i]);
    for (const layer of [maxPool2d(window), avgPool2d(window), lpPool2d(window)])
      expect(isNear(dxOf(layer, x, dy)[0], sum)).toBe(true);
  });

  test('[loss-cross-entropy] [loss-binary] zeros over 512² and 2048² pixels have the loss log 2', () => {
    for (const side of [512, 2048]) {
      const x = tensor([1, side, side, 2]);
      const half = tensor([1, side, side, 1]);
      const labels = Uint8Array.from({ length: side * side }, (_, i) => i % 2);
      expect(of(crossEntropy({ labels }), x)).toEqual([f(Math.LN2)]);
      expect(of(binaryCrossEntropy({ targets: half }), half)).toEqual([f(Math.LN2)]);
    }
  });
});

/** A window of ones except for its first cell, and its sum: 2²⁴ where every 1 is lost, otherwise exact. */
const top = 2 ** 24;
const lost = (cells: number): number => (cells <= 64 ? top : f(top + cells - 1));

describe('both sides of 64 cells', () => {
  const sizes = [
    [1, 63],
    [1, 64],
    [1, 65],
    [64, 1],
    [65, 1],
    [8, 8],
    [5, 13],
    [13, 5],
    [9, 9],
    [1, 1],
  ];

  test.each(sizes)('[numerics-long] windows of %i×%i', (a, b) => {
    const cells = a * b;
    const size = [a, b];
    for (const channels of [1, 4, 9, 17]) {
      const x = filled([2, a, b, channels], (i) => (i % (cells * channels) < channels ? top : 1));
      const wanted = Array(2 * channels).fill(lost(cells));
      for (const layer of [avgPool2d({ size }), avgPool2d({ size, stride: 1 })]) {
        expect(of(layer, x)).toEqual(wanted.map((sum) => f(sum / cells)));
        expect([...compile(layer, x.shape, {})(x).data]).toEqual(of(layer, x));
      }
      expect(of(lpPool2d({ size, p: 1 }), x)).toEqual(wanted);
    }
  });

  test.each(sizes)('[numerics-long] gradients of windows of %i×%i on one cell', (a, b) => {
    const cells = a * b;
    const padding = [[a - 1, a - 1] as const, [b - 1, b - 1] as const];
    const window = { size: [a, b], stride: 1, padding };
    const x = tensor([1, 1, 1, 1], [1]);
    const dy = filled([1, a, b, 1], (i) => (i === 0 ? top : 1));
    for (const layer of [maxPool2d(window), avgPool2d(window), lpPool2d(window)])
      expect(dxOf(layer, x, dy)).toEqual([lost(cells)]);
  });

  test('[numerics-long] [pool-max-gradient] windows of 9×9 that share only a corner', () => {
    const dy = tensor([1, 2, 2, 1], [top, 1, 1, 1]);
    const x = filled([1, 17, 17, 1], (i) => (i === 8 * 17 + 8 ? 1 : 0));
    expect(dxOf(maxPool2d({ size: 9, stride: 8 }), x, dy)[8 * 17 + 8]).toBe(top + 4);
    expect(
      dxOf(
        avgPool2d({ size: 9, stride: 8 }),
        x,
        filled(dy.shape, (i) => 81 * dy.data[i]),
      )[8 * 17 + 8],
    ).toBe(top + 4);
  });

  test('[numerics-long] [pool-average] the cells of the full window decide, not those inside', () => {
    const x = tensor([1, 1, 3, 1], [top, 1, 1]);
    const at = (width: number) => of(avgPool2d({ size: [1, width], padding: 'same', stride: 3 }), x)[0];
    expect(at(63)).toBe(f(top / 3));
    expect(at(65)).toBe(f((top + 2) / 3));
    expect(f(top / 3)).not.toBe(f((top + 2) / 3));
  });

  test.each([63, 64, 65, 66])(
    '[lrn-forward] [lrn-gradient] [numerics-long] a window of %i channels, fewer there',
    (size) => {
      const x = tensor([1, 3], [2 ** 12, 1, 1]);
      const long = size > 64;
      const layer = lrn({ size, alpha: 1, beta: 1, k: 1 });
      const sum = long ? top + 2 : top;
      const d = f(1 + f(sum));
      const y = [...x.data].map((v) => f(v / d));
      expect(of(layer, x)).toEqual(y);
      expect([...compile(layer, x.shape, {})(x).data]).toEqual(y);
      const dy = tensor(
        [1, 3],
        [2 ** 12, 2 ** -12, 2 ** -12].map((v) => f(v * d)),
      );
      const shares = y.map((v, i) => f(f(dy.data[i] * v) / d));
      const t = shares.reduce((all, v) => (long ? all + v : f(all + v)), 0);
      expect(dxOf(layer, x, dy)).toEqual([...x.data].map((v, i) => f(f(dy.data[i] / d) - f(f(2 * v) * t))));
    },
  );

  test.each([64, 65])('[reshape-select] the gradient of a channel named %i times', (copies) => {
    const dy = filled([1, copies], (i) => (i === 0 ? top : 1));
    expect(dxOf(selectChannels({ channels: Array(copies).fill(1) }), tensor([1, 2]), dy)).toEqual([0, lost(copies)]);
  });

  test('[pool-global] a global average is long at any size', () => {
    const x = tensor([1, 3, 1], [top, 1, 1]);
    expect(of(globalAvgPool(), x)).toEqual([f((top + 2) / 3)]);
    expect([...compile(globalAvgPool(), x.shape, {})(x).data]).toEqual(of(globalAvgPool(), x));
    for (const space of [
      [7, 7],
      [1, 1],
      [1, 5],
      [1000, 1000],
    ])
      expect(
        of(
          globalAvgPool(),
          filled([1, ...space, 1], () => 0.1),
        ),
      ).toEqual([f(0.1)]);
  });

  test('[softmax-forward] [softmax-gradient] rows are long at any length, on any axis', () => {
    // Three terms: 1, and two that a float32 sum would lose.
    const x = tensor([3, 1, 1], [0, -17, -17]);
    const e = [0, -17, -17].map((v) => f(exp(v)));
    const s = e[0] + e[1] + e[2];
    expect(of(softmax({ axis: 0 }), x)).toEqual(e.map((v) => f(v / s)));
    expect(of(crossEntropy({ labels: [0] }), tensor([1, 3], x.data))).toEqual([f(Math.log1p(2 * e[1]))]);
  });

  test('[loss-squared] [loss-binary] [loss-cross-entropy] each image is summed first, then the sums of the images', () => {
    // In float64 too: 2⁵³ + 1 + 1 is 2⁵³ one by one, 2⁵³ + 2 by images.
    const big = 2 ** 53;
    const x = (shape: Shape) =>
      tensor(
        shape,
        [Math.sqrt(2) * 2 ** 26, 1, 1].map((v, i) => (i ? v : 2 ** 26.5)),
        'float64',
      );
    const value = (shape: Shape) =>
      squaredError({ target: tensor(shape, undefined, 'float64') }).forward(x(shape), {}).data[0];
    const square = x([3]).data[0] ** 2;
    expect(value([1, 3])).toBe(square + 1 + 1);
    expect(value([3, 1])).toBe((square + 1 + 1) / 3);
    const rows = tensor([2, 2, 1, 2], [0, big, 0, 1, 0, 1, 0, 1], 'float64');
    const labels = crossEntropy({ labels: [0, 0, 0, 0] });
    const small = Math.log1p(Math.exp(-1)) + 1;
    expect(labels.forward(rows, {}).data[0]).toBe((big + small + 2 * small) / 4);
  });
});

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
      const x = filled([2, 8, 1], (i) => factor * (i % 2 ? rough(i) : -rough(i)));
      const dy = filled([2, 8, 1], (i) => rough(i + 40));
      const wide = (t: Tensor) => toFloat64(t);
      const layer = batchNorm({ epsilon: 1e-40 });
      const ours = layer.vjp(x, unit)[1](dy).x.data;
      const theirs = layer.vjp(wide(x), toFloat64(unit))[1](wide(dy)).x.data;
      const largest = Math.max(...theirs.map(Math.abs));
      ours.forEach((v, i) => {
        expect(Math.abs(v - theirs[i]) / largest).toBeLessThan(1e-6);
      });
    }
    expect(gradientCheck(batchNorm(), filled([2, 3, 2, 1], rough), unit).ok).toBe(true);
  });
});

test('[numerics-counts] divisors are exact beyond 2²⁴', () => {
  const M = top + 3;
  expect(f(M)).not.toBe(M);
  const ones = filled([1, M, 1], () => 1);
  const [y, pull] = globalAvgPool().vjp(ones, {});
  expect([...y.data]).toEqual([1]);
  const share = f(top / M);
  expect(share).not.toBe(f(top / f(M)));
  expect(pull(tensor([1, 1], [top])).x.data[M - 1]).toBe(share);
  const axis = { input: M, size: M, stride: 1, dilation: 1, before: 0, after: 0, output: 1 };
  const dx = new Float32Array(M);
  avgPoolGrad({ batch: 1, channels: 1, axes: threeAxes([axis]) }, Float32Array.of(top), Float64Array.of(M), dx);
  expect(dx[0]).toBe(share);
  const loss = squaredError({ target: tensor([M]) });
  const [value, back] = loss.vjp({ shape: [M], data: ones.data }, {});
  expect([...value.data]).toEqual([1]);
  expect(back(tensor([1], [top / 2])).x.data[0]).toBe(share);
  // A constant channel and a constant dy: the bias, and no gradient.
  const [normal, pullNormal] = batchNorm().vjp(ones, { weight: tensor([1], [1]), bias: tensor([1], [7]) });
  expect(normal.data.every((v) => v === 7)).toBe(true);
  expect(pullNormal(ones).x.data.every((v) => v === 0)).toBe(true);
  const logits = { shape: [M], data: ones.data.fill(1000) };
  const [mean, shares] = binaryCrossEntropy({ targets: tensor([M]) }).vjp(logits, {});
  expect([...mean.data]).toEqual([1000]);
  expect(shares(tensor([1], [top])).x.data[0]).toBe(share);
});

test('[numerics-zero] [sum-rules] merged branches keep −0, and sums over windows give +0', () => {
  const zeros = filled([1, 2, 2, 1], () => -0);
  const two = sum([identity(), identity()]);
  expect(of(two, zeros)).toEqual([-0, -0, -0, -0]);
  expect([...compile(two, zeros.shape, {})(zeros).data]).toEqual([-0, -0, -0, -0]);
  expect(dxOf(two, zeros, zeros)).toEqual([-0, -0, -0, -0]);
  for (const layer of [
    maxPool2d({ size: 1 }),
    avgPool2d({ size: 1 }),
    maxPool2d({ size: 2, stride: 1, padding: 'same' }),
  ])
    expect(dxOf(layer, zeros, zeros)).toEqual([0, 0, 0, 0]);
  for (const layer of [globalAvgPool(), avgPool2d({ size: 2 })]) expect(of(layer, zeros)).toEqual([0]);
});

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

test('[activation-relu] takes x of any axes that has a batch axis', () => {
  expect(of(relu(), tensor([2], [-1, 2]))).toEqual([0, 2]);
  expect(of(relu(), tensor([1, 1, 1, 1, 2], [-1, 2]))).toEqual([0, 2]);
  expect(() => relu().forward(tensor([], [1]), {})).toThrow('[layer-input]');
});

test('[dropout-forward] 1 − rate is not rounded to float32, the factor is', () => {
  const rate = 0.15;
  expect(f(1 / f(1 - rate))).not.toBe(f(1 / (1 - rate)));
  const y = of(
    dropout({ rate, seed: 1 }),
    filled([64], () => 1),
  );
  expect(new Set(y)).toEqual(new Set([0, f(1 / (1 - rate))]));
});

test('[numerics-version] the version of the numerics is 2', () => {
  expect(NUMERICS).toBe(2);
});
