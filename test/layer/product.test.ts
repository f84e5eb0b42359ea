// The product of branches: values, repeated axes, gradients, fields, what is refused.

import { describe, expect, it } from 'vitest';
import {
  chain,
  conv1d,
  globalAvgPool,
  globalMaxPool,
  gradientCheck,
  identity,
  initialize,
  scale,
  tensor,
} from '../../src/index.ts';
import { product, slice } from '../../src/ops/index.ts';
import { whole } from '../ops/whole.ts';

describe('product', () => {
  it('[product-rules] multiplies in order, each product rounded', () => {
    const parts = [scale({ factor: 3e38 }), scale({ factor: 10 }), scale({ factor: 0.01 })];
    expect([...product(parts).forward(tensor([1, 1], [1]), {}).data]).toEqual([Number.POSITIVE_INFINITY]);
    const x = tensor([1, 1], [0.1]);
    const rounded = Math.fround(Math.fround(x.data[0] * x.data[0]) * x.data[0]);
    expect([...product([identity(), identity(), identity()]).forward(x, {}).data]).toEqual([rounded]);
  });

  it('[product-rules] repeats one cell, one channel, or both, on either side', () => {
    const x = tensor([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8], 'float64');
    const pool = globalMaxPool({ keep: true });
    const channel = slice({ axes: [-1], starts: [1], ends: [2] });
    expect([...product([identity(), pool]).forward(x, {}).data]).toEqual([3, 8, 9, 16, 35, 48, 49, 64]);
    expect(product([pool, identity()]).forward(x, {})).toEqual(product([identity(), pool]).forward(x, {}));
    expect([...product([channel, identity()]).forward(x, {}).data]).toEqual([2, 4, 12, 16, 30, 36, 56, 64]);
    expect([...product([pool, channel]).forward(x, {}).data]).toEqual([6, 8, 12, 16, 42, 48, 56, 64]);
  });

  it('[product-gradient] agrees with difference quotients, and what is repeated gets a long sum', () => {
    const gate = chain([globalAvgPool({ keep: true }), conv1d({ filters: 3, size: 1 })]);
    const net = product([identity(), gate, conv1d({ filters: 1, size: 1 })]);
    const x = whole([2, 4, 3], 1);
    expect(gradientCheck(net, x, initialize(net, x.shape, { seed: 1, type: 'float64' })).ok).toBe(true);
    const n = 2 ** 20;
    const [, pull] = product([slice({ axes: [1], starts: [0], ends: [1] }), identity()]).vjp(
      tensor([1, n, 1], new Float32Array(n).fill(0.1)),
      {},
    );
    const dx = pull(tensor([1, n, 1], new Float32Array(n).fill(1))).x.data;
    const tenth = Math.fround(0.1);
    expect(dx[0]).toBe(Math.fround(Math.fround(tenth * n) + tenth));
    expect(dx[1]).toBe(tenth);
  });

  it('[product-shape] axes are equal or 1, and as many; the batch is not repeated', () => {
    const part = (start: number, end: number, axis = 1) => slice({ axes: [axis], starts: [start], ends: [end] });
    expect(product([part(0, 1), part(0, 1, 2)]).shape([2, 3, 4])).toEqual([2, 3, 4]);
    expect(() => product([part(0, 2), identity()]).shape([2, 3, 4])).toThrow('[product-shape]');
    expect(() => product([globalAvgPool(), identity()]).shape([2, 3, 4])).toThrow('[product-shape]');
    expect(() => product([identity(), globalAvgPool()]).shape([2, 3, 4])).toThrow('[product-shape]');
    expect(() => product([])).toThrow('[layer-children]');
    expect(product([identity()]).arrangement).toBe('product');
  });

  it('[layer-field] a repeated cell gives every unit its own field', () => {
    const first = slice({ axes: [1], starts: [0], ends: [1] });
    expect(product([first, identity()]).field([1, 5, 1])).toEqual([{ size: 5, step: 0, start: 0 }]);
  });
});
