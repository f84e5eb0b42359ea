// Spec train-memory: a step's tensors in kernel memory give the bits that arrays of their own give.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  avgPool1d,
  avgPool2d,
  batchNorm,
  chain,
  conv2d,
  dense,
  flatten,
  initialize,
  type Layer,
  maxPool1d,
  maxPool2d,
  type Params,
  relu,
  type Shape,
  SpecError,
  type Tensor,
  tanh,
  tensor,
} from '../../src/index.ts';
import { stepMemory } from '../../src/kernels/step-memory.ts';
import { flatParams } from '../../src/layer/flat-params.ts';
import { fit, sgd } from '../../src/train/index.ts';
import { examples } from '../layers.ts';

/** y, dx and the gradients of the parameters, copied. */
function gradients(layer: Layer, x: Tensor, p: Params<Tensor>, seed: number): Record<string, Float32Array> {
  const [y, pull] = layer.vjp(x, p);
  const dy = { shape: y.shape, data: y.data.map((_, i) => Math.sin(i + seed)) };
  const { x: dx, params } = pull(dy);
  const all = { y, dx, ...flatParams(params) };
  return Object.fromEntries(Object.entries(all).map(([name, { data }]) => [name, Float32Array.from(data)]));
}

const ofShape = (shape: Shape, seed: number): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float32Array.from({ length: size }, (_, i) => Math.fround(3 * Math.sin(7 * i + seed))) };
};

const tried = examples.filter(({ shape, layer }) => shape.length > 1 && layer.roles?.random === undefined);

test.each(tried.map((each) => [each.name, each] as const))(
  '[train-memory] %s: the same bits, one step after another',
  (_, example) => {
    const { layer, shape } = example;
    const net = layer;
    const p = initialize(net, shape, { seed: 1 });
    const inMemory = stepMemory();
    for (let step = 0; step < 3; step++) {
      const x = ofShape(shape, step);
      const own = gradients(net, x, p, step);
      expect(inMemory(() => gradients(net, x, p, step))).toEqual(own);
    }
  },
);

test.each([
  ['maxPool', (size: number) => maxPool1d({ size, stride: 2 })],
  ['avgPool', (size: number) => avgPool1d({ size, stride: 2 })],
])('[train-memory] %s of several images, whose tensors lie in kernel memory on both sides', (_, pool) => {
  for (const size of [2, 65]) {
    const net = chain([relu(), pool(size), relu()]);
    const inMemory = stepMemory();
    for (let step = 0; step < 3; step++) {
      const x = ofShape([3, 131, 5], step);
      expect(inMemory(() => gradients(net, x, {}, step))).toEqual(gradients(net, x, {}, step));
    }
  }
});

test('[train-memory] batches that grow run with more memory: the same bits', () => {
  const net = chain({ a: conv2d({ filters: 9, size: 3, padding: 'same' }), b: conv2d({ filters: 5, size: 3 }) });
  const p = initialize(net, [1, 8, 8, 3], { seed: 1 });
  const inMemory = stepMemory();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 4, max: 40 }), (batch, side) => {
      const x = ofShape([batch, side, side, 3], batch);
      expect(inMemory(() => gradients(net, x, p, side))).toEqual(gradients(net, x, p, side));
    }),
    { numRuns: 30, seed: 3 },
  );
});

test('[train-memory] tensors lie in kernel memory from the second step on, and where it is refused in arrays of their own', () => {
  const x = ofShape([64, 4096], 1);
  const isOwn = (y: Tensor): boolean => y.data.buffer.byteLength === y.data.byteLength;
  const step = (): Tensor => relu().forward(x, {});
  const inMemory = stepMemory();
  expect([1, 2, 3].map(() => isOwn(inMemory(step)))).toEqual([true, false, false]);
  const refused = stepMemory(() => {
    throw new SpecError('kernel-memory', 'refused');
  });
  expect([1, 2, 3].map(() => isOwn(refused(step)))).toEqual([true, true, true]);
});

test('[train-memory] steps of layers with tensors at the same addresses: each runs its own plan', () => {
  const shape = [2, 9, 10, 3];
  const layers = [
    conv2d({ filters: 5, size: 3, padding: 1 }),
    conv2d({ filters: 5, size: 3, padding: 2, dilation: 2 }),
    conv2d({ filters: 5, size: 3, padding: 1, algorithm: 'im2col' }),
    maxPool2d({ size: 3, padding: 1 }),
    avgPool2d({ size: 3, padding: 1 }),
    avgPool2d({ size: 3, padding: 1, countPadding: true }),
    relu(),
    tanh(),
    batchNorm(),
  ];
  const inMemory = stepMemory();
  const tried = fc.record({
    number: fc.nat(layers.length - 1),
    seed: fc.nat(3),
    odd: fc.constantFrom(1, 1, Infinity, NaN),
  });
  fc.assert(
    fc.property(tried, ({ number, seed, odd }) => {
      const net = chain([relu(), layers[number]]);
      const p = initialize(net, shape, { seed });
      for (const { data } of Object.values(flatParams(p))) data[3] *= odd;
      const x = ofShape(shape, seed);
      const own = gradients(net, x, p, seed);
      expect(inMemory(() => gradients(net, x, p, seed))).toEqual(own);
      for (const { data } of Object.values(flatParams(p))) data[2] += 1;
      expect(inMemory(() => gradients(net, x, p, seed))).toEqual(gradients(net, x, p, seed));
    }),
    { numRuns: 60, seed: 7 },
  );
});

test('[train-memory] an optimizer made by hand may keep the gradients that it is given', async () => {
  const small = chain([flatten(), dense({ units: 3 })]);
  const x = tensor([2, 2, 2, 1], [1, 2, 3, 4, 5, 6, 7, 8]);
  const few = { length: 4, examples: 8, epoch: () => Array(4).fill({ x, labels: [0, 2] }) };
  const own = sgd({ rate: 0.1 });
  const kept: (readonly [given: ArrayLike<number>, then: number[]])[] = [];
  const optimizer = {
    ...own,
    update(...[theta, gradient, ...rest]: Parameters<typeof own.update>) {
      kept.push([gradient, [...gradient]]);
      own.update(theta, gradient, ...rest);
    },
  };
  await fit(small, initialize(small, x.shape), few, { optimizer, epochs: 1 });
  expect(kept.length).toBe(8);
  for (const [given, then] of kept) expect(Array.from(given)).toEqual(then);
});
