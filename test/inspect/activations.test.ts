// Outputs of inner layers, and the distance of images in them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  chain,
  concat,
  conv2d,
  dense,
  flatten,
  identity,
  initialize,
  maxPool2d,
  relu,
  shared,
  sum,
  tensor,
} from '../../src/index.ts';
import { activations, featureDistance } from '../../src/inspect/index.ts';
import type { Tensor } from '../../src/tensor.ts';

const net = chain({
  conv: conv2d({ filters: 3, size: 3, padding: 'same' }),
  block: sum({ body: chain([relu(), conv2d({ filters: 3, size: 1 })]), skip: identity() }),
  pools: concat({ max: maxPool2d({ size: 2 }), conv: conv2d({ filters: 2, size: 2, stride: 2 }) }),
  flatten: flatten(),
  out: dense({ units: 4 }),
});
const shape = [2, 6, 4, 1];
const params = initialize(net, shape, { seed: 3 });
const whole = (seed: number): Tensor =>
  tensor(
    shape,
    Array.from({ length: 48 }, (_, i) => ((i * 7 + seed * 11) % 13) - 6),
  );

test('[inspect-activations] every operator by its path, each the output of its part run alone (V2)', () => {
  const found = activations(net, whole(1), params);
  expect(Object.keys(found)).toEqual([
    'conv',
    'block.body.0',
    'block.body.1',
    'block.skip',
    'pools.max',
    'pools.conv',
    'flatten',
    'out',
  ]);
  const { conv, block, pools } = net.children;
  const first = conv.forward(whole(1), params.conv as never);
  const second = block.forward(first, params.block as never);
  expect(found.conv).toEqual(first);
  expect(found['block.body.0']).toEqual(relu().forward(first, {}));
  expect(found['pools.max']).toEqual(pools.children.max.forward(second, {}));
  expect(found.out).toEqual(net.forward(whole(1), params));
});

test('[inspect-activations] combinators and the net itself have paths; the layers of the net are not changed', () => {
  const found = activations(net, whole(2), params, ['block', '']);
  expect(found['']).toEqual(net.forward(whole(2), params));
  expect(found.block.shape).toEqual([2, 6, 4, 3]);
  expect(Object.keys(found)).toEqual(['block', '']);
  expect(activations(relu(), tensor([1, 2], [-1, 1]), {})[''].data).toEqual(new Float32Array([0, 1]));
});

test('[inspect-activations] one layer object at two paths gives two outputs', () => {
  const twice = relu();
  const same = chain({ a: twice, less: dense({ units: 1, bias: false }), b: twice });
  const found = activations(same, tensor([1, 1], [5]), { less: { weight: tensor([1, 1], [-1]) } }, ['a', 'b']);
  expect([found.a.data[0], found.b.data[0]]).toEqual([5, 0]);
});

test('[inspect-activations] every use of a shared layer, and the layer itself at its last', () => {
  const same = shared(dense({ units: 1, bias: false }), (place) => chain({ one: place, relu: relu(), two: place }));
  const found = activations(same, tensor([1, 1], [3]), { shared: { weight: tensor([1, 1], [2]) }, net: {} });
  const numbers = Object.fromEntries(Object.entries(found).map(([path, { data }]) => [path, data[0]]));
  expect(numbers).toEqual({ shared: 12, 'net.one': 6, 'net.relu': 6, 'net.two': 12 });
  expect(
    Object.keys(activations(same, tensor([1, 1], [3]), { shared: { weight: tensor([1, 1], [2]) } }, ['net.two'])),
  ).toEqual(['net.two']);
});

test('[inspect-activations] a path without a layer is refused with the names that exist', () => {
  expect(() => activations(net, whole(1), params, ['block.tail'])).toThrow(
    "activations: no layer at path 'block.tail': the names there are body, skip, got 'tail' [inspect-activations]",
  );
  expect(() => activations(net, whole(1), params, ['conv.0'])).toThrow(/conv2d has no layers inside, got '0'/);
  expect(() => activations(net, whole(1), params, [3 as never])).toThrow(TypeError);
  expect(() => activations(net, tensor([2, 6]), params)).toThrow(/\[conv-rank\]/);
});

const image = fc
  .array(fc.integer({ min: -9, max: 9 }), { minLength: 24, maxLength: 24 })
  .map((v) => tensor([1, 6, 4, 1], v));

test('[inspect-distance] 0 for equal images, the same both ways, for every layer (V6)', () => {
  fc.assert(
    fc.property(image, image, fc.constantFrom('conv', 'block', 'pools.max', 'out', ''), (a, b, path) => {
      expect(featureDistance(net, a, a, params, path)).toBe(0);
      expect(featureDistance(net, a, b, params, path)).toBe(featureDistance(net, b, a, params, path));
    }),
    { numRuns: 50 },
  );
});

test('[inspect-distance] the root of the sum of squared differences of the features', () => {
  const double = chain({ double: dense({ units: 2, bias: false }), relu: relu() });
  const p = { double: { weight: tensor([2, 2], [2, 0, 0, 2]) } };
  const [a, b] = [tensor([1, 2], [3, -4]), tensor([1, 2], [0, 0])];
  expect(featureDistance(double, a, b, p, 'double')).toBe(10);
  expect(featureDistance(double, a, b, p)).toBe(6);
  expect(() => featureDistance(double, tensor([2, 2]), tensor([2, 2]), p)).toThrow(
    /one image each.*\[inspect-distance\]/,
  );
  expect(() => featureDistance(double, a, tensor([1, 3]), p)).toThrow(/equal shape, got \[1,2\] and \[1,3\]/);
});
