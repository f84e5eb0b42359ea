// Long sums compared with exact ones, with a million terms and on both sides of 64.

import { describe, expect, test } from 'vitest';
import {
  avgPool2d,
  binaryCrossEntropy,
  compile,
  crossEntropy,
  frozenNorm,
  globalAvgPool,
  type Layer,
  lpPool2d,
  lrn,
  maxPool2d,
  type Params,
  type Shape,
  selectChannels,
  softmax,
  squaredError,
  type Tensor,
  tensor,
} from '../src/index.ts';
import { exp } from '../src/reference/math.ts';
import { batchStatistics } from '../src/reference/normalization.ts';
import { avgPool } from '../src/reference/pool.ts';
import { threeAxes } from '../src/window.ts';
import { isSlow } from './some.ts';

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
    for (const side of isSlow ? [512, 2048] : [512]) {
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
