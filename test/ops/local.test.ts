// Locally connected layers: counts of the lectures, and equality with a convolution if all positions have the same
// weights.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conv2d, locallyConnected1d, locallyConnected2d, parameterCount, type Shape, tensor } from '../../src/index.ts';
import { cellsUnder, outputs, threeAxes, windowAxes } from '../../src/window.ts';
import { expectAdjoint, whole, wholeParams } from './whole.ts';

const pair = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));
const cases = fc
  .record({
    space: pair(1, 5),
    size: pair(1, 4),
    stride: pair(1, 3),
    padding: fc.constantFrom('same' as const, 'same-lower' as const, 1, 2, 3),
    batch: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 4 }),
    bias: fc.boolean(),
  })
  .map(({ space, batch, channels, ...attributes }) => ({
    attributes,
    shape: [batch, ...space.map((n, i) => Math.max(n, attributes.size[i])), channels] as Shape,
  }));

describe('locallyConnected', () => {
  it('[local-parameters] M2: zero-padded, width 3, n units: 3n − 2 weights; each unit has a bias', () => {
    const layer = locallyConnected1d({ filters: 1, size: 3, padding: 'same', bias: false });
    expect(parameterCount(layer, [1, 5, 1])).toBe(13);
    for (const n of [3, 4, 10]) expect(parameterCount(layer, [1, n, 1])).toBe(3 * n - 2);
    expect(layer.with({ attributes: { bias: true } }).params([1, 5, 1])).toEqual({ weight: [13, 1, 1], bias: [5, 1] });
  });

  it('[local-parameters] 10 filters of 10×10 on 209×209: 400,000 units, 40,000,000 weights, nothing allocated', () => {
    const layer = locallyConnected2d({ filters: 10, size: 10, bias: false });
    expect(layer.shape([1, 209, 209, 1])).toEqual([1, 200, 200, 10]);
    expect(parameterCount(layer, [1, 209, 209, 1])).toBe(40_000_000);
    expect(layer.cost([2, 209, 209, 1])).toBe(80_000_000);
  });

  it('[local-forward] the weights are in the order of the pairs (position, tap) inside the input', () => {
    const layer = locallyConnected1d({ filters: 1, size: 3, padding: 'same', bias: false });
    const y = layer.forward(tensor([1, 3, 1], [1, 10, 100]), { weight: tensor([7, 1, 1], [1, 2, 3, 4, 5, 6, 7]) });
    expect([...y.data]).toEqual([1 + 20, 3 + 40 + 500, 60 + 700]);
  });

  it('[local-forward] [local-parameters] with one filter bank at all positions it is a convolution', () => {
    fc.assert(
      fc.property(cases, ({ attributes, shape }) => {
        const shared = conv2d({ ...attributes, bias: false });
        const layer = locallyConnected2d({ ...attributes, bias: false });
        const { weight } = wholeParams(shared, shape);
        const [x, C, O] = [whole(shape), shape[3], attributes.filters];
        const window = shared.attributes as unknown as Parameters<typeof windowAxes>[1];
        const axes = threeAxes(windowAxes('test', window, shape.slice(1, 3)));
        const cells = new Int32Array(attributes.size[0] * attributes.size[1]);
        const rows: number[] = [];
        for (let p = 0; p < outputs(axes); p++) {
          cellsUnder(axes, p, cells);
          cells.forEach((cell, k) => {
            if (cell >= 0) rows.push(...weight.data.subarray(k * C * O, (k + 1) * C * O));
          });
        }
        const own = tensor(layer.params(shape).weight as Shape, rows, 'float64');
        expect(layer.forward(x, { weight: own })).toEqual(shared.forward(x, { weight }));
      }),
    );
  });

  it('[local-gradient] is adjoint in x and each parameter, and float32 gives the bits of float64', () => {
    fc.assert(
      fc.property(cases, ({ attributes, shape }) => {
        expectAdjoint(locallyConnected2d(attributes), shape);
      }),
    );
  });

  it('[local-forward] invalid values are refused before anything runs', () => {
    expect(() => locallyConnected1d({ filters: 0, size: 3 })).toThrow('[conv-filters]');
    expect(() => locallyConnected2d({ filters: 1, size: 3, dilation: 2 } as never)).toThrow('[layer-attributes]');
    expect(() => locallyConnected2d({ filters: 1, size: 3 }).shape([1, 2, 5, 1])).toThrow('[window-fit]');
  });
});
