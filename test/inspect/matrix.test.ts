// The matrix view: a layer equals its matrix, the matrix's transpose the gradient (the rules M1, M3, M5 of spec/README.md).

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  avgPool1d,
  chain,
  conv1d,
  conv2d,
  dense,
  flatten,
  matrixText,
  maxPool1d,
  relu,
  tensor,
  toeplitz,
} from '../../src/index.ts';
import type { Layer, Params } from '../../src/layer/layer.ts';
import { type Shape, sizeOf, type Tensor } from '../../src/tensor.ts';

const whole = fc.integer({ min: -4, max: 4 });
const fill = (shape: Shape) =>
  fc.array(whole, { minLength: sizeOf(shape), maxLength: sizeOf(shape) }).map((values) => tensor(shape, values));

const multiply = (matrix: Tensor, x: ArrayLike<number>): number[] => {
  const [rows, columns] = matrix.shape;
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => matrix.data[i * columns + j] * x[j]).reduce((a, b) => a + b, 0),
  );
};
const transposed = ({ shape: [rows, columns], data }: Tensor): Tensor =>
  tensor(
    [columns, rows],
    Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]),
  );

const cases: [string, Layer, Shape][] = [
  ['conv1d', conv1d({ filters: 2, size: 3, padding: 1, stride: 2 }), [1, 7, 2]],
  ['conv2d', conv2d({ filters: 2, size: [2, 3], padding: 'same', dilation: [2, 1] }), [1, 4, 5, 2]],
  ['grouped', conv2d({ filters: 4, size: 2, groups: 2, stride: [1, 2] }), [1, 3, 5, 4]],
  ['average', avgPool1d({ size: 2 }), [1, 6, 3]],
  ['net', chain([conv1d({ filters: 2, size: 2 }), flatten(), dense({ units: 3 })]), [1, 5, 1]],
];

test.each(cases)(
  '[toeplitz-matrix] %s: T·x is the layer without bias, Tᵀ·dy its input gradient, exactly',
  (_, layer, shape) => {
    const params = (shapes: Params<Shape>): fc.Arbitrary<Params<Tensor>> =>
      fc.record(
        Object.fromEntries(
          Object.entries(shapes).map(([name, each]) => [
            name,
            Array.isArray(each) ? fill(each) : params(each as Params<Shape>),
          ]),
        ) as never,
      ) as fc.Arbitrary<Params<Tensor>>;
    fc.assert(
      fc.property(fill(shape), fill(layer.shape(shape)), params(layer.params(shape)), (x, dy, p) => {
        const matrix = toeplitz(layer, shape, p);
        const offset = layer.forward(tensor(shape), p).data;
        const [y, pull] = layer.vjp(x, p);
        expect(Array.from(y.data, (value, i) => value - offset[i])).toEqual(multiply(matrix, x.data));
        expect(multiply(transposed(matrix), dy.data).map((v) => v + 0)).toEqual(
          Array.from(pull(dy).x.data, (v) => v + 0),
        );
      }),
      { numRuns: 40 },
    );
  },
);

test('[toeplitz-matrix] 5 units, 3 weights: 13 non-zeros of 3 values; with x carrying its zeros 5×7 (M3)', () => {
  const weight = tensor([3, 1, 1], [1, 2, 3]);
  const padded = toeplitz(conv1d({ filters: 1, size: 3, padding: 1, bias: false }), [1, 5, 1], { weight });
  expect(padded.shape).toEqual([5, 5]);
  expect(padded.data.filter((value) => value !== 0)).toHaveLength(13);
  expect(new Set(padded.data.filter((value) => value !== 0))).toEqual(new Set([1, 2, 3]));
  const carried = toeplitz(conv1d({ filters: 1, size: 3, bias: false }), [1, 7, 1], { weight });
  expect(carried.shape).toEqual([5, 7]);
  expect(carried.shape[0] * carried.shape[1]).toBe(35);
  expect(matrixText(padded)).toBe(['2 3 · · ·', '1 2 3 · ·', '· 1 2 3 ·', '· · 1 2 3', '· · · 1 2'].join('\n'));
});

test("[toeplitz-matrix] a filter's gradient is the sum of the dense gradient over its tied entries (M3)", () => {
  const layer = conv1d({ filters: 1, size: 3, padding: 1, bias: false });
  const [x, dy] = [tensor([1, 5, 1], [1, -2, 3, 5, -1]), tensor([1, 5, 1], [2, 1, -1, 4, 3])];
  const dw = layer.vjp(x, { weight: tensor([3, 1, 1], [1, 2, 3]) })[1](dy).params.weight as Tensor;
  const full = dense({ units: 5, bias: false }).vjp(tensor([1, 5], x.data), { weight: tensor([5, 5]) })[1](
    tensor([1, 5], dy.data),
  );
  const df = (full.params.weight as Tensor).data;
  const tied = [0, 1, 2].map((k) =>
    [0, 1, 2, 3, 4].filter((p) => p + k - 1 >= 0 && p + k - 1 < 5).reduce((sum, p) => sum + df[(p + k - 1) * 5 + p], 0),
  );
  expect(Array.from(dw.data)).toEqual(tied);
});

test('[toeplitz-linear] a layer that is not linear is refused', () => {
  for (const layer of [relu(), maxPool1d({ size: 2 })])
    expect(() => toeplitz(layer, [1, 4, 1], {})).toThrow(/must be linear.*\[toeplitz-linear\]/);
});

test('[toeplitz-batch] the matrix is that of one image', () => {
  expect(() => toeplitz(flatten(), [2, 3, 1], {})).toThrow(/one image.*\[toeplitz-batch\]/);
  expect(() => matrixText(tensor([2]))).toThrow(/two axes/);
});
