// Padding, upsampling, slices and blocks: values, gradients, equal layers, and what is refused.

import { describe, expect, it } from 'vitest';
import { avgPool2d, conv1d, conv2d, type Layer, type Shape, type Tensor, tensor } from '../../src/index.ts';
import {
  depthToSpace,
  type PadAttributes,
  pad,
  shuffleChannels,
  slice,
  spaceToDepth,
  type UpsampleAttributes,
  upsample,
} from '../../src/ops/index.ts';
import { whole, wholeParams } from './whole.ts';

const counted = (shape: Shape): Tensor =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
    'float64',
  );
const row = (layer: Layer, values: readonly number[]): number[] => [
  ...layer.forward(tensor([1, values.length, 1], values, 'float64'), {}).data,
];
const pulled = (layer: Layer, x: Tensor, dy: readonly number[]): number[] => {
  const [y, pull] = layer.vjp(x, {});
  return [...pull(tensor(y.shape, dy, 'float64')).x.data];
};
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

const up = (attributes: UpsampleAttributes, values: readonly number[] = [0, 8]) => row(upsample(attributes), values);

describe('upsample', () => {
  it('[upsample-nearest] repeats cells; the four ways to round', () => {
    expect(up({ scale: 3 })).toEqual([0, 0, 0, 8, 8, 8]);
    expect(up({ size: 3 }, [0, 1])).toEqual([0, 0, 1]);
    const rounded = (rounding: UpsampleAttributes['rounding']) => up({ size: 3, rounding }, [0, 1]);
    expect(rounded('prefer-ceil')).toEqual([0, 1, 1]);
    expect(rounded('floor')).toEqual([0, 0, 1]);
    expect(rounded('ceil')).toEqual([0, 1, 1]);
  });

  it('[upsample-linear] between two cells, along one axis after the other', () => {
    expect(up({ mode: 'linear' })).toEqual([0, 2, 6, 8]);
    const y = upsample({ mode: 'linear' }).forward(tensor([1, 2, 2, 1], [0, 16, 32, 64]), {});
    expect([...y.data]).toEqual([0, 4, 12, 16, 8, 13, 23, 28, 24, 31, 45, 52, 32, 40, 56, 64]);
    expect(up({ mode: 'linear', size: 2 }, [Number.POSITIVE_INFINITY, 1])).toEqual([Number.POSITIVE_INFINITY, 1]);
  });

  it('[upsample-linear] half the cells of even axes are means of two', () => {
    const x = whole([2, 4, 6, 3]);
    const half = upsample({ scale: 0.5, mode: 'linear' }).forward(x, {});
    expect(half).toEqual(avgPool2d({ size: 2 }).forward(x, {}));
  });

  it('[upsample-coordinates] the rules of ONNX, torch and TensorFlow differ', () => {
    const linear = (coordinates: UpsampleAttributes['coordinates'], size = 4) =>
      up({ mode: 'linear', coordinates, size });
    expect(linear('half-pixel')).toEqual([0, 2, 6, 8]);
    expect(linear('asymmetric')).toEqual([0, 4, 8, 8]);
    expect(linear('align-corners').map((y) => y.toFixed(3))).toEqual(['0.000', '2.667', '5.333', '8.000']);
    expect([linear('half-pixel', 1), linear('half-pixel-or-first', 1), linear('align-corners', 1)]).toEqual([
      [4],
      [0],
      [0],
    ]);
    expect(up({ size: 5, coordinates: 'half-pixel-start', rounding: 'floor' }, [0, 1, 2])).toEqual([0, 0, 1, 2, 2]);
    expect(() => upsample({ coordinates: 'half_pixel' as never })).toThrow('[upsample-coordinates]');
    expect(() => upsample({ rounding: 'round' as never })).toThrow('[upsample-coordinates]');
  });

  it('[upsample-scale] a scale or a size, for all axes or for each', () => {
    const shape = (attributes: UpsampleAttributes) => upsample(attributes).shape([1, 3, 5, 2]);
    expect(shape({})).toEqual([1, 6, 10, 2]);
    expect(shape({ scale: [1, 0.5] })).toEqual([1, 3, 2, 2]);
    expect(shape({ size: [7, 1] })).toEqual([1, 7, 1, 2]);
    for (const attributes of [
      { scale: 2, size: 3 },
      { scale: 0.1 },
      { scale: [2] },
      { size: [] },
      { size: 0 },
      { scale: 1e12 },
      { scale: '2' },
    ])
      expect(() => shape(attributes as never), JSON.stringify(attributes)).toThrow('[upsample-scale]');
    expect(() => upsample().shape([2, 3])).toThrow('[upsample-scale]');
    expect(() => upsample({ mode: 'cubic' as never })).toThrow('[upsample-mode]');
  });

  it('[upsample-mode] with `with`, the other attributes stay', () => {
    const layer = upsample({ size: 5 }).with({ attributes: { mode: 'linear' } });
    expect([layer.attributes.mode, layer.attributes.size]).toEqual(['linear', 5]);
  });

  it('[upsample-gradient] each cell gets the shares of dy', () => {
    expect(pulled(upsample(), counted([1, 2, 1]), [1, 2, 4, 8])).toEqual([3, 12]);
    expect(pulled(upsample({ mode: 'linear' }), counted([1, 2, 1]), [4, 4, 8, 8])).toEqual([4 + 3 + 2, 1 + 6 + 8]);
  });

  it('[upsample-nearest] its field is one cell, also for more than 4096 of them, and a convolution sees fewer', () => {
    expect(upsample().field([1, 4, 1])).toEqual([{ size: 1, step: 0.5, start: -0.5 }]);
    const [large] = upsample().field([1, 9000, 1]);
    expect([large.size, large.step]).toEqual([1, 0.5]);
    expect(conv1d({ filters: 1, size: 3 }).field([1, 8, 1])[0].size).toBe(3);
  });
});

it('[tensor-size] shapes and fields of images of any size are known at once; what cannot be held is refused', () => {
  const huge = [1, 2 ** 30, 2];
  for (const layer of [
    pad({ padding: [[5, 2 ** 29]], mode: 'wrap' }),
    upsample({ scale: 1.5, mode: 'linear' }),
    slice({ axes: [1], starts: [-1], ends: [-(2 ** 31 - 1)], steps: [-1] }),
    shuffleChannels({ groups: 2 }),
    spaceToDepth({ size: 2 }),
    depthToSpace({ size: 2 }),
  ]) {
    expect(layer.shape(huge)[0]).toBe(1);
    expect(layer.field(huge).length).toBe(1);
  }
  expect(() => upsample({ size: 2 ** 30 }).forward(tensor([1, 1, 4]), {})).toThrow('[tensor-size]');
  expect(() => pad({ padding: 2 ** 29 }).forward(tensor([1, 1, 4]), {})).toThrow('[tensor-size]');
});

describe('slice', () => {
  it('[slice-forward] as Python: negative numbers, beyond the ends, backwards, of channels', () => {
    const part = (start: number, end: number, step = 1) =>
      row(slice({ axes: [1], starts: [start], ends: [end], steps: [step] }), [0, 1, 2, 3, 4]);
    expect(part(1, 4)).toEqual([1, 2, 3]);
    expect(part(-2, 99)).toEqual([3, 4]);
    expect(part(0, -1, 2)).toEqual([0, 2]);
    expect(part(-1, -99, -2)).toEqual([4, 2, 0]);
    const y = slice({ axes: [-1, 1], starts: [1, 1], ends: [3, 2] }).forward(counted([2, 2, 3]), {});
    expect([y.shape, [...y.data]]).toEqual([
      [2, 1, 2],
      [4, 5, 10, 11],
    ]);
    expect(pulled(slice({ axes: [1], starts: [1], ends: [2] }), counted([1, 3, 1]), [7])).toEqual([0, 7, 0]);
  });

  it('[slice-forward] refuses the batch, an axis twice, nothing left, lists of other lengths', () => {
    const shape = (attributes: object) => slice(attributes as never).shape([2, 3, 4]);
    for (const attributes of [
      { axes: [0], starts: [0], ends: [1] },
      { axes: [-3], starts: [0], ends: [1] },
      { axes: [1, -2], starts: [0, 0], ends: [1, 1] },
      { axes: [1], starts: [2], ends: [2] },
      { axes: [1], starts: [0], ends: [1], steps: [0] },
      { axes: [1], starts: [0, 1], ends: [1] },
      { axes: [3], starts: [0], ends: [1] },
      { axes: 1, starts: [0], ends: [1] },
      { axes: [1], starts: [0.5], ends: [1] },
    ])
      expect(() => shape(attributes), JSON.stringify(attributes)).toThrow('[slice-forward]');
  });
});

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
