// Upsampling: values, gradients, equal layers, and what is refused.

import { describe, expect, it } from 'vitest';
import { avgPool2d, conv1d, tensor } from '../../src/index.ts';
import { pad, type UpsampleAttributes, upsample } from '../../src/ops/index.ts';
import { counted, pulled, row } from './rows.ts';
import { dot, whole } from './whole.ts';

const up = (attributes: UpsampleAttributes, values: readonly number[] = [0, 8]) => row(upsample(attributes), values);

describe('upsample', () => {
  it('[upsample-nearest] repeats cells; the four ways to round', () => {
    expect(up({ scale: 3 })).toEqual([0, 0, 0, 8, 8, 8]);
    expect(up({ size: 3 }, [0, 1])).toEqual([0, 0, 1]);
    expect(up({ scale: 1.5 }, [1, 2, 3])).toEqual([1, 1, 2, 3]);
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
    expect(linear('half-pixel-or-first')).toEqual([0, 2, 6, 8]);
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

  it('[upsample-gradient] [pad-gradient] of several images, axes and channels it is the adjoint', () => {
    const layers = [
      upsample(),
      upsample({ mode: 'linear' }),
      pad({ padding: [[2, 1], 1], mode: 'reflect' }),
      pad({ padding: -1 }),
    ];
    for (const layer of layers) {
      const x = whole([2, 3, 4, 3]);
      const [y, pull] = layer.vjp(x, {});
      const dy = whole(y.shape, 7);
      expect(dot(x, pull(dy).x), layer.name).toBe(dot(y, dy));
    }
  });

  it('[upsample-nearest] its field is one cell, also for more than 4096 of them, and a convolution sees fewer', () => {
    expect(upsample().field([1, 4, 1])).toEqual([{ size: 1, step: 0.5, start: -0.5 }]);
    expect(upsample().field([1, 9000, 1])).toEqual([{ size: 1, step: 0.5, start: -3 }]);
    expect(conv1d({ filters: 1, size: 3 }).field([1, 8, 1])[0].size).toBe(3);
  });
});
