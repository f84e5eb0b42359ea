// Patches as rows (M4).

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conv1d, conv2d, conv3d, im2col, tensor } from '../../src/index.ts';
import { windowCases } from '../../src/testing/index.ts';
import { whole, wholeParams } from '../ops/whole.ts';

const convs = { 1: conv1d, 2: conv2d, 3: conv3d };

describe('im2col', () => {
  it('[toeplitz-patches] M4: every patch is a row, padding is 0', () => {
    expect(im2col(tensor([1, 3, 1], [1, 2, 3]), { size: 3, padding: 1 })).toEqual(
      tensor([3, 3], [0, 1, 2, 1, 2, 3, 2, 3, 0]),
    );
    expect(im2col(tensor([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), { size: 2 })).toEqual(
      tensor([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]),
    );
  });

  it('[toeplitz-patches] M4: multiplied by the weight it gives the bits of the layer', () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 4 }),
    );
    for (const rank of [1, 2, 3] as const)
      fc.assert(
        fc.property(windowCases(rank), sizes, ({ space, ...window }, [N, C, O]) => {
          const layer = convs[rank]({ ...window, filters: O, bias: false });
          const shape = [N, ...space, C];
          const [x, { weight }] = [whole(shape), wholeParams(layer, shape)];
          const patches = im2col(x, window);
          const [rows, columns] = patches.shape;
          const product = new Float64Array(rows * O);
          for (let i = 0; i < product.length; i++)
            for (let j = 0; j < columns; j++)
              product[i] += patches.data[Math.floor(i / O) * columns + j] * weight.data[j * O + (i % O)];
          expect(product).toEqual(layer.forward(x, { weight }).data);
        }),
        { numRuns: 30 },
      );
  });

  it('[toeplitz-patches] takes one to three spatial axes and the attributes of a window', () => {
    expect(() => im2col(tensor([2, 3]), { size: 1 })).toThrow('[toeplitz-patches]');
    expect(() => im2col(tensor([1, 1, 1, 1, 1, 1]), { size: 1 })).toThrow('[toeplitz-patches]');
    expect(() => im2col(tensor([1, 2, 1]), { size: 3 })).toThrow('[window-fit]');
    expect(() => im2col(tensor([1, 2, 1]), { size: 1, groups: 1 } as never)).toThrow('[layer-attributes]');
  });
});
