// The kernels of pad, upsample, product and functions of one number against `forward`: channels on both sides of a vector of
// four, one cell or channel on every axis, and something around them that moves their tensors or uses their memory.

import { describe, expect, test } from 'vitest';
import type { Activation } from '../../src/compile/activation.ts';
import { Recorder } from '../../src/compile/recorder.ts';
import type { Layer, Shape, Value } from '../../src/index.ts';
import * as t from '../../src/index.ts';
import * as o from '../../src/ops/index.ts';
import { sizeOf } from '../../src/tensor.ts';
import { fenced, watched } from '../kernels/fences.ts';
import { firstDifference } from '../kernels/twins.ts';

const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-45, 6, -3, 3];

/** Numbers of both signs, among them special ones. */
const filled = (shape: Shape, seed: number): t.Tensor =>
  t.tensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
      const drawn = Math.imul(i + seed, 0x9e3779b1) >>> 8;
      return drawn % 23 === 0 ? SPECIAL[drawn % SPECIAL.length] : (drawn & 0xfff) / 0x199 - 5;
    }),
  );

/** A program in which no layer may be called back. */
class Strict extends Recorder {
  override call(layer: Layer): Value {
    throw new Error(`${layer.name} is called back`);
  }
}

function isWithoutCalls(net: Layer, shape: Shape): boolean {
  const program = new Strict('exact');
  const [, x] = program.input(shape);
  return program.dense(program.layer(net, x, t.initialize(net, shape, { seed: 1 })) as Activation).dense;
}

const padding = (rank: number): readonly (readonly [number, number])[] =>
  Array.from({ length: rank }, (_, i) => [i + 1, 2 - i] as const);

/** A gate of one cell: a number for each channel, or one for all. */
const gate = (rank: number, filters: number): Layer => {
  const conv = [t.conv1d, t.conv2d, t.conv3d][rank - 1];
  return t.chain([t.globalMaxPool({ keep: true }), conv({ filters, size: 1 })]);
};

const kinds: Readonly<Record<string, (rank: number, C: number) => Layer>> = {
  'pad, constant': (rank) => o.pad({ padding: padding(rank), value: 1.5 }),
  'pad, reflect': (rank) => o.pad({ padding: padding(rank), mode: 'reflect' }),
  'pad, edge': () => o.pad({ padding: 2, mode: 'edge' }),
  'pad, wrap': (rank) => o.pad({ padding: padding(rank), mode: 'wrap' }),
  'upsample, nearest': () => o.upsample({ scale: 2 }),
  'upsample, linear': () => o.upsample({ scale: 2.5, mode: 'linear' }),
  'upsample, linear, one cell': () => o.upsample({ size: 1, mode: 'linear', coordinates: 'asymmetric' }),
  'product, channels': (rank, C) => o.product([t.identity(), gate(rank, C)]),
  'product, one number': (rank) => o.product([gate(rank, 1), t.identity(), t.identity()]),
  'product, one channel': (rank) =>
    o.product([[t.conv1d, t.conv2d, t.conv3d][rank - 1]({ filters: 1, size: 1 }), t.identity()]),
  'product, one channel last': (rank) => o.product([t.identity(), gate(rank, 1)]),
  'product, a square': () => o.product([t.identity(), t.identity()]),
  clip: () => o.clip({ min: -1, max: 2 }),
  hardSigmoid: () => o.hardSigmoid({ alpha: 1 / 6 }),
  hardSwish: () => o.hardSwish(),
  prelu: () => t.prelu(),
  'prelu, shared': () => t.prelu({ shared: true }),
  leakyRelu: () => t.leakyRelu(),
};

const surroundings: Readonly<Record<string, (layer: Layer, rank: number, C: number) => Layer>> = {
  nothing: (layer) => layer,
  'a rectifier behind': (layer) => t.chain([t.relu(), layer, t.frozenNorm(), t.relu()]),
  'a padded convolution around': (layer, rank, C) => {
    const conv = [t.conv1d, t.conv2d, t.conv3d][rank - 1];
    return t.chain([conv({ filters: C, size: 3, padding: 1 }), layer, conv({ filters: 2, size: 3, padding: 1 })]);
  },
  'into and out of a concatenation': (layer) => t.concat([layer, layer, t.chain([t.concat([layer, layer]), t.relu()])]),
};

describe.each(Object.entries(kinds))('%s', (_, make) => {
  test.each(Object.entries(surroundings))(
    '[compile-bits] [kernel-blocks] has the bits of forward, and writes nothing beside its result: %s',
    (_, surround) => {
      for (const space of [[1], [3, 1], [2, 1, 3]])
        for (const C of [1, 4, 5]) {
          const shape = [1 + (C % 2), ...space, C];
          const net = surround(make(space.length, C), space.length, C);
          const params = t.initialize(net, shape, { seed: C });
          const x = filled(shape, C);
          const y = fenced((fences) => watched(fences, net, shape, params)(x));
          expect(firstDifference(y, net.forward(x, params).data as Float32Array), `[${shape}]`).toBe(-1);
          expect(isWithoutCalls(net, shape)).toBe(true);
        }
    },
  );
});

test('[compile-bits] a product over four axes of space, some repeated, is called back', () => {
  const net = o.product([o.slice({ axes: [1], starts: [0], ends: [1] }), t.identity()]);
  const x = filled([1, 2, 3, 2, 2, 3], 1);
  expect(() => isWithoutCalls(net, x.shape)).toThrow('called back');
  expect(t.compile(net, x.shape, {})(x).data).toEqual(net.forward(x, {}).data);
});

test('[compile-bits] a net like those of MobileNet has no layer that is called back, and the bits of forward', () => {
  const unit = (filters: number, groups = 1): Record<string, Layer> => ({
    conv: t.conv2d({ filters, size: groups > 1 ? 3 : 1, padding: 'same', groups, bias: false }),
    norm: t.frozenNorm(),
  });
  const excitation = t.chain({
    pool: t.globalAvgPool({ keep: true }),
    reduce: t.conv2d({ filters: 2, size: 1 }),
    relu: t.relu(),
    expand: t.conv2d({ filters: 8, size: 1 }),
    gate: o.hardSigmoid({ alpha: 1 / 6 }),
  });
  const body = t.chain({
    ...unit(8),
    clip: o.clip({ min: 0, max: 6 }),
    depthwise: t.chain(unit(8, 8)),
    swish: o.hardSwish(),
    excite: o.product({ skip: t.identity(), excitation }),
    project: t.chain(unit(5)),
  });
  const net = t.chain({
    pad: o.pad({
      padding: [
        [0, 1],
        [0, 1],
      ],
    }),
    stem: t.conv2d({ filters: 5, size: 3, stride: 2 }),
    prelu: t.prelu(),
    block: t.sum({ body, skip: t.identity() }),
    up: o.upsample({ mode: 'linear' }),
    pool: t.globalAvgPool(),
    fc: t.dense({ units: 3 }),
  });
  const x = filled([2, 8, 10, 3], 3);
  const params = t.initialize(net, x.shape, { seed: 1 });
  expect(isWithoutCalls(net, x.shape)).toBe(true);
  expect(
    firstDifference(
      t.compile(net, x.shape, params)(x).data as Float32Array,
      net.forward(x, params).data as Float32Array,
    ),
  ).toBe(-1);
});
