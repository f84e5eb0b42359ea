// Compiled nets against `forward`, bit for bit; what they refuse; and that their memory goes when they go.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Layer, Params, Shape, Tensor } from '../../src/index.ts';
import * as t from '../../src/index.ts';
import { sizeOf } from '../../src/tensor.ts';
import { difference } from '../../src/testing/index.ts';
import { fenced, watched } from '../kernels/fences.ts';
import { firstDifference } from '../kernels/twins.ts';
import { examples as layers } from '../layers.ts';
import { isSlow } from '../some.ts';
import { examples, paramsOf, reversed } from './random-nets.ts';

/** Numbers of both signs without a short period. */
const filled = (shape: Shape, seed: number): Tensor =>
  t.tensor(
    shape,
    Float32Array.from(
      { length: sizeOf(shape) },
      (_, i) => ((Math.imul(i + seed, 0x9e3779b1) >>> 8) & 0xfff) / 0x719 - 1,
    ),
  );

const initialized = (net: Layer, shape: Shape) => t.initialize(net, shape, { seed: 1 });

/** A net with a residual block, an inception module, and a layer that has no kernel. */
const mixed = t.chain({
  first: t.conv2d({ filters: 8, size: 3, padding: 1 }),
  block: t.sum({ body: t.chain([t.conv2d({ filters: 8, size: 3, padding: 1 }), t.relu()]), skip: t.identity() }),
  module: t.concat([t.conv2d({ filters: 3, size: 1 }), t.conv2d({ filters: 5, size: 5, padding: 2 }), t.identity()]),
  stranger: reversed,
  pool: t.maxPool2d({ size: 2 }),
  flat: t.flatten(),
  out: t.dense({ units: 4 }),
});
const shape = [2, 6, 8, 3];

/** Compiles and compares, for some inputs one after the other. */
function expectForward(net: Layer, params: Params<Tensor>, ...xs: Tensor[]): void {
  const run = t.compile(net, xs[0].shape, params);
  for (const x of xs) expect(difference(run(x), net.forward(x, params))).toBeUndefined();
}

describe('compiled nets give the bits of forward', () => {
  test('[compile-bits] [kernel-memory] any composition of layers, call after call, and no step writes beside its result', () => {
    fc.assert(
      fc.property(examples, ({ net, params, x, other }) => {
        expectForward(net, params, x, other, x);
        const y = fenced((fences) => watched(fences, net, x.shape, params)(x));
        expect(firstDifference(y, net.forward(x, params).data as Float32Array)).toBe(-1);
      }),
      // Nets shrink slowly; the first failure says enough.
      { numRuns: isSlow ? 500 : 120, endOnFailure: true },
    );
  });

  test.each(layers)('[compile-bits] $name', ({ layer, shape }) => {
    expectForward(layer, initialized(layer, shape), filled(shape, 1), filled(shape, 2));
  });

  test.each(layers.filter(({ shape, layer }) => shape.length > 1 && !/Entropy|Error/.test(layer.name)))(
    '[compile-input] $name: batches up to the one it was compiled for',
    ({ layer, shape }) => {
      const [B, params] = [shape[0], initialized(layer, shape)];
      const planned = [B + 2, ...shape.slice(1)];
      const run = t.compile(layer, planned, params);
      for (const batch of [B + 2, 1, B, B + 1, B + 2]) {
        const x = filled([batch, ...shape.slice(1)], batch);
        expect(difference(run(x), layer.forward(x, params))).toBeUndefined();
      }
    },
  );

  test('[compile-input] a net of every kind of step, for batches up to the one it was compiled for', () => {
    const params = initialized(mixed, shape);
    const run = t.compile(mixed, [5, ...shape.slice(1)], params);
    for (const batch of [5, 2, 1, 4, 5, 3]) {
      const x = filled([batch, ...shape.slice(1)], batch);
      expect(difference(run(x), mixed.forward(x, params))).toBeUndefined();
    }
  });

  const conv = t.conv2d({ filters: 3, size: 3, padding: 1 });
  test.each([
    ['a rectifier before a norm', t.chain([conv, t.relu(), t.frozenNorm(), t.relu()])],
    [
      'a norm and a rectifier after depthwise convolutions',
      t.chain([
        t.conv2d({ filters: 9, size: 1 }),
        ...[1, 2].flatMap((d) => [
          t.depthwiseConv2d({ size: 3, dilation: d, padding: d, bias: d === 1 }),
          t.frozenNorm(),
          t.relu(),
        ]),
      ]),
    ],
    ['two norms', t.chain([conv, t.frozenNorm(), t.frozenNorm()])],
    ['a part that comes first and last', t.chain([conv, t.sum([t.identity(), conv, t.identity()]), conv])],
    ['a part that comes twice', t.chain([conv, t.sum([t.identity(), t.identity()]), conv])],
    ['a tensor that is concatenated twice', t.chain([conv, t.concat([t.identity(), t.relu(), t.identity()]), conv])],
    ['a part of a concatenation that is also added', t.chain([conv, t.sum([t.identity(), t.concat([t.identity()])])])],
    [
      'tensors of one axis',
      t.chain([t.concat([t.identity(), t.relu(), t.concat([t.relu()])]), t.sum([t.relu(), t.identity()])]),
      [3],
    ],
    ['nothing but moves', t.chain([t.flatten(), t.flatten(), t.identity()])],
  ] as [string, Layer, Shape?][])('[compile-bits] %s', (_, net, x = shape) => {
    const params = paramsOf(net.params(x), (length) => filled([length], length).data as Float32Array);
    expectForward(net, params, filled(x, 1), filled(x, 2));
  });

  test('[compile-bits] two compiled nets do not disturb each other', () => {
    const params = [initialized(mixed, shape), t.initialize(mixed, shape, { seed: 2 })];
    const nets = params.map((p) => t.compile(mixed, shape, p));
    for (const seed of [1, 2, 3]) {
      const x = filled(shape, seed);
      nets.forEach((run, i) => {
        expect(difference(run(x), mixed.forward(x, params[i]))).toBeUndefined();
      });
    }
  });

  test.each([Infinity, -Infinity, Number.NaN])('[compile-bits] %d in a weight does not meet padding', (odd) => {
    const net = t.chain([t.conv2d({ filters: 2, size: 3, padding: 1 }), t.relu(), t.conv2d({ filters: 2, size: 1 })]);
    const params = initialized(net, [1, 4, 5, 2]) as Record<number, Record<string, Tensor>>;
    params[0].weight.data[3] = odd;
    expectForward(net, params as Params<Tensor>, filled([1, 4, 5, 2], 1));
  });

  test('[compile-bits] ∞ and NaN of one call leave nothing for the next', () => {
    const params = initialized(mixed, shape);
    const odd = filled(shape, 1);
    odd.data.fill(Number.NaN);
    odd.data[7] = Infinity;
    expectForward(mixed, params, filled(shape, 1), odd, filled(shape, 2));
  });

  test('[compile-bits] a layer that stands for another by its own forward is asked, not the other', () => {
    const doubled: Layer = {
      ...t.relu(),
      forward: (x) =>
        t.tensor(
          x.shape,
          x.data.map((v) => 2 * v),
        ),
    };
    expectForward(t.chain([t.identity(), doubled, t.relu()]), {}, filled([2, 3], 1));
  });

  test('[compile-bits] a layer that breaks its promise of a shape is refused when it does', () => {
    const broken: Layer = { ...reversed, forward: () => t.tensor([1]) };
    const run = t.compile(broken, [1, 3], {});
    expect(() => run(filled([1, 3], 1))).toThrow(/reversed: y must have shape \[1,3\], got \[1\] \[layer-rules\]/);
  });
});

describe('what a compiled net takes', () => {
  const net = t.chain([t.conv1d({ filters: 2, size: 2 }), t.relu()]);
  const params = initialized(net, [1, 5, 3]);
  const run = t.compile(net, [1, 5, 3], params);
  const expectWorking = () =>
    expect(difference(run(filled([1, 5, 3], 4)), net.forward(filled([1, 5, 3], 4), params))).toBeUndefined();

  test('[compile-input] another shape or type is refused, and the next call works', () => {
    const clause = (name: string) => expect.objectContaining({ clause: name });
    expect(() => run(filled([1, 3, 5], 1))).toThrow(
      /compile: x must have the shape \[1,5,3\].* got \[1,3,5\] \[compile-input\]/,
    );
    expectWorking();
    expect(() => run(t.toFloat64(filled([1, 5, 3], 1)))).toThrow(TypeError);
    expectWorking();
    expect(() => run([1, 2] as never)).toThrow(clause('tensor-type'));
    expectWorking();
  });

  test('[compile-input] a call that fails half-way leaves nothing for the next one', () => {
    let fails = true;
    const moody: Layer = {
      ...reversed,
      forward(x) {
        if (fails) throw new Error('planned');
        return reversed.forward(x, {});
      },
    };
    const around = t.chain([t.relu(), moody, t.maxPool1d({ size: 2 })]);
    const compiled = t.compile(around, [1, 4, 2], {});
    const x = filled([1, 4, 2], 1);
    expect(() => compiled(x)).toThrow('planned');
    fails = false;
    expect(difference(compiled(x), around.forward(x, {}))).toBeUndefined();
  });

  test('[compile-input] shape and parameters are checked when it is made', () => {
    expect(() => t.compile(net, [1, 1, 3], params)).toThrow(/\[window-fit\]/);
    expect(() => t.compile(net, [1, 5, 4], params)).toThrow(/\[layer-params\]/);
    expect(() => t.compile(net, [1, 5, 3], {})).toThrow(/\[layer-params\]/);
    expect(() => t.compile(net, [1, 5, 3], { ...params, 2: {} })).toThrow(/\[layer-params\]/);
    expect(() => t.compile(net, '1x5x3' as never, params)).toThrow(/\[tensor-shape\]/);
    expect(() => t.compile({} as never, [1, 5, 3], params)).toThrow(/\[layer-rules\]/);
  });

  test('[compile-input] x and the parameters stay as they are, and belong to the caller again', () => {
    const own = structuredClone(params) as typeof params;
    const x = filled([1, 5, 3], 1);
    const compiled = t.compile(net, [1, 5, 3], own);
    const y = compiled(x);
    expect(difference(x, filled([1, 5, 3], 1))).toBeUndefined();
    expect(own).toEqual(params);
    for (const each of Object.values(own[0] as Record<string, Tensor>)) each.data.fill(7);
    const again = compiled(x);
    expect(difference(again, y)).toBeUndefined();
    expect(again.data.buffer).not.toBe(y.data.buffer);
  });
});

test.each([
  // E ((C + 4) F + 3 (C + F)) < 9 P C F: at 8 channels and filters on 4×4 positions both sides are 9216.
  [4, 8, 8, false],
  [4, 9, 8, true],
  [4, 6, 9, false],
  [4, 7, 9, true],
  [16, 2, 8, false],
  [16, 3, 8, true],
])(
  '[compile-arithmetic] winograd pays on %i² positions of %i channels for %i filters: %s',
  (side, channels, filters, pays) => {
    const net = (algorithm: 'auto' | 'winograd') => t.conv2d({ filters, size: 3, algorithm });
    const x = filled([1, side + 2, side + 2, channels], 1);
    const params = initialized(net('auto'), x.shape);
    const [exact, asked] = (['auto', 'winograd'] as const).map((algorithm) => net(algorithm).forward(x, params));
    expect(difference(exact, asked)).toBeDefined();
    const y = t.compile(net('auto'), x.shape, params, { arithmetic: 'winograd' })(x);
    expect(difference(y, pays ? asked : exact)).toBeUndefined();
  },
);

test('[compile-arithmetic] winograd gives the bits of that algorithm where it pays, and exact ones elsewhere', () => {
  const netOf = (algorithm: 'auto' | 'winograd') =>
    t.chain([
      t.conv2d({ filters: 16, size: 3, padding: 1 }),
      t.relu(),
      t.conv2d({ filters: 17, size: 3, padding: 1, algorithm }),
      t.conv2d({ filters: 3, size: 3, stride: 2 }),
    ]);
  const [plain, asked] = [netOf('auto'), netOf('winograd')];
  const params = initialized(plain, [2, 17, 19, 3]);
  const x = filled([2, 17, 19, 3], 1);
  const run = t.compile(plain, x.shape, params, { arithmetic: 'winograd' });
  expect(difference(run(x), asked.forward(x, params))).toBeUndefined();
  expect(difference(run(x), plain.forward(x, params))).toBeDefined();
  expectForward(asked, params, x);
  expect(() => t.compile(plain, x.shape, params, { arithmetic: 'fast' as never })).toThrow(/\[compile-arithmetic\]/);
});
