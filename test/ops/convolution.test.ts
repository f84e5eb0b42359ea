// A true convolution is one whose weight has its taps in the opposite order, on any number of axes.

import { expect, test } from 'vitest';
import { conv1d, conv2d, type Shape, tensor, trueConv1d, trueConv2d } from '../../src/index.ts';
import { sizeOf } from '../../src/tensor.ts';

const wave = (shape: Shape, seed: number) =>
  tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 5 + seed) % 13) - 6),
  );

test.each([
  ['trueConv1d', trueConv1d, conv1d, [2, 9, 4], 2, 1],
  ['trueConv1d', trueConv1d, conv1d, [1, 5, 3], 1, 3],
  ['trueConv2d', trueConv2d, conv2d, [2, 5, 6, 4], 2, 2],
  ['trueConv2d', trueConv2d, conv2d, [1, 4, 4, 3], 1, 1],
] as const)('[conv-true] %s', (_, make, plain, shape, groups, seed) => {
  const attributes = { filters: 6, size: 3, groups, padding: 1 };
  const [layer, other] = [make(attributes), plain(attributes)];
  const weight = wave(layer.params(shape).weight as Shape, seed);
  const turned = tensor(weight.shape);
  const [C, O] = weight.shape.slice(-2);
  const K = weight.data.length / (C * O);
  for (let i = 0; i < weight.data.length; i++)
    turned.data[i] = weight.data[(K - 1 - Math.floor(i / (C * O))) * C * O + (i % (C * O))];
  const [x, bias] = [wave(shape, 3), wave([6], 4)];
  const [y, pull] = layer.vjp(x, { weight, bias });
  const [z, pullOther] = other.vjp(x, { weight: turned, bias });
  expect(y).toEqual(z);
  const dy = wave(y.shape, 7);
  const [ours, theirs] = [pull(dy), pullOther(dy)];
  expect(ours.x).toEqual(theirs.x);
  expect(ours.params.bias).toEqual(theirs.params.bias);
  for (let i = 0; i < weight.data.length; i++) {
    const from = (K - 1 - Math.floor(i / (C * O))) * C * O + (i % (C * O));
    expect((ours.params.weight as typeof x).data[i]).toBe((theirs.params.weight as typeof x).data[from]);
  }
});
