// Sums over whole maps and batches, the gradients of weights and biases: their order and rounding, and their error.

import { describe, expect, test } from 'vitest';
import {
  conv1d,
  conv3d,
  convTranspose1d,
  dense,
  depthwiseConv2d,
  type ElementType,
  type Layer,
  locallyConnected1d,
  type Shape,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import * as kernels from '../../src/kernels/choose.ts';

const inf = Number.POSITIVE_INFINITY;
const ones = (count: number): number[] => new Array(count).fill(1);

/** The gradients of weight and bias of a layer that has one of each. */
function gradients(layer: Layer, shape: Shape, x: ArrayLike<number>, dy: ArrayLike<number>, type: ElementType) {
  const params = Object.fromEntries(
    Object.entries(layer.params(shape)).map(([name, of]) => [name, tensor(of as Shape, undefined, type)]),
  );
  const [y, pull] = layer.vjp(tensor(shape, x, type), params);
  const { weight, bias } = pull(tensor(y.shape, dy, type)).params as Record<string, Tensor>;
  return { dw: weight.data[0], db: bias?.data[0] };
}

/** Layers with one weight, and x of N images of P positions each that share it. */
const layers: Record<string, (N: number, P: number) => readonly [Layer, Shape]> = {
  conv1d: (N, P) => [conv1d({ filters: 1, size: 1 }), [N, P, 1]],
  im2col: (N, P) => [conv1d({ filters: 1, size: 1, algorithm: 'im2col' }), [N, P, 1]],
  conv3d: (N, P) => [
    conv3d({ filters: 1, size: 1 }),
    [N, P % 2 ? 1 : 2, P % 3 ? 1 : 3, P / (P % 2 ? 1 : 2) / (P % 3 ? 1 : 3), 1],
  ],
  convTranspose1d: (N, P) => [convTranspose1d({ filters: 1, size: 1 }), [N, P, 1]],
};

/** numerics-weight-gradient, word by word. */
function inBlocks(terms: readonly number[], N: number, P: number, round: (value: number) => number): number {
  const part = P <= 112 ? Math.floor(224 / P) * P : P;
  let total = 0;
  for (let start = 0; start < N * P; start += part) {
    const end = Math.min(N * P, start + part);
    let image = 0;
    for (let first = start; first < end; first += 224) {
      let block = 0;
      for (let i = first; i < Math.min(end, first + 224); i++) block = round(block + round(terms[i]));
      image += block;
    }
    total += image;
  }
  return round(total);
}

/** Whole numbers below 2^24 without a pattern, of both signs. */
const drawn = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => ((Math.imul(i + seed, 0x9e3779b1) ^ (i << 7)) | 0) >> 8);

const sizes = [1, 2, 111, 112, 113, 223, 224, 225, 448, 449, 900].flatMap((P) =>
  [1, 2, 3, 223, 224, 225, 500].filter((N) => N * P < 3000).map((N) => [N, P] as const),
);

describe.each(['float32', 'float64'] as const)('%s', (type) => {
  const round = type === 'float32' ? Math.fround : (value: number) => value;
  // In float64, products of more than 53 bits.
  const scale = type === 'float32' ? 1 : 1 + 2 ** -28;

  test.each(Object.keys(layers))('[numerics-weight-gradient] the gradient of %s is the sum of the clause', (name) => {
    for (const [N, P] of sizes) {
      const [layer, shape] = layers[name](N, P);
      const [x, dy] = [drawn(N * P, 1).map((v) => v * scale), drawn(N * P, 77).map((v) => v / 3)];
      const values = [...tensor([N * P], dy, type).data];
      const terms = values.map((value, i) => x[i] * value);
      expect([N, P, gradients(layer, shape, x, dy, type).dw]).toEqual([N, P, inBlocks(terms, N, P, round)]);
    }
  });

  test('[numerics-weight-gradient] a dense or locally connected layer has one position per image', () => {
    for (const N of [1, 223, 224, 225, 449, 700]) {
      const [x, dy] = [drawn(N, 5).map((v) => v * scale), drawn(N, 9)];
      const expected = inBlocks(
        x.map((v, i) => v * dy[i]),
        N,
        1,
        round,
      );
      expect([N, gradients(dense({ units: 1 }), [N, 1], x, dy, type).dw]).toEqual([N, expected]);
      const local = locallyConnected1d({ filters: 1, size: 1 });
      expect([N, gradients(local, [N, 1, 1], x, dy, type).dw]).toEqual([N, expected]);
    }
  });

  test('[numerics-bias-gradient] each image is added in float64, then the images', () => {
    for (const [N, P] of sizes) {
      const dy = [
        ...tensor(
          [N * P],
          drawn(N * P, 3).map((v) => v / 7),
          type,
        ).data,
      ];
      let total = 0;
      for (let n = 0; n < N; n++) total += dy.slice(n * P, (n + 1) * P).reduce((sum, value) => sum + value, 0);
      const layer = conv1d({ filters: 1, size: 1 });
      expect([N, P, gradients(layer, [N, P, 1], dy, dy, type).db]).toEqual([N, P, round(total)]);
    }
  });

  test('[numerics-zero] no long sum is −0', () => {
    for (const [N, P] of [
      [1, 1],
      [1, 500],
      [3, 500],
      [300, 1],
      [3, 100],
    ]) {
      const minus = new Array(N * P).fill(-0);
      const layer = conv1d({ filters: 1, size: 1 });
      expect(gradients(layer, [N, P, 1], ones(N * P), minus, type)).toEqual({ dw: 0, db: 0 });
      const least = type === 'float32' ? 2 ** -149 : 2 ** -1074;
      const cancels = minus.map((_, i) => (i < 2 && N * P > 1 ? (i ? least : -least) : -0));
      expect(gradients(layer, [N, P, 1], ones(N * P), cancels, type)).toEqual({ dw: 0, db: 0 });
    }
  });

  test('[numerics-nan] ∞ and NaN in any block reach the sum, and blocks of ∞ and −∞ give NaN', () => {
    const layer = conv1d({ filters: 1, size: 1 });
    const at = (values: Record<number, number>) => ones(900).map((one, i) => values[i] ?? one);
    for (const i of [0, 223, 224, 449, 450, 899]) {
      expect(gradients(layer, [2, 450, 1], ones(900), at({ [i]: inf }), type)).toEqual({ dw: inf, db: inf });
      expect(gradients(layer, [2, 450, 1], at({ [i]: Number.NaN }), ones(900), type).dw).toBeNaN();
    }
    expect(gradients(layer, [2, 450, 1], ones(900), at({ 3: inf, 300: -inf }), type)).toEqual({
      dw: Number.NaN,
      db: Number.NaN,
    });
    expect(gradients(layer, [2, 450, 1], ones(900), at({ 3: inf, 800: -inf }), type)).toEqual({
      dw: Number.NaN,
      db: Number.NaN,
    });
  });
});

test('[numerics-nan] a sum of float32 blocks overflows only if the total does', () => {
  const layer = conv1d({ filters: 1, size: 1 });
  const dy = new Array(672).fill(0);
  [dy[0], dy[224], dy[448]] = [3e38, 3e38, -3e38];
  const huge = Math.fround(3e38);
  expect(gradients(layer, [1, 672, 1], ones(672), dy, 'float32')).toEqual({ dw: huge, db: huge });
  expect(gradients(layer, [3, 224, 1], ones(672), dy, 'float32')).toEqual({ dw: huge, db: huge });
  expect(gradients(layer, [1, 672, 1], ones(672), dy.map(Math.abs), 'float32')).toEqual({ dw: inf, db: inf });
});

/** Σ x·dy exactly, of whole numbers below 2^24: [Σ, Σ|terms|]. */
function exactly(x: ArrayLike<number>, dy: ArrayLike<number>): readonly [number, number] {
  let [high, low, abs] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const term = x[i] * dy[i];
    const top = Math.trunc(term / 2 ** 24);
    high += top;
    low += term - top * 2 ** 24;
    abs += Math.abs(term);
  }
  return [high * 2 ** 24 + low, abs];
}

describe('the error of a sum over a large map', () => {
  const side = 1024;
  const count = side * side;
  const filled = (length: number, value: (i: number) => number): Float32Array => {
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++) data[i] = value(i);
    return data;
  };
  const mixed = (step: number) => (i: number) => (Math.imul(i + step, 0x9e3779b1) ^ (i << 9)) >> 8;
  const positive = (step: number) => (i: number) => Math.abs(mixed(step)(i));
  // Constant terms of 48 bits: long runs of additions in float32 round in the same direction.
  const cases: Record<string, readonly [(i: number) => number, (i: number) => number]> = {
    'of one sign': [positive(1), positive(5)],
    'of both signs': [mixed(1), mixed(5)],
    constant: [() => 2 ** 24 - 1, () => 11184811],
  };
  test.each(Object.keys(cases))('[numerics-weight-gradient] is at most 2^-16·Σ|terms|, terms %s', (name) => {
    const [x, dy] = cases[name].map((value) => filled(count, value));
    const [exact, abs] = exactly(x, dy);
    for (const [layer, shape] of [
      [conv1d({ filters: 1, size: 1 }), [side, side, 1]],
      [convTranspose1d({ filters: 1, size: 1 }), [4, count / 4, 1]],
      [dense({ units: 1 }), [count, 1]],
      [depthwiseConv2d({ size: 1 }), [1, side, side, 1]],
    ] as const)
      expect(Math.abs(gradients(layer, shape, x, dy, 'float32').dw - exact)).toBeLessThanOrEqual(abs * 2 ** -16);
  });

  test('[numerics-bias-gradient] is at most one unit in the last place, of 2^24 terms of one sign', () => {
    const dy = filled(4096 * 4096, positive(3));
    let exact = 0;
    for (const value of dy) exact += value;
    const unit = 2 ** (Math.floor(Math.log2(exact)) - 23);
    for (const N of [1, 16, 4096]) {
      const db = new Float32Array(1);
      kernels.biasGrad(N, dy, db);
      expect(Math.abs(db[0] - exact)).toBeLessThanOrEqual(unit);
    }
  });
});
