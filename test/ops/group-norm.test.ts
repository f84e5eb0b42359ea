// Norms within an image, and Lp pools of other ranks: values, equal layers, gradients, refusals.

import { describe, expect, it } from 'vitest';
import { batchNorm, globalAvgPool, gradientCheck, lpPool2d, tensor } from '../../src/index.ts';
import { globalLpPool, groupNorm, instanceNorm, layerNorm, lpPool1d, lpPool3d } from '../../src/ops/index.ts';
import { whole } from './whole.ts';

const params = (C: number) => ({
  weight: tensor(
    [C],
    Array.from({ length: C }, (_, c) => (c % 3) - 0.5),
    'float64',
  ),
  bias: tensor(
    [C],
    Array.from({ length: C }, (_, c) => c),
    'float64',
  ),
});

describe('norms within an image', () => {
  it('[norm-instance] one image has the bits of batchNorm, and each image its own statistics', () => {
    const x = whole([1, 4, 3, 5], 1);
    expect(instanceNorm().forward(x, params(5))).toEqual(batchNorm().forward(x, params(5)));
    const two = tensor([2, 1, 1], [3, 9], 'float64');
    expect([...instanceNorm().forward(two, params(1)).data]).toEqual([0, 0]);
  });

  it('[norm-group] channels of a group share statistics; as many groups as channels are instanceNorm', () => {
    const x = whole([2, 3, 6], 2);
    expect(groupNorm({ groups: 6 }).forward(x, params(6))).toEqual(instanceNorm().forward(x, params(6)));
    const ones = { weight: tensor([4], [1, 1, 1, 1]), bias: tensor([4]) };
    const y = groupNorm({ groups: 2, epsilon: 3 }).forward(tensor([1, 4], [0, 2, 10, 14]), ones);
    expect([...y.data]).toEqual([-0.5, 0.5, -2, 2].map((v, i) => (i < 2 ? v : v / Math.sqrt(7))).map(Math.fround));
    expect(() => groupNorm({ groups: 4 }).shape([1, 6])).toThrow('[norm-group]');
    expect(() => groupNorm({ groups: 0 })).toThrow('[norm-group]');
    expect(() => groupNorm({ groups: 1 }).shape([6])).toThrow('[norm-rank]');
    expect(() => layerNorm({ epsilon: 0 })).toThrow('[norm-epsilon]');
  });

  it('[norm-layer] every cell by itself: one group of an image of one cell', () => {
    const x = whole([3, 2, 5], 3);
    const cells = { shape: [6, 5], data: x.data };
    expect(layerNorm().forward(x, params(5)).data).toEqual(groupNorm({ groups: 1 }).forward(cells, params(5)).data);
  });

  it('[norm-group] sums are long: a million cells of 100.1 give the bias', () => {
    const x = tensor([1, 1000, 1000, 1], new Float32Array(1e6).fill(100.1));
    const p = { weight: tensor([1], [1]), bias: tensor([1], [7]) };
    expect(new Set(groupNorm({ groups: 1 }).forward(x, p).data)).toEqual(new Set([7]));
  });

  it('[norm-set-gradient] agrees with difference quotients', () => {
    for (const layer of [
      groupNorm({ groups: 3, epsilon: 0.1 }),
      instanceNorm({ epsilon: 0.1 }),
      layerNorm({ epsilon: 0.1 }),
    ]) {
      const report = gradientCheck(layer, whole([2, 3, 2, 6], 4), params(6));
      expect(report.ok, report.text).toBe(true);
    }
  });
});

describe('pools', () => {
  it('[pool-lp] one, two and three axes are the same windows', () => {
    const x = whole([2, 4, 5, 3], 5);
    const flat = lpPool2d({ size: [1, 3], p: 3 }).forward(x, {});
    expect(lpPool1d({ size: 3, p: 3 }).forward({ shape: [8, 5, 3], data: x.data }, {}).data).toEqual(flat.data);
    expect(lpPool3d({ size: [1, 1, 3], p: 3 }).forward({ shape: [2, 1, 4, 5, 3], data: x.data }, {}).data).toEqual(
      flat.data,
    );
  });

  it('[pool-global] with `keep` the axes of space stay; globalLpPool is a window of all of space', () => {
    const x = whole([2, 4, 5, 3], 6);
    expect(globalAvgPool({ keep: true }).forward(x, {}).shape).toEqual([2, 1, 1, 3]);
    expect(globalAvgPool({ keep: true }).forward(x, {}).data).toEqual(globalAvgPool().forward(x, {}).data);
    expect(globalLpPool({ keep: true, p: 3 }).forward(x, {})).toEqual(lpPool2d({ size: [4, 5], p: 3 }).forward(x, {}));
    expect(globalLpPool().shape([2, 4, 5, 3])).toEqual([2, 3]);
    expect(() => globalLpPool({ p: 0.5 })).toThrow('[pool-power]');
    expect(() => globalLpPool().shape([2, 3])).toThrow('[pool-global]');
    expect(() => globalAvgPool({ keep: 1 as never })).toThrow('[pool-global]');
  });
});
