// compile on a host without kernels: the bits of forward, by the loops.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Layer, Params, Shape, Tensor } from '../../src/index.ts';

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const wave = (shape: Shape, seed: number): Tensor => ({
  shape,
  data: Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => (((i + seed) * 40503) % 65536) / 9973 - 2,
  ),
});
const filled = (shapes: Params<Shape>, seed = 1): Params<Tensor> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => {
      if (!Array.isArray(shape)) return [name, filled(shape as Params<Shape>, seed + 7 * i)];
      const value = wave(shape, seed + i);
      return [name, name === 'variance' ? { ...value, data: value.data.map(Math.abs) } : value];
    }),
  );

it('[compile-bits] [numerics-hosts] of every layer, by itself and between others', async () => {
  const t = await import('../../src/index.ts');
  const { examples } = await import('../layers.ts');
  expect(t.host().runs).toBe('loops');
  const same = (name: string, layer: Layer, shape: Shape): void => {
    const [x, p] = [wave(shape, 3), filled(layer.params(shape))];
    const run = t.compile(layer, shape, p);
    const y = run(x);
    expect([name, y]).toEqual([name, layer.forward(x, p)]);
    expect(y.data).not.toBe(x.data);
    expect([name, run(x)]).toEqual([name, y]);
  };
  for (const { name, layer, shape } of examples) {
    same(name, layer, shape);
    if (shape.length > 1) {
      const scaled = t.chain({ before: t.scale({ factor: 2 }), layer });
      same(`${name} behind another`, scaled, shape);
      same(`${name} twice`, t.concat([layer, t.chain([t.relu(), layer])]), shape);
      same(`${name} added`, t.sum([layer, layer, t.chain([t.scale({ factor: -1 }), layer])]), shape);
    }
  }
  same('nothing', t.chain([]), [2, 3]);
});

it('[compile-arithmetic] filters by Winograd give what the kernels give', async () => {
  const net = async () => {
    const t = await import('../../src/index.ts');
    const layer = t.chain([t.conv2d({ filters: 64, size: 3, padding: 'same' }), t.relu()]);
    const shape = [1, 14, 14, 64];
    const p = filled(layer.params(shape));
    const x = wave(shape, 5);
    const [exact, winograd] = (['exact', 'winograd'] as const).map((arithmetic) =>
      t.compile(layer, shape, p, { arithmetic })(x),
    );
    expect(exact).toEqual(layer.forward(x, p));
    return { runs: t.host().runs, exact, winograd };
  };
  const loops = await net();
  vi.unstubAllGlobals();
  vi.resetModules();
  const kernels = await net();
  expect([loops.runs, kernels.runs]).toEqual(['loops', 'kernels']);
  expect(loops.winograd).toEqual(kernels.winograd);
  expect(loops.winograd).not.toEqual(loops.exact);
});

it('[compile-input] [compile-bits] refuses what the kernels refuse', async () => {
  const t = await import('../../src/index.ts');
  const run = t.compile(t.relu(), [2, 3], {});
  expect(run(t.tensor([1, 3], [-1, 0, 1])).data).toEqual(Float32Array.of(0, 0, 1));
  for (const shape of [
    [3, 3],
    [2, 2],
    [0, 3],
    [2, 3, 1],
  ])
    expect(() => run(t.tensor(shape))).toThrow(
      `compile: x must have the shape [2,3] it was compiled for, or a smaller batch, got [${shape}] [compile-input]`,
    );
  expect(() => run(t.tensor([2, 3], undefined, 'float64'))).toThrow(
    'compile: x must be float32, got float64 [compile-input]',
  );
  expect(() => run(5 as never)).toThrow('compile: x must be a tensor {shape, data}, got 5 [tensor-type]');
});
