// Every layer says its own name, the attribute and its clause when it refuses one; and its arrays are its own.

import { describe, expect, it, test } from 'vitest';
import {
  avgPool1d,
  batchNorm,
  conv1d,
  conv2d,
  conv3d,
  convTranspose2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  frozenNorm,
  leakyRelu,
  lpPool2d,
  lrn,
  maxPool2d,
  prelu,
  relu,
  SpecError,
  sigmoid,
  softmax,
  squaredError,
  type Tensor,
  tanh,
  tensor,
} from '../../src/index.ts';
import { sizeOf } from '../../src/tensor.ts';
import { paramsOf } from '../compile/random-nets.ts';
import { examples } from '../layers.ts';

const operators = examples.filter(({ layer }) => Object.keys(layer.children).length === 0);

const fill = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => 1 + (i % 3));

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(operators)('$name', ({ name, layer, shape }) => {
  test('[layer-rules] is called what its constructor is', () => {
    expect(layer.name).toMatch(/^[a-z][a-zA-Z0-9]+$/);
    expect(name.split(',')[0]).toBe(layer.name);
  });

  test('[layer-attributes] names an attribute that it does not have', () => {
    const error = thrownBy(() => layer.with({ attributes: { nonsense: 1 } }));
    expect(error).toBeInstanceOf(SpecError);
    expect(error).toMatchObject({ message: expect.stringMatching(new RegExp(`^${layer.name}: .*'nonsense'`)) });
  });

  test('[layer-attributes] names an attribute of a wrong type, and itself', () => {
    for (const name of Object.keys(layer.attributes)) {
      const error = thrownBy(() => layer.with({ attributes: { [name]: Symbol('x') } })) as TypeError;
      expect(error, name).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(new RegExp(`^${layer.name}: .*${name}.* \\[[a-z]+(-[a-z0-9]+)+\\]$`));
    }
  });

  test('[layer-params] gives gradients in arrays of their own', () => {
    const params = paramsOf(layer.params(shape), fill);
    const x = tensor(shape, fill(sizeOf(shape)));
    const [y, pull] = layer.vjp(x, params);
    const dy = tensor(y.shape, fill(y.data.length));
    const gradient = pull(dy);
    const given = [x, dy, y, ...(Object.values(params) as Tensor[])].map(({ data }) => data.buffer);
    for (const made of [y, gradient.x, ...(Object.values(gradient.params) as Tensor[])])
      expect(given.filter((buffer) => buffer === made.data.buffer)).toHaveLength(made === y ? 1 : 0);
    expect(Object.keys(gradient.params).sort()).toEqual(Object.keys(layer.params(shape)).sort());
  });
});

test('[layer-attributes] attributes are complete, and the ends of a range belong to it', () => {
  expect(softmax({ axis: 1 }).attributes).toEqual({ axis: 1 });
  expect(softmax().attributes).toEqual({ axis: -1 });
  expect(lrn({ alpha: 0, beta: 0 }).attributes).toEqual({ size: 5, alpha: 0, beta: 0, k: 2 });
  for (const labels of [5, 'a', true] as never[])
    expect(() => crossEntropy({ labels })).toThrow(/^crossEntropy: labels must be an array of whole numbers, got /);
  for (const target of [5, 'a', null, true] as never[])
    expect(() => squaredError({ target })).toThrow(/^squaredError: target/);
});

test('[layer-roles] what a layer says about its part', () => {
  expect([conv1d, conv2d, conv3d].map((make) => make({ filters: 1, size: 1 }).roles?.pictured)).toEqual([
    false,
    true,
    false,
  ]);
  expect(flatten().roles?.flattens).toBe(true);
  expect([relu(), leakyRelu(), prelu(), sigmoid(), tanh()].map(({ roles }) => roles?.activates)).toEqual(
    Array(5).fill(true),
  );
  expect([softmax(), dense({ units: 1 }), frozenNorm()].map(({ roles }) => roles?.activates)).toEqual(
    Array(3).fill(undefined),
  );
});

describe('what stays refused', () => {
  const calls: [clause: string, call: () => unknown][] = [
    [
      'conv-output-padding',
      () => convTranspose2d({ filters: 1, size: 3, stride: 2, padding: 'same', outputPadding: 1 }),
    ],
    ['layer-input', () => relu().shape([0, 3])],
    ['conv-rank', () => conv2d({ filters: 1, size: 3 }).shape([8, 8, 3])],
    ['dense-rank', () => dense({ units: 1 }).shape([1, 8, 8, 3])],
    ['window-padding', () => maxPool2d({ size: 3, padding: -1 })],
    ['pool-power', () => lpPool2d({ size: 2, p: 0.5 })],
    ['dropout-rate', () => dropout({ rate: 1 })],
    ['norm-epsilon', () => batchNorm({ epsilon: 0 })],
  ];
  it.each(calls)('[window-allowed] %s', (clause, call) => expect(call).toThrow(`[${clause}]`));

  it('[window-allowed] padding wider than the window, and a window over nothing but padding, are allowed', () => {
    expect([...avgPool1d({ size: 2, stride: 2, padding: 3 }).forward(tensor([1, 2, 1], [4, 6]), {}).data]).toEqual([
      Number.NaN,
      4,
      6,
      Number.NaN,
    ]);
  });
});
