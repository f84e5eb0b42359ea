// Channels in another order, and blocks of space as channels: values, gradients, and what is refused.

import { describe, expect, it } from 'vitest';
import { type Shape, type Tensor, tensor } from '../../src/index.ts';
import { depthToSpace, shuffleChannels, spaceToDepth } from '../../src/ops/index.ts';

const counted = (shape: Shape): Tensor =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
    'float64',
  );

describe('blocks and groups', () => {
  it('[depth-space] the two orders, and the inverse', () => {
    const x = counted([1, 1, 2, 8]);
    const image = (order: 'DCR' | 'CRD') => [...depthToSpace({ size: 2, order }).forward(x, {}).data];
    expect(image('DCR')).toEqual([0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]);
    expect(image('CRD')).toEqual([0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15]);
    for (const order of ['DCR', 'CRD'] as const)
      for (const shape of [
        [2, 3, 1, 2, 16],
        [1, 2, 12],
        [2, 2, 3, 4],
      ]) {
        const size = 2;
        const y = depthToSpace({ size, order }).forward(counted(shape), {});
        expect(spaceToDepth({ size, order }).forward(y, {})).toEqual(counted(shape));
      }
    expect(() => depthToSpace({ size: 2 }).shape([1, 2, 2, 6])).toThrow('[depth-space]');
    expect(() => spaceToDepth({ size: 2 }).shape([1, 2, 3, 6])).toThrow('[depth-space]');
    expect(() => spaceToDepth({ size: 2 }).shape([4, 6])).toThrow('[depth-space]');
    expect(() => spaceToDepth({ size: 0 })).toThrow('[depth-space]');
    expect(() => depthToSpace({ size: 2, order: 'crd' as never })).toThrow('[depth-space]');
  });

  it('[depth-space] fields: a block, or a part of a cell', () => {
    expect(spaceToDepth({ size: 3 }).field([1, 6, 1])).toEqual([{ size: 3, step: 3, start: 0 }]);
    expect(depthToSpace({ size: 2 }).field([1, 4, 2])).toEqual([{ size: 1, step: 0.5, start: -0.5 }]);
  });

  it('[shuffle-channels] twice with exchanged groups is nothing', () => {
    const x = counted([2, 3, 6]);
    const once = shuffleChannels({ groups: 2 }).forward(x, {});
    expect([...once.data].slice(0, 6)).toEqual([0, 3, 1, 4, 2, 5]);
    expect(shuffleChannels({ groups: 3 }).forward(once, {})).toEqual(x);
    expect(() => shuffleChannels({ groups: 4 }).shape([1, 6])).toThrow('[shuffle-channels]');
  });
});
