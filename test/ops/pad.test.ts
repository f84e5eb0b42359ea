// Padding: values, gradients, equal layers, and what is refused.

import { describe, expect, it } from 'vitest';
import { conv2d, tensor } from '../../src/index.ts';
import { type PadAttributes, pad } from '../../src/ops/index.ts';
import { counted, pulled, row } from './rows.ts';
import { whole, wholeParams } from './whole.ts';

const padded = (attributes: PadAttributes, values: readonly number[] = [1, 2, 3]) => row(pad(attributes), values);

describe('pad', () => {
  it('[pad-forward] a border around every axis of space, of each channel', () => {
    const y = pad({
      padding: [
        [1, 0],
        [0, 1],
      ],
      value: 9,
    }).forward(counted([1, 1, 2, 2]), {});
    expect([y.shape, [...y.data]]).toEqual([
      [1, 2, 3, 2],
      [9, 9, 9, 9, 9, 9, 0, 1, 2, 3, 9, 9],
    ]);
  });

  it('[pad-modes] constant, edge, reflect and wrap, for as many cells as asked for', () => {
    expect(padded({ padding: 2 })).toEqual([0, 0, 1, 2, 3, 0, 0]);
    expect(padded({ padding: 2, mode: 'edge' })).toEqual([1, 1, 1, 2, 3, 3, 3]);
    expect(padded({ padding: 5, mode: 'reflect' })).toEqual([2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2]);
    expect(padded({ padding: 4, mode: 'wrap' })).toEqual([3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]);
    expect(padded({ padding: 2, mode: 'reflect' }, [7])).toEqual([7, 7, 7, 7, 7]);
  });

  it('[pad-padding] negative numbers cut, and the other end is that of the whole x', () => {
    expect(padded({ padding: [[-1, 1]] })).toEqual([2, 3, 0]);
    expect(padded({ padding: [[-1, 2]], mode: 'reflect' })).toEqual([2, 3, 2, 1]);
    expect(padded({ padding: [[-4, 3]], mode: 'constant', value: 5 })).toEqual([5, 5]);
    expect(() => padded({ padding: [[-1, -2]] })).toThrow('[pad-padding]');
    for (const padding of [[1, 2], [[1]], [[1, 2, 3]], 0.5, 'same', [['1', 2]], -(2 ** 40)])
      expect(() => pad({ padding: padding as never }).shape([1, 3, 1]), String(padding)).toThrow('[pad-padding]');
    expect(() => pad({ padding: 1 }).shape([2, 3])).toThrow('[pad-padding]');
    expect(() => pad({ padding: 2 ** 31 - 1 }).shape([1, 3, 1])).toThrow('[pad-padding]');
    expect(() => pad({ padding: 1, mode: 'replicate' as never })).toThrow('[pad-modes]');
    expect(() => pad({ padding: 1, value: Number.NaN })).toThrow('[pad-value]');
  });

  it('[pad-value] is rounded to the element type', () => {
    expect([...pad({ padding: [[1, 0]], value: 0.1 }).forward(tensor([1, 1, 1], [2]), {}).data]).toEqual([
      Math.fround(0.1),
      2,
    ]);
  });

  it('[pad-gradient] each cell gets the dy of all its copies', () => {
    const x = counted([1, 3, 1]);
    expect(pulled(pad({ padding: 1 }), x, [1, 2, 4, 8, 16])).toEqual([2, 4, 8]);
    expect(pulled(pad({ padding: 2, mode: 'edge' }), x, [1, 2, 4, 8, 16, 32, 64])).toEqual([7, 8, 112]);
    expect(pulled(pad({ padding: [[-1, 2]], mode: 'reflect' }), x, [1, 2, 4, 8])).toEqual([8, 5, 2]);
    const million = pad({ padding: [[0, 2 ** 20 - 1]], mode: 'edge' });
    const dy = tensor([1, 2 ** 20, 1], new Float32Array(2 ** 20).fill(0.1));
    expect(million.vjp(tensor([1, 1, 1]), {})[1](dy).x.data[0]).toBe(Math.fround(Math.fround(0.1) * 2 ** 20));
  });

  it('[pad-forward] zeros before a convolution are its padding', () => {
    const [inside, outside] = [
      conv2d({
        filters: 2,
        size: 3,
        padding: [
          [2, 1],
          [0, 3],
        ],
      }),
      conv2d({ filters: 2, size: 3 }),
    ];
    const x = whole([2, 4, 5, 3]);
    const p = wholeParams(inside, x.shape);
    expect(
      outside.forward(
        pad({
          padding: [
            [2, 1],
            [0, 3],
          ],
        }).forward(x, {}),
        p,
      ),
    ).toEqual(inside.forward(x, p));
    expect(
      pad({
        padding: [
          [2, 1],
          [0, 3],
        ],
      }).field(x.shape)[0],
    ).toEqual({ size: 1, step: 1, start: -2 });
  });
});
