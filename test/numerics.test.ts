// The clauses on numbers, with sums small enough to follow by hand.

import { describe, expect, test } from 'vitest';
import {
  avgPool1d,
  avgPool2d,
  batchNorm,
  binaryCrossEntropy,
  compile,
  conv1d,
  dense,
  type ElementType,
  globalAvgPool,
  identity,
  type Layer,
  maxPool1d,
  maxPool2d,
  NUMERICS,
  type Params,
  type Shape,
  squaredError,
  sum,
  type Tensor,
  tensor,
} from '../src/index.ts';
import { avgPoolGrad } from '../src/reference/pool.ts';
import { threeAxes } from '../src/window.ts';
import { some } from './some.ts';

const row = (values: readonly number[]) => tensor([1, values.length], values);

/** Σ x·w (+ b) as one unit computes it, in float32. */
function dot(x: readonly number[], w: readonly number[], b?: number): number {
  const params = { weight: tensor([w.length, 1], w), ...(b !== undefined && { bias: tensor([1], [b]) }) };
  return dense({ units: 1, bias: b !== undefined }).forward(row(x), params).data[0];
}

const run = (layer: Layer, x: readonly number[], w?: readonly number[], type: ElementType = 'float32'): number[] => [
  ...layer.forward(tensor([1, x.length, 1], x, type), w ? { weight: tensor([w.length, 1, 1], w, type) } : {}).data,
];

const ones = (count: number): number[] => new Array(count).fill(1);

/** `big + 1` rounds to big; the square of `1 + tiny` to `1 + 2·tiny`; twice `huge` is ∞; `least` is the smallest number. */
const float32 = { type: 'float32', big: 2 ** 24, tiny: 2 ** -12, huge: 3e38, least: 2 ** -149 } as const;

const float64 = { type: 'float64', big: 2 ** 53, tiny: 2 ** -27, huge: 1.5e308, least: 2 ** -1074 } as const;

describe.each([
  { ...float32, algorithm: 'auto' },
  { ...float32, algorithm: 'direct' },
  { ...float32, algorithm: 'im2col' },
  { ...float64, algorithm: 'auto' },
] as const)('$type $algorithm', ({ type, big, tiny, huge, least, algorithm }) => {
  const conv = (size: number, padding = 0) => conv1d({ filters: 1, size, padding, bias: false, algorithm });
  const each = (layer: Layer, x: readonly number[], w?: readonly number[]): number[] => run(layer, x, w, type);
  const inf = Number.POSITIVE_INFINITY;

  test('[numerics-order] terms are added one by one from the first, never in pairs', () => {
    const x = [big, 1, 1, 1, 1, 1, 1, 1];
    expect(each(conv(8), x, ones(8))).toEqual([big]);
    expect(each(conv(8), x.toReversed(), ones(8))).toEqual([big + 8]);
  });

  test('[numerics-order] a sum of thousands of terms continues from its rounded value across every block', () => {
    expect(each(conv(5001), [big, ...ones(5000)], ones(5001))).toEqual([big]);
  });

  test('[numerics-rounding] the product is rounded before it is added: no fused multiply-add', () => {
    expect(each(conv(2), [1 + tiny, -1], [1 + tiny, 1 + 2 * tiny])).toEqual([0]);
  });

  test('[numerics-rounding] overflow gives ∞, and ties are rounded to even', () => {
    expect(each(conv(2), [huge, huge], [1, 1])).toEqual([inf]);
    expect(each(conv(2), [big, 3], [1, 1])).toEqual([big + 4]);
  });

  test('[numerics-padding] an infinite or NaN weight on padding makes no NaN', () => {
    expect(each(conv(3, 1), [1, 2], [inf, 1, 0])).toEqual([1, inf]);
    expect(each(conv(3, 1), [1, 2], [Number.NaN, 1, 1])).toEqual([3, Number.NaN]);
  });

  test('[numerics-zero] no sum is −0', () => {
    expect(each(conv(2), [-0, -0], [1, 1])).toEqual([0]);
    expect(each(conv(1), [-5], [0])).toEqual([0]);
    expect(each(conv(2), [3, -3], [1, 1])).toEqual([0]);
  });

  test('[numerics-zero] a window over padding alone gives +0', () => {
    expect(each(conv(2, 2), [7], [1, 1])).toEqual([0, 7, 7, 0]);
  });

  test('[numerics-zero] a maximum is one of its cells, even −0; of +0 and −0 the first', () => {
    expect(each(maxPool1d({ size: 2 }), [-0, 0, 0, -0, -0, -1])).toEqual([-0, 0, -0]);
  });

  test('[numerics-nan] NaN, ∞ − ∞ and 0·∞ give NaN, and only where they are included', () => {
    expect(each(conv(2), [inf, -inf, 1, 2], [1, 1])).toEqual([Number.NaN, -inf, 3]);
    expect(each(conv(1), [inf, 1, Number.NaN], [0])).toEqual([Number.NaN, 0, Number.NaN]);
    expect(each(maxPool1d({ size: 2 }), [Number.NaN, 1, 1, Number.NaN])).toEqual([Number.NaN, Number.NaN]);
  });

  test('[numerics-hosts] subnormal numbers are kept', () => {
    expect(each(conv(2), [least, least], [1, 1])).toEqual([2 * least]);
    expect(each(conv(1), [1024 * least], [1 / 1024])).toEqual([least]);
  });

  test('[pool-max] [pool-average] over no cell: −∞, and NaN, or +0 where the padding counts', () => {
    const window = { size: 1, stride: 1, padding: 1 };
    expect(each(maxPool1d(window), [-5])).toEqual([-inf, -5, -inf]);
    expect(each(avgPool1d(window), [5])).toEqual([Number.NaN, 5, Number.NaN]);
    expect(each(avgPool1d({ ...window, countPadding: true }), [5])).toEqual([0, 5, 0]);
  });
});

test('[numerics-order] the bias is added last, and a dense layer is a 1×1 convolution', () => {
  expect(dot([1, 1], [1, 1], 2 ** 24)).toBe(2 ** 24 + 2);
  expect(dot([2 ** 24, 1, 1], [1, 1, 1], 0)).toBe(2 ** 24);
  expect(dot([-0], [1], -0)).toBe(0);
});

const f = Math.fround;

const filled = (shape: Shape, value: (i: number) => number): Tensor => {
  const x = tensor(shape);
  for (let i = 0; i < x.data.length; i++) x.data[i] = value(i);
  return x;
};

const of = (layer: Layer, x: Tensor, p: Params<Tensor> = {}): number[] => [...layer.forward(x, p).data];

const dxOf = (layer: Layer, x: Tensor, dy: Tensor): number[] => [...layer.vjp(x, {})[1](dy).x.data];

/** A window of ones except for its first cell, and its sum: 2²⁴ where every 1 is lost, otherwise exact. */
const top = 2 ** 24;

describe('divisors beyond 2²⁴', () => {
  const M = top + 3;
  const share = f(top / M);
  const ones = (): Tensor => filled([1, M, 1], () => 1);

  const divided: [what: string, check: () => void][] = [
    [
      'an average',
      () => {
        const [y, pull] = globalAvgPool().vjp(ones(), {});
        expect([...y.data]).toEqual([1]);
        expect(pull(tensor([1, 1], [top])).x.data[M - 1]).toBe(share);
        const axis = { input: M, size: M, stride: 1, dilation: 1, before: 0, after: 0, output: 1 };
        const dx = new Float32Array(M);
        avgPoolGrad({ batch: 1, channels: 1, axes: threeAxes([axis]) }, Float32Array.of(top), Float64Array.of(M), dx);
        expect(dx[0]).toBe(share);
      },
    ],
    [
      'a norm',
      () => {
        // A constant channel and a constant dy: the bias, and no gradient.
        const x = ones();
        const [normal, pull] = batchNorm().vjp(x, { weight: tensor([1], [1]), bias: tensor([1], [7]) });
        expect(normal.data.every((v) => v === 7)).toBe(true);
        expect(pull(x).x.data.every((v) => v === 0)).toBe(true);
      },
    ],
    [
      'a cross-entropy',
      () => {
        const [mean, shares] = binaryCrossEntropy({ targets: tensor([M]) }).vjp(
          filled([M], () => 1000),
          {},
        );
        expect([...mean.data]).toEqual([1000]);
        expect(shares(tensor([1], [top])).x.data[0]).toBe(share);
      },
    ],
    [
      'a squared error',
      () => {
        const [value, back] = squaredError({ target: tensor([M]) }).vjp(
          filled([M], () => 1),
          {},
        );
        expect([...value.data]).toEqual([1]);
        expect(back(tensor([1], [top / 2])).x.data[0]).toBe(share);
      },
    ],
  ];

  test.each(some(divided, 2))('[numerics-counts] are exact: of %s', (_, check) => {
    expect([f(M) === M, share === f(top / f(M))]).toEqual([false, false]);
    check();
  });
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

test('[numerics-version] the version of the numerics is 2', () => {
  expect(NUMERICS).toBe(2);
});
