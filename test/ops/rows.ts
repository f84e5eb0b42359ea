// Small float64 inputs and what layers without parameters make of them.

import { type Layer, type Shape, type Tensor, tensor } from '../../src/index.ts';
import { sizeOf } from '../../src/tensor.ts';

/** 0, 1, 2, … */
export const counted = (shape: Shape): Tensor =>
  tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
    'float64',
  );

/** What a layer of one axis makes of a row of one channel. */
export const row = (layer: Layer, values: readonly number[]): number[] => [
  ...layer.forward(tensor([1, values.length, 1], values, 'float64'), {}).data,
];

/** The gradient at x. */
export function pulled(layer: Layer, x: Tensor, dy: readonly number[]): number[] {
  const [y, pull] = layer.vjp(x, {});
  return [...pull(tensor(y.shape, dy, 'float64')).x.data];
}
