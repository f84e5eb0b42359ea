// Where compiling with Winograd's arithmetic uses it: exactly where the formula of the spec says, on every host.

import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Layer, Shape } from '../../src/index.ts';
import * as t from '../../src/index.ts';
import { winogradPays } from '../../src/kernels/winograd.ts';
import { sizeOf } from '../../src/tensor.ts';
import { type ThreeAxes, windowAxes } from '../../src/window.ts';
import { firstDifference } from '../kernels/twins.ts';
import { type Library, netOf, recipes } from './counts.ts';
import { paramsOf } from './random-nets.ts';

test('[compile-arithmetic] E ((C + 4) F + 3 (C + F)) < 9 P C F, on both sides of every size where the answer turns', () => {
  const window = { size: [1, 3, 3], stride: [1, 1, 1], dilation: [1, 1, 1], padding: 'valid' as const, ceil: false };
  const upTo = (count: number, step: number): number => Math.ceil(count / step) * step;
  for (const m of [2, 4] as const)
    for (const [rows, columns] of [
      [1, 1],
      [2, 3],
      [4, 4],
      [4, 9],
      [5, 7],
      [8, 8],
      [13, 6],
      [16, 24],
    ])
      for (let channels = 1; channels <= 40; channels++)
        for (const filters of [1, 7, 8, 9, 16, 17, 40, 64]) {
          const axes = windowAxes('test', window, [1, rows + 2, columns + 2]) as unknown as ThreeAxes;
          const [E, F] = [(m + 2) ** 2 * upTo(Math.ceil(rows / m) * Math.ceil(columns / m), 4), upTo(filters, 8)];
          const pays = E * ((channels + 4) * F + 3 * (channels + F)) < 9 * rows * columns * channels * F;
          expect([
            rows,
            columns,
            channels,
            filters,
            winogradPays({ batch: 1, groups: 1, channels, filters, axes }, m),
          ]).toEqual([rows, columns, channels, filters, pays]);
        }
});

/** The library on a host without WebAssembly: the plain loops alone. */
let plain: Library;

beforeAll(async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  plain = await import('../../src/index.ts');
  expect(plain.host().runs).toBe('loops');
  vi.unstubAllGlobals();
});

/** A 3×3 convolution that pays. */
const filtering = (lib: Library, filters = 16): Layer => lib.conv2d({ filters, size: 3, padding: 1 });

/** A layer of somebody else that becomes a convolution when it is compiled, and that computes something else otherwise. */
function disguised(lib: Library): Layer {
  const inner = filtering(lib);
  return { ...inner, name: 'disguised', emit: (program, x, p) => program.relu(program.layer(inner, x, p)) };
}

/** A chain of somebody else, made of one of ours with another `forward`: its steps are not those of the chain. */
function derived(lib: Library): Layer {
  const inner = lib.chain([filtering(lib)]);
  return { ...inner, name: 'derived', forward: (x, p) => lib.relu().forward(inner.forward(x, p), {}) };
}

type Make = (lib: Library) => Layer;
const square: Shape = [2, 11, 13, 17];

/** Every step of a program, beside a convolution. */
const nets: readonly [what: string, make: Make, shape: Shape][] = [
  ['one convolution', (lib) => filtering(lib), square],
  ['groups', (lib) => lib.conv2d({ filters: 32, size: 3, padding: 1, groups: 2 }), [1, 12, 12, 32]],
  ['one that does not pay', (lib) => lib.conv2d({ filters: 1, size: 3 }), [1, 3, 3, 1]],
  ['a transposed one', (lib) => lib.chain([filtering(lib), lib.convTranspose2d({ filters: 3, size: 2 })]), square],
  ['a norm and a rectifier', (lib) => lib.chain([filtering(lib), lib.frozenNorm(), lib.relu()]), square],
  ['a maximum', (lib) => lib.chain([filtering(lib), lib.maxPool2d({ size: 2, ceil: true })]), square],
  [
    'an average',
    (lib) => lib.chain([filtering(lib), lib.avgPool2d({ size: 3, padding: 1, countPadding: true })]),
    square,
  ],
  ['an average of cells', (lib) => lib.chain([filtering(lib), lib.avgPool2d({ size: 3, padding: 1 })]), square],
  ['normalisation', (lib) => lib.chain([filtering(lib), lib.lrn({ size: 4, alpha: 0.5, beta: 0.6, k: 1.5 })]), square],
  ['a residual block', (lib) => lib.sum([filtering(lib, 17), lib.identity(), filtering(lib, 17)]), square],
  ['a concatenation', (lib) => lib.concat([filtering(lib), lib.identity(), filtering(lib, 9)]), square],
  ['a classifier', (lib) => lib.chain([filtering(lib), lib.flatten(), lib.dense({ units: 3 }), lib.softmax()]), square],
  [
    'a shared layer',
    (lib) => lib.shared(filtering(lib, 17), (same) => lib.chain([same, lib.maxPool2d({ size: 4 }), same])),
    square,
  ],
  ['a layer without steps', (lib) => lib.chain([filtering(lib), lib.leakyRelu()]), square],
  ['a layer of somebody else', disguised, square],
  ['a chain of somebody else', derived, square],
  ['nothing', (lib) => lib.identity(), square],
  ['another shape', (lib) => lib.flatten(), square],
];

const wave = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => ((Math.imul(i + 1, 0x9e3779b1) >>> 8) & 0xffff) / 0x7919 - 1);

/** Where a compiled net differs between a host with kernels and one without. */
function difference(make: Make, shape: Shape, arithmetic: 'exact' | 'winograd'): number {
  const net = make(t);
  const params = paramsOf(net.params(shape), wave);
  const x = t.tensor(shape, wave(sizeOf(shape)));
  const run = (lib: Library) => lib.compile(make(lib), shape, params, { arithmetic })(x);
  const [ours, theirs] = [run(t), run(plain)];
  expect(theirs.data).not.toBe(x.data);
  expect(theirs.shape).toEqual(ours.shape);
  return firstDifference(ours.data as Float32Array, theirs.data as Float32Array);
}

describe('[compile-arithmetic] a host without kernels gives the bits of one with kernels', () => {
  test.each(nets)('%s', (_, make, shape) => {
    for (const arithmetic of ['exact', 'winograd'] as const) expect(difference(make, shape, arithmetic)).toBe(-1);
  });

  test('and these are other bits than those of the exact sum', () => {
    const net = filtering(plain);
    const params = paramsOf(net.params(square), wave);
    const x = plain.tensor(square, wave(sizeOf(square)));
    const y = plain.compile(net, square, params, { arithmetic: 'winograd' })(x);
    expect(firstDifference(y.data as Float32Array, net.forward(x, params).data as Float32Array)).toBeGreaterThan(-1);
  });

  test('nets of any kind', () => {
    const window = { size: [3, 3, 3], stride: [1, 1, 1], dilation: [1, 1, 1], space: [8, 8, 1] };
    const some = fc.oneof(recipes(), recipes({ kind: 'conv', ...window }), recipes({ kind: 'grouped', ...window }));
    for (const recipe of fc.sample(some, { seed: 1, numRuns: 40 })) {
      const { shape } = netOf(t, recipe);
      expect([recipe, difference((lib) => netOf(lib, recipe).net, shape, 'winograd')]).toEqual([recipe, -1]);
    }
  });
});
