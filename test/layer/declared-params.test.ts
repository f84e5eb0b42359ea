// What operators declare: parameters, geometry and roles; and the assumptions for a hand-written layer.

import { expect, test } from 'vitest';
import {
  batchNorm,
  chain,
  conv2d,
  convTranspose1d,
  crossEntropy,
  dropout,
  frozenNorm,
  initialize,
  type Layer,
  maxPool2d,
  parameterCount,
  relu,
  tensor,
} from '../../src/index.ts';
import { flatParams } from '../../src/layer/flat-params.ts';
import { outputs } from '../../src/window.ts';
import { examples } from '../layers.ts';

test.each(examples.filter(({ layer }) => layer.parameters))(
  '[layer-parameters] $name declares the parameters that it has, with a first value everywhere',
  ({ layer, shape }) => {
    const declared = layer.parameters!(shape);
    expect(Object.fromEntries(Object.entries(declared).map(([name, each]) => [name, each.shape]))).toEqual(
      layer.params(shape),
    );
    for (const { shape: axes, first, channelAxis } of Object.values(declared)) {
      const { data } = tensor(axes);
      first(data.fill(Number.NaN), 1, 'he');
      expect(data.some(Number.isNaN)).toBe(false);
      if (channelAxis !== undefined) expect(axes[channelAxis]).toBe(shape[shape.length - 1]);
    }
  },
);

/** Those with a window; the size of an upsampling is that of its result. */
const windowed = examples.filter(({ layer }) => Array.isArray(layer.attributes.size) && layer.name !== 'upsample');

test.each(windowed)(
  '[layer-geometry] the geometry of $name has as many positions as its output',
  ({ layer, shape }) => {
    const { batch, axes } = layer.geometry!(shape);
    const isTransposed = layer.name.startsWith('convTranspose');
    const y = isTransposed ? shape : layer.shape(shape);
    expect([batch, outputs(axes)]).toEqual([y[0], y.slice(1, -1).reduce((product, axis) => product * axis, 1)]);
  },
);

test('[layer-geometry] is that of the convolution from y to x for a transposed one', () => {
  const [, , axis] = convTranspose1d({ filters: 2, size: 3, stride: 2 }).geometry!([1, 4, 5]).axes;
  expect([axis.output, axis.input]).toEqual([4, 9]);
});

test('[layer-parameters] statistics are not trained, for any names', () => {
  expect(Object.entries(frozenNorm().parameters!([1, 2, 3])).filter(([, { trained = true }]) => !trained)).toHaveLength(
    2,
  );
  expect(parameterCount(frozenNorm(), [1, 2, 3])).toBe(6);
});

test('[layer-parameters] in a hand-written layer without declarations, matrices are random and the rest begins as 0', () => {
  const own: Layer = {
    ...relu(),
    parameters: undefined,
    params: () => ({ kernel: [3, 4], gain: [4] }),
  };
  const flat = flatParams(initialize(chain({ own }), [1, 2, 3], { seed: 1 }));
  expect(flat['own.kernel'].data.every((value) => value !== 0)).toBe(true);
  expect([...flat['own.gain'].data]).toEqual([0, 0, 0, 0]);
  expect(parameterCount(own, [1, 2, 3])).toBe(16);
});

test('[layer-parameters] the declarations of a hand-written layer are used', () => {
  const own: Layer = {
    ...relu(),
    params: () => ({ slope: [2] }),
    parameters: () => ({ slope: { shape: [2], first: (data) => data.fill(0.25), trained: false } }),
  };
  expect([...flatParams(initialize(own, [1, 2, 3])).slope.data]).toEqual([0.25, 0.25]);
  expect(parameterCount(own, [1, 2, 3])).toBe(0);
});

test('[layer-roles] an operator has the roles that it declares, and no others', () => {
  expect(dropout({ rate: 0.25 }).roles!.random!.reseeded(7).attributes).toEqual({ rate: 0.25, seed: 7 });
  expect(dropout().roles!.random!.after.name).toBe('identity');
  expect(batchNorm({ epsilon: 2 }).roles!.batchStatistics!.given.attributes).toEqual({ epsilon: 2 });
  expect(frozenNorm({ epsilon: 2 }).roles!.givenStatistics).toEqual({ epsilon: 2 });
  expect(crossEntropy({ labels: [3, 1] }).roles!.labels).toEqual([3, 1]);
  expect(conv2d({ filters: 3, size: 1 }).roles!.linear!.outputChannel([1, 1, 2, 3], 5)).toBe(2);
  expect(chain([]).arrangement).toBe('sequence');
  expect(maxPool2d({ size: 2 }).roles).toEqual({});
});
