// Folding norms into the layers before them.

import { describe, expect, it } from 'vitest';
import {
  batchNorm,
  chain,
  conv2d,
  convTranspose2d,
  dense,
  depthwiseConv2d,
  flatten,
  foldNorm,
  frozenNorm,
  identity,
  type Layer,
  mapLayer,
  type Params,
  relu,
  type Shape,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { whole } from '../ops/whole.ts';

/** Whole numbers, but variances of 3 and 15: with epsilon 1 the deviations are 2 and 4, and everything is exact. */
function paramsOf(layer: Layer, shape: Shape): Params<Tensor> {
  const fill = (shapes: Params<Shape>): Params<Tensor> =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, value], i) => [
        name,
        !Array.isArray(value)
          ? fill(value as Params<Shape>)
          : name === 'variance'
            ? tensor(
                value,
                Array.from({ length: value[0] }, (_, c) => [3, 15][c % 2]),
                'float64',
              )
            : whole(value, 3 + i),
      ]),
    );
  return fill(layer.params(shape));
}

const norm = () => frozenNorm({ epsilon: 1 });
const count = (layer: Layer): number => {
  let norms = 0;
  mapLayer(layer, (_, each) => {
    if (each.name === 'frozenNorm') norms++;
    return each;
  });
  return norms;
};

describe('foldNorm', () => {
  it.each([
    ['a convolution in groups, without bias', conv2d({ filters: 4, size: [2, 3], groups: 2, bias: false })],
    ['a convolution with bias', conv2d({ filters: 5, size: 3, stride: 2 })],
    ['a depthwise convolution', depthwiseConv2d({ size: 2, multiplier: 3 })],
    ['a transposed convolution in groups', convTranspose2d({ filters: 6, size: [3, 2], stride: 2, groups: 2 })],
    ['a transposed convolution', convTranspose2d({ filters: 3, size: 3, bias: false })],
  ])('[norm-fold] %s takes the norm in, exactly where scales are powers of two', (_, linear) => {
    const net = chain({ linear, norm: norm(), relu: relu() });
    const [x, p] = [whole([2, 5, 6, 4]), paramsOf(net, [2, 5, 6, 4])];
    const folded = foldNorm(net, p);
    expect(count(folded.layer)).toBe(0);
    expect(Object.keys(folded.layer.children)).toEqual(['linear', 'norm', 'relu']);
    expect(folded.layer.forward(x, folded.params)).toEqual(net.forward(x, p));
  });

  it('[norm-fold] folds inside branches and chains, and changes neither other norms nor the given net', () => {
    const block = sum({ body: chain([conv2d({ filters: 4, size: 3, padding: 1 }), norm(), relu()]), skip: identity() });
    const net = chain({ first: norm(), block, loose: norm(), flat: flatten(), out: dense({ units: 3 }), last: norm() });
    const shape = [2, 3, 4, 4];
    const [x, p] = [whole(shape), paramsOf(net, shape)];
    const y = net.forward(x, p);
    const folded = foldNorm(net, p);
    expect(count(net)).toBe(4);
    expect(count(folded.layer)).toBe(2);
    expect(folded.layer.forward(x, folded.params)).toEqual(y);
    expect(net.forward(x, p)).toEqual(y);
    expect(foldNorm(relu(), {}).layer.name).toBe('relu');
    expect(foldNorm(chain([conv2d({ filters: 2, size: 1 }), batchNorm()]), {}).layer.children['1'].name).toBe(
      'batchNorm',
    );
  });

  it('[norm-fold] in float32 it is the same function up to rounding', () => {
    const net = chain([conv2d({ filters: 4, size: 3 }), frozenNorm()]);
    const weight = tensor(
      [3, 3, 2, 4],
      Array.from({ length: 72 }, (_, i) => Math.sin(i)),
    );
    const p = {
      0: { weight, bias: tensor([4], [0.1, 0.2, 0.3, 0.4]) },
      1: {
        weight: tensor([4], [0.7, -1.3, 2, 0.2]),
        bias: tensor([4], [1, 2, 3, 4]),
        mean: tensor([4], [0.5, -0.25, 0.1, 0]),
        variance: tensor([4], [0.3, 4, 1, 0.01]),
      },
    };
    const x = whole([1, 5, 5, 2], 1, 'float32');
    const folded = foldNorm(net, p);
    const [y, z] = [net.forward(x, p).data, folded.layer.forward(x, folded.params).data];
    y.forEach((value, i) => {
      expect(Math.abs(value - z[i])).toBeLessThan(1e-4);
    });
  });

  it('[norm-fold] [layer-params] missing parameters are refused', () => {
    const net = chain({ conv: conv2d({ filters: 1, size: 1 }), norm: norm() });
    expect(() => foldNorm(net, {})).toThrow(
      /^foldNorm: 'norm' and the layer before it must have their parameters \[layer-params\]$/,
    );
    const norms = { weight: tensor([1]), bias: tensor([1]), mean: tensor([1]), variance: tensor([1]) };
    const odd = { conv: { weight: 5 }, norm: norms } as never;
    expect(() => foldNorm(net, odd)).toThrow(/^foldNorm: .*\[(tensor-type|layer-params)\]$/);
    expect(() => foldNorm(net, null as never)).toThrow(TypeError);
  });

  it('[norm-fold] [layer-params] a parameter of another shape is refused by its name', () => {
    const net = chain({ conv: conv2d({ filters: 2, size: 1 }), norm: norm() });
    const right = {
      conv: { weight: tensor([1, 1, 3, 2]), bias: tensor([2]) },
      norm: { weight: tensor([2]), bias: tensor([2]), mean: tensor([2]), variance: tensor([2], [1, 1]) },
    };
    expect(foldNorm(net, right).params).toHaveProperty('conv.weight');
    for (const name of ['weight', 'bias', 'mean', 'variance']) {
      const wrong = { ...right, norm: { ...right.norm, [name]: tensor([3]) } };
      expect(() => foldNorm(net, wrong)).toThrow(
        new RegExp(`^foldNorm: ${name} must have shape \\[2\\], got \\[3\\] \\[layer-params\\]$`),
      );
      const { [name as 'mean']: _, ...rest } = right.norm;
      expect(() => foldNorm(net, { ...right, norm: rest })).toThrow('[layer-params]');
    }
    const shift = { ...right, conv: { ...right.conv, bias: tensor([3]) } };
    expect(() => foldNorm(net, shift)).toThrow(/^foldNorm: shift must have shape \[2\]/);
  });
});
