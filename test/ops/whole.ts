// Tensors of small whole numbers, for which every sum is exact, and functions for the tests of operators.

import { expect } from 'vitest';
import { type Layer, type Params, type Shape, type Tensor, tensor, toFloat32, toFloat64 } from '../../src/index.ts';
import { sizeOf } from '../../src/tensor.ts';

/** Whole numbers from −5 to 5 in irregular order; another seed gives others. */
export const whole = (shape: Shape, seed = 1, type: 'float32' | 'float64' = 'float64'): Tensor =>
  tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => ((i * i * 7 + i * 3 + seed * 13) % 11) - 5),
    type,
  );

/** Parameters of a layer that has no children. */
export const wholeParams = (layer: Layer, x: Shape, seed = 2, type: 'float32' | 'float64' = 'float64') =>
  Object.fromEntries(
    Object.entries(layer.params(x) as Record<string, Shape>).map(([name, shape], i) => [
      name,
      whole(shape, seed + i, type),
    ]),
  );

export function dot(a: Tensor, b: Tensor): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += a.data[i] * b.data[i];
  return sum;
}

export const plus = (a: Tensor, b: Tensor, factor = 1): Tensor => ({
  shape: a.shape,
  data: a.data.map((v, i) => v + factor * b.data[i]),
});

/** The values of y and of every gradient, float64 rounded to float32 beside float32 computed: equal where sums are exact. */
export function bothTypes(layer: Layer, x: Tensor, p: Params<Tensor>, dy: Tensor): [Tensor[], Tensor[]] {
  const results = (x: Tensor, p: Params<Tensor>, dy: Tensor): Tensor[] => {
    const [y, pull] = layer.vjp(x, p);
    const gradient = pull(dy);
    return [y, gradient.x, ...(Object.values(gradient.params) as Tensor[])].map((t) => toFloat32(t));
  };
  return [results(toFloat64(x), toFloat64(p), toFloat64(dy)), results(toFloat32(x), toFloat32(p), toFloat32(dy))];
}

/** The gradients of a layer without children that is linear in x and in each parameter: exact, and in float32 the same. */
export function expectAdjoint(layer: Layer, shape: Shape): void {
  const [x, p, dy] = [whole(shape), wholeParams(layer, shape), whole(layer.shape(shape), 5)];
  const [y, pull] = layer.vjp(x, p);
  const gradient = pull(dy);
  const change = whole(shape, 7);
  expect(dot(plus(layer.forward(plus(x, change), p), y, -1), dy)).toBe(dot(gradient.x, change));
  for (const [name, value] of Object.entries(p)) {
    const change = whole(value.shape, 9);
    const moved = layer.forward(x, { ...p, [name]: plus(value, change) });
    expect(dot(plus(moved, y, -1), dy)).toBe(dot((gradient.params as Record<string, Tensor>)[name], change));
  }
  const [exact, fast] = bothTypes(layer, x, p, dy);
  expect(fast).toEqual(exact);
}
