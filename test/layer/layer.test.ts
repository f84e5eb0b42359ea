// The rules of every layer: counting without running, attributes, children, parameters.

import { expect, test } from 'vitest';
import { avgPool2d, chain, conv1d, conv2d, dense, flatten, identity, relu, tensor } from '../../src/index.ts';

test('[layer-rules] rules on shapes count beyond 2³² without allocating', () => {
  const layer = chain({ flatten: flatten(), fc: dense({ units: 400_000, bias: false }) });
  expect([layer.shape([64, 200, 200, 1]), layer.params([64, 200, 200, 1]), layer.cost([64, 200, 200, 1])]).toEqual([
    [64, 400_000],
    { flatten: {}, fc: { weight: [40_000, 400_000] } },
    64 * 16e9,
  ]);
});

test('[layer-attributes] are complete and frozen, and `with` changes some of them', () => {
  const layer = conv2d({ filters: 6, size: 5, padding: 1 });
  expect(layer.attributes).toEqual({
    filters: 6,
    size: [5, 5],
    stride: [1, 1],
    padding: [
      [1, 1],
      [1, 1],
    ],
    dilation: [1, 1],
    groups: 1,
    bias: true,
    algorithm: 'auto',
  });
  expect(Object.isFrozen(layer.attributes)).toBe(true);
  expect(layer.with({ attributes: { filters: 2, padding: 'same' } }).shape([1, 8, 8, 1])).toEqual([1, 8, 8, 2]);
  expect(avgPool2d({ size: 3 }).attributes).toEqual({
    size: [3, 3],
    stride: [3, 3],
    padding: 'valid',
    dilation: [1, 1],
    ceil: false,
    countPadding: false,
  });
});

test('[layer-children] keep their order, and `with` replaces one of them', () => {
  const net = chain({ conv: conv2d({ filters: 4, size: 3 }), relu: relu() });
  expect(Object.keys(net.with({ children: { relu: identity() } }).children)).toEqual(['conv', 'relu']);
  expect(Object.keys(chain([relu(), relu(), relu()]).children)).toEqual(['0', '1', '2']);
});

test('[layer-params] a child without parameters may be omitted', () => {
  const net = chain({ relu: relu(), conv: conv1d({ filters: 1, size: 1, bias: false }) });
  expect(net.forward(tensor([1, 2, 1], [-1, 2]), { conv: { weight: tensor([1, 1, 1], [3]) } }).data).toEqual(
    new Float32Array([0, 6]),
  );
});
