// Invalid input of every kind gives a TypeError or a SpecError with its clause, without delay; deep nesting is valid
// input.

import { describe, expect, it, test } from 'vitest';
import * as toeplitz from '../src/index.ts';
import * as inspect from '../src/inspect/index.ts';
import { MOST_NESTED } from '../src/layer/layer.ts';
import * as nets from '../src/nets/index.ts';
import { windowCases } from '../src/testing/index.ts';
import * as train from '../src/train/index.ts';

type Anything = never;
const { avgPool1d, chain, dense, initialize, lpPool2d, relu, tensor } = toeplitz;

const cyclic: unknown[] = [];
cyclic[0] = cyclic;
const knot: Record<string, unknown> = {};
knot.a = { b: knot };
let deep: unknown = [];
for (let i = 0; i < 20_000; i++) deep = [deep];
const net = chain([dense({ units: 1 })]);
const floats = new Proxy(new Float32Array(2), {});
const throwing = {
  get length(): number {
    throw new Error('no');
  },
};

const step = { ...{ filters: 1, size: 2, bias: false }, stride: 1e9 };
const weight = tensor([2, 1, 1], [2, 3]);

test('[conv-transpose] a stride of 10⁹ takes no longer than one of 10', () => {
  const far = toeplitz.convTranspose1d({ ...step, padding: [[1, 0]] });
  expect([...far.forward(tensor([1, 1, 1], [5]), { weight }).data]).toEqual([15]);
  const [, pull] = toeplitz.conv1d(step).vjp(tensor([1, 2, 1]), { weight });
  expect([...pull(tensor([1, 1, 1], [5])).x.data]).toEqual([10, 15]);
});

describe('hostile input', () => {
  const calls: [string, () => unknown][] = [
    ['a shape that holds itself', () => tensor(cyclic as Anything)],
    ['a shape nested deep', () => tensor(deep as Anything)],
    ['values that hold themselves', () => tensor([1], cyclic as Anything)],
    ['values with a getter that throws', () => tensor([1], throwing as Anything)],
    ['a size that holds itself', () => toeplitz.conv2d({ filters: 1, size: cyclic as Anything })],
    ['a size nested deep', () => toeplitz.conv2d({ filters: 1, size: [deep, deep] as Anything })],
    ['cyclic parameters', () => toeplitz.gradientCheck(net, tensor([1, 1]), knot as Anything)],
    ['cyclic parameters', () => toeplitz.toFloat64(knot as Anything)],
    ['cyclic parameters', () => toeplitz.parameter(knot as Anything, 'a')],
    ['cyclic parameters', () => net.forward(tensor([1, 1]), knot as Anything)],
    // biome-ignore lint/suspicious/noSparseArray: that is what is tried
    ['an array of layers with a hole', () => chain([relu(), , relu()] as Anything)],
    ['a depth without a prototype', () => nets.vgg(Object.create(null))],
    ['a depth without a prototype', () => nets.resnet(Object.create(null))],
    ['a proxy of a Float32Array', () => relu().forward({ shape: [2], data: floats }, {})],
    ['a proxy of a Float32Array', () => tensor([2], floats)],
    ['an absurd rank', () => windowCases(1e9)],
    [
      'a window of too many cells',
      () => lpPool2d({ size: 1e5, stride: 1, padding: 1e5 - 1 }).forward(tensor([1, 1e4, 1e4, 1]), {}),
    ],
    ['a position of nothing', () => inspect.fieldAt(null as Anything, [0])],
  ];
  it.each(calls)('[layer-attributes] %s is refused with a clause', (_, call) => {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    expect(thrown instanceof TypeError || thrown instanceof toeplitz.SpecError, String(thrown)).toBe(true);
    expect((thrown as Error).message).toMatch(/^[^:\s][^:]*: .* \[[a-z]+(-[a-z0-9]+)+\]$/s);
    expect((thrown as Error).message.length).toBeLessThan(600);
  });

  it.each([0, 1.5, 4, 1e9])('[conv-rank] windows over %d axes: the message says how many there may be', (rank) => {
    expect(() => windowCases(rank)).toThrow(`windowCases: rank must be 1, 2 or 3, got ${rank} [conv-rank]`);
  });

  it('[train-fit] empty batches are refused', async () => {
    const empty = { length: 1, examples: 0, *epoch() {} };
    const options = { optimizer: train.sgd({ rate: 0.1 }), epochs: 1 };
    const params = initialize(net, [1, 1]);
    await expect(train.fit(net, params, empty, options)).rejects.toThrow('got none in epoch 0 [train-fit]');
    await expect(train.fit(net, params, { ...empty, length: 0 }, options)).rejects.toThrow('[train-fit]');
    expect(() => train.evaluate(net, params, empty)).toThrow('got none [train-evaluation]');
  });

  it('[window-size] a window wider than its input is computed over the cells that it can reach', () => {
    const x = tensor([1, 2, 2, 1], [1, 2, 3, 4]);
    const norm = Math.fround(Math.sqrt(30));
    expect([...lpPool2d({ size: 1e5, stride: 1, padding: 'same' }).forward(x, {}).data]).toEqual(Array(4).fill(norm));
    const wide = avgPool1d({ size: 2 ** 31 - 1, stride: 1, padding: 'same' });
    const y = wide.vjp(tensor([1, 3, 1], [3, 6, 9]), {});
    expect([...y[0].data]).toEqual([6, 6, 6]);
    expect([...y[1](tensor([1, 3, 1], [1, 1, 1])).x.data]).toEqual([1, 1, 1]);
    for (const size of [5, 6, 7])
      for (const dilation of [1, 2, 3])
        for (const padding of ['same', 'same-lower', size * dilation] as const) {
          const pool = avgPool1d({ size, dilation, stride: 2, padding });
          const counted = toeplitz.conv1d({ filters: 1, size, dilation, stride: 2, padding, bias: false });
          const weight = { weight: tensor([size, 1, 1], Array(size).fill(1)) };
          const [input, ones] = [
            [3, 6, 9, 12],
            [1, 1, 1, 1],
          ].map((values) => tensor([1, 4, 1], values));
          const count = counted.forward(ones, weight).data;
          const sum = counted.forward(input, weight).data;
          expect([...pool.forward(input, {}).data]).toEqual([...sum].map((value, i) => Math.fround(value / count[i])));
        }
  });

  it('[layer-children] nets nested a thousand deep have shapes, parameters and gradients', () => {
    let deepNet: toeplitz.Layer = chain({ d: dense({ units: 2 }) });
    for (let i = 1; i < MOST_NESTED; i++)
      deepNet = i % 3 === 0 ? chain({ a: deepNet }) : i % 3 === 1 ? chain([deepNet, relu()]) : toeplitz.sum([deepNet]);
    const x = tensor([1, 2], [1, 2]);
    expect([deepNet.shape([1, 2]), deepNet.field([1, 2]), deepNet.cost([1, 2])]).toEqual([[1, 2], [], 4]);
    const params = initialize(deepNet, [1, 2], { seed: 1 });
    const y = deepNet.forward(x, params);
    const [again, pull] = deepNet.vjp(x, params);
    expect([again.data, pull(y).x.shape]).toEqual([y.data, [1, 2]]);
    expect(toeplitz.compile(deepNet, [1, 2], params)(x).data).toEqual(y.data);
    const other = toeplitz.mapLayer(deepNet, (_, layer) => (layer.name === 'relu' ? toeplitz.identity() : layer));
    expect(other.shape([1, 2])).toEqual([1, 2]);
    expect(toeplitz.parameterCount(deepNet, [1, 2])).toBe(6);
    expect(toeplitz.summary(deepNet, [1, 2]).split('\n').length).toBeGreaterThan(600);
    expect(toeplitz.gradientCheck(deepNet, x, params).ok).toBe(true);
    expect(() => chain([deepNet])).toThrow('chain: layers may be nested 1000 deep, got 1001 [layer-children]');
    expect(toeplitz.foldNorm(deepNet, params).layer.shape([1, 2])).toEqual([1, 2]);
    expect(() => deepNet.forward(tensor([1, 3]), params)).toThrow(/d: dense: weight must have shape/);
  });
});
