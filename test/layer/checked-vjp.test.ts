// Layers made by hand that give what no layer should, where their gradients are taken; and parameters that cannot be read.

import { describe, expect, it } from 'vitest';
import { chain, dense, frozenNorm, type Layer, relu, type Tensor, tensor } from '../../src/index.ts';
import { checkedVjp } from '../../src/layer/checked-vjp.ts';
import { trainedIn } from '../../src/layer/declared-params.ts';

const x = tensor([1, 2], [1, -2]);
const gradient = { x: tensor([1, 2], [3, 4]), params: {} };
const odd = (vjp: unknown): Layer => ({ ...relu(), name: 'mine', vjp: (() => vjp) as never });
const pulled = (result: unknown, needsX?: boolean) => checkedVjp('test', odd([x, () => result]), x, {})[1](x, needsX);

describe('a gradient of a layer made by hand', () => {
  it('[layer-gradient] is given through where it is one', () => {
    const [y, pull] = checkedVjp('test', relu(), x, {});
    expect(y).toEqual(tensor([1, 2], [1, 0]));
    expect(pull(tensor([1, 2], [5, 6]))).toEqual({ x: tensor([1, 2], [5, 0]), params: {} });
    expect(pulled(gradient)).toBe(gradient);
    expect(pulled({ x: undefined, params: {} }, false)).toEqual({ x: undefined, params: {} });
  });

  it.each([
    [null, /^test: vjp of mine must give \[y, pull\], got null \[layer-gradient\]$/],
    [[x], /^test: vjp of mine must give \[y, pull\], got \[.*\] \[layer-gradient\]$/],
    [[x, 5], /^test: vjp of mine must give \[y, pull\], got \[.*\] \[layer-gradient\]$/],
    [[5, () => gradient], /^test: y of mine must be a tensor .*\[tensor-type\]$/],
    [[tensor([2, 1]), () => gradient], /^test: y of mine must have shape \[1,2\], got \[2,1\] \[layer-gradient\]$/],
  ])('[layer-gradient] is refused where vjp gives %j', (vjp, message) => {
    expect(() => checkedVjp('test', odd(vjp), x, {})).toThrow(message);
  });

  it.each([
    [null, /^test: pull of mine must give \{x, params\}, got null \[layer-gradient\]$/],
    [5, /^test: pull of mine must give \{x, params\}, got 5 \[layer-gradient\]$/],
    [{ params: {} }, /^test: the gradient of mine at x must be a tensor .*\[tensor-type\]$/],
    [{ ...gradient, x: tensor([2]) }, /^test: the gradient of mine at x must have shape .*\[layer-gradient\]$/],
    [{ ...gradient, params: 5 }, /^test: parameters must be an object of tensors, got 5 \[layer-params\]$/],
  ])('[layer-gradient] is refused where pull gives %j', (result, message) => {
    expect(() => pulled(result)).toThrow(message);
  });
});

it('[layer-params] parameters that cannot be read are refused, and x is named', () => {
  const trap = Object.create(
    Object.defineProperty({}, 'a', {
      get() {
        throw new Error('a trap');
      },
    }),
  ) as Record<string, Tensor>;
  const net = chain({ a: dense({ units: 1 }) });
  expect(() => net.forward(x, trap)).toThrow(
    /^at a: parameters: 'a' must be something that can be read, .*\[layer-params\]$/,
  );
  expect(() => net.forward(null as never, {})).toThrow(/^chain: x must be a tensor/);
  const norm = frozenNorm();
  const statistics = { weight: tensor([2]), bias: tensor([2]), variance: tensor([2]) };
  const hidden = Object.assign(Object.create(Object.defineProperty({}, 'mean', { get: () => null })), statistics);
  expect(() => norm.forward(x, hidden)).toThrow(/^frozenNorm: mean must be a tensor/);
});

it('[layer-parameters] which parameters of a net are trained', () => {
  const net = chain({ norm: frozenNorm(), out: dense({ units: 1 }) });
  const isTrained = trainedIn(net, [1, 2]);
  const names = ['norm.weight', 'norm.bias', 'norm.mean', 'norm.variance', 'out.weight', 'out.bias', 'unknown'];
  expect(names.map(isTrained)).toEqual([true, true, false, false, true, true, true]);
});
