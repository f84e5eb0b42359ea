// Training whose steps threads share: the bits of one thread, bad input, workers that die.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as t from '../../src/index.ts';
import { onArena } from '../../src/kernels/scratch-arena.ts';
import { flatParams } from '../../src/layer/flat-params.ts';
import { allocating } from '../../src/tensor.ts';
import { Crew } from '../../src/threads/crew.ts';
import type { Section } from '../../src/threads/share.ts';
import type { Call } from '../../src/threads/shared-arena.ts';
import { ThreadedArena } from '../../src/threads/step-threads.ts';
import { type Batches, fit, momentum } from '../../src/train/index.ts';
import { firstDifference } from '../kernels/twins.ts';
import { isSlow } from '../some.ts';
import { hostOf, restoreHost } from './host-of.ts';

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {})); // of a batch of one example
afterEach(() => {
  vi.restoreAllMocks();
  restoreHost();
});

/** Every layer whose kernels are parted in training, wide enough that they are. */
const net = t.chain({
  first: t.conv2d({ filters: 20, size: 3, padding: 'same' }),
  norm: t.batchNorm(),
  relu: t.relu(),
  block: t.sum({
    body: t.chain([t.conv2d({ filters: 20, size: 3, padding: 1 }), t.batchNorm()]),
    skip: t.identity(),
  }),
  overlapping: t.maxPool2d({ size: 3, stride: 1, padding: 1 }),
  mean: t.avgPool2d({ size: [4, 3], stride: 1, padding: 'same' }),
  deep: t.depthwiseConv2d({ size: 3, stride: 2, padding: 1 }),
  tanh: t.tanh(),
  pool: t.maxPool2d({ size: 2 }),
  wide: t.conv2d({ filters: 44, size: 2, groups: 4, padding: 'same' }),
  flat: t.flatten(),
  out: t.dense({ units: 10 }),
});
const SIZES = [9, 11, 11, 11, 1, 11];

/**
 * Batches of several sizes, so that a step needs more memory than the one before, and some that are met again. Neither two nor
 * three threads can share the images of most of them evenly.
 */
const batches: Batches = {
  length: SIZES.length,
  examples: SIZES.reduce((a, b) => a + b),
  epoch: () =>
    SIZES.map((count, i) => ({
      x: t.tensor(
        [count, 24, 25, 5],
        Float32Array.from({ length: count * 24 * 25 * 5 }, (_, j) => ((j * 7919 + i) % 1000) / 500 - 1),
      ),
      labels: Int32Array.from({ length: count }, (_, j) => (i + j) % 10),
    })),
};
const params = t.initialize(net, [1, 24, 25, 5], { seed: 2 });
const options = { optimizer: momentum({ rate: 0.01 }), epochs: 2 };

const bitsOf = (own: t.Params<t.Tensor>): [string, Float32Array][] =>
  Object.entries(flatParams(own)).map(([name, { data }]) => [name, data as Float32Array]);

describe('[train-threads] the bits of one thread', () => {
  test('of a net of float64', async () => {
    hostOf(2);
    const wide = t.chain({
      conv: t.conv2d({ filters: 44, size: 3, padding: 'same' }),
      pool: t.maxPool2d({ size: 2 }),
      wide: t.conv2d({ filters: 22, size: 2, groups: 2 }),
      flat: t.flatten(),
      out: t.dense({ units: 10 }),
    });
    const own = t.initialize(wide, [1, 24, 25, 5], { seed: 2 });
    const doubled = (each: t.Params<t.Tensor>): t.Params<t.Tensor> =>
      Object.fromEntries(
        Object.entries(each).map(([name, value]) => [
          name,
          'data' in value ? t.toFloat64(value as t.Tensor) : doubled(value as t.Params<t.Tensor>),
        ]),
      );
    const of64: Batches = {
      ...batches,
      epoch: (...given) => [...batches.epoch(...given)].map((batch) => ({ ...batch, x: t.toFloat64(batch.x) })),
    };
    const run = vi.spyOn(Crew.prototype, 'run');
    const alone = await fit(wide, doubled(own), of64, { ...options, epochs: 1 });
    const shared = await fit(wide, doubled(own), of64, { ...options, epochs: 1, threads: 2 });
    expect(run.mock.calls.flatMap(([sections]) => sections.flat(2)).map(({ name }) => name)).toContain('accumulate');
    for (const [i, [name, data]] of bitsOf(shared.params).entries())
      expect([name, firstDifference(data, bitsOf(alone.params)[i][1])]).toEqual([name, -1]);
  });

  test.each([2, 3])('on %i threads', async (threads) => {
    const made = hostOf(3);
    const alone = await fit(net, params, batches, options);
    const run = vi.spyOn(Crew.prototype, 'run');
    const shared = await fit(net, params, batches, { ...options, threads });
    expect(run.mock.calls.length).toBeGreaterThan(10);
    const parted = run.mock.calls.flatMap(([sections]) => sections.filter((section) => section[1].length > 0));
    expect(new Set(parted.flat(2).map(({ name }) => name))).toContain('pool');
    expect(shared.history).toEqual(alone.history);
    const expected = new Map(bitsOf(alone.params));
    for (const [name, data] of bitsOf(shared.params)) expect(firstDifference(data, expected.get(name)!), name).toBe(-1);
    expect(made.length).toBe(threads - 1);
  });

  test('while workers start, and write the data of their module', async () => {
    hostOf(2);
    const small = t.chain([t.conv2d({ filters: 16, size: 5 }), t.flatten(), t.dense({ units: 10 })]);
    const shape = [16, 20, 20, 1];
    const start = t.initialize(small, shape, { seed: 1 });
    const x = t.tensor(
      shape,
      Float32Array.from({ length: 6400 }, (_, i) => ((i * 7919) % 1000) / 500 - 1),
    );
    const few = { length: 6, examples: 96, epoch: () => Array(6).fill({ x, labels: new Uint8Array(16) }) };
    const run = async (threads: number) => (await fit(small, start, few, { ...options, epochs: 1, threads })).history;
    const expected = await run(1);
    for (let i = 0; i < (isSlow ? 25 : 8); i++) expect(await run(2)).toEqual(expected);
  });

  test('wherever in a step the workers begin to serve', async () => {
    hostOf(2);
    const small = t.chain([
      t.conv2d({ filters: 24, size: 3 }),
      t.conv2d({ filters: 24, size: 3 }),
      t.flatten(),
      t.dense({ units: 10 }),
    ]);
    const shape = [12, 16, 16, 4];
    const start = t.initialize(small, shape, { seed: 1 });
    const x = t.tensor(
      shape,
      Float32Array.from({ length: 12 * 16 * 16 * 4 }, (_, i) => ((i * 7919) % 1000) / 500 - 1),
    );
    const few = { length: 8, examples: 96, epoch: () => Array(8).fill({ x, labels: new Uint8Array(12) }) };
    const run = async (threads: number) => (await fit(small, start, few, { ...options, epochs: 1, threads })).history;
    const expected = await run(1);
    const isServing = vi.spyOn(Crew.prototype, 'isServing', 'get');
    for (let first = 30; first < 60; first += 2) {
      let asked = 0;
      isServing.mockImplementation(() => ++asked > first);
      expect(await run(2)).toEqual(expected);
    }
  });

  test('on one thread no worker starts', async () => {
    const made = hostOf(3);
    await fit(net, params, batches, { ...options, threads: 1 });
    expect(made.length).toBe(0);
  });
});

test.each([0, 1.5, 4, Number.NaN])('[train-threads] threads %d of 3 is refused', async (threads) => {
  const made = hostOf(3);
  await expect(fit(net, params, batches, { ...options, threads })).rejects.toMatchObject({ clause: 'threads-count' });
  await expect(fit(net, params, batches, { ...options, threads: '2' as never })).rejects.toBeInstanceOf(TypeError);
  expect(made.length).toBe(0);
});

test('[train-threads] a worker that dies is an error of the run, and the next run works', async () => {
  const made = hostOf(2);
  const dying = fit(net, params, batches, {
    ...options,
    threads: 2,
    onCheckpoint: async () => void (await made[0].terminate()),
  });
  await expect(dying).rejects.toThrow('fit: a worker must not end during training, got it ended [train-threads]');
  const { step } = await fit(net, params, batches, { ...options, threads: 2 });
  expect(step).toBe(options.epochs * SIZES.length);
});

/** Trains on two threads; before the step numbered 2 `harm` is done to the crew, while the event loop does not turn. */
function harmed(harm: (sections: Parameters<Crew['run']>[0]) => Parameters<Crew['run']>[0]) {
  hostOf(2);
  const { run } = Crew.prototype;
  let isDone = false;
  vi.spyOn(Crew.prototype, 'run').mockImplementation(function (this: Crew, sections, make) {
    const own = isDone ? sections : harm(sections);
    isDone = true;
    run.call(this, own, make);
  });
  return fit(net, params, batches, { ...options, threads: 2 });
}

test('[train-threads] a worker that fails within a step is an error at once', async () => {
  const trapped = harmed((sections) =>
    sections.map((section, i) =>
      i > 0 ? section : section.map((calls, t) => (t === 0 ? calls : [{ name: 'zero', numbers: [-16, 64] } as const])),
    ),
  );
  await expect(trapped).rejects.toThrow('fit: a worker must not end during training, got it failed [train-threads]');
  vi.mocked(Crew.prototype.run).mockRestore();
  const { step } = await fit(net, params, batches, { ...options, threads: 2 });
  expect(step).toBe(options.epochs * SIZES.length);
});

test('[train-threads] workers that were given no memory serve none', async () => {
  const crew = await Crew.start(2);
  expect(crew.isServing).toBe(false);
  crew.end();
});

test('[train-threads] the process ends when training does', () => {
  const dist = (path: string): string => pathToFileURL(join(import.meta.dirname, '../../dist', path)).href;
  const script = `
    import { chain, conv2d, dense, flatten, initialize, tensor } from '${dist('index.js')}';
    import { fit, sgd } from '${dist('train/index.js')}';
    process.getBuiltinModule('node:os').availableParallelism = () => 2;
    const net = chain([conv2d({ filters: 32, size: 3 }), flatten(), dense({ units: 3 })]);
    const x = tensor([8, 20, 20, 8], new Float32Array(8 * 3200).fill(0.5));
    const batches = { length: 3, examples: 24, epoch: () => Array(3).fill({ x, labels: [0, 1, 2, 0, 1, 2, 0, 1] }) };
    const options = { optimizer: sgd({ rate: 0.01 }), epochs: 1, threads: 2 };
    const { step } = await fit(net, initialize(net, [1, 20, 20, 8], { seed: 1 }), batches, options);
    console.log(step);`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([stdout.trim(), status]).toEqual(['3', 0]);
});

test('[train-threads] a convolution of an array that is the same one in every step and holds other values', () => {
  const crew = {
    threads: 2,
    isServing: true,
    attach: () => undefined,
    run: (sections: readonly Section[], make: (call: Call) => void) => sections.flat(2).forEach(make),
  };
  const arena = new ThreadedArena(1 << 22, crew as unknown as Crew);
  const layer = t.conv2d({ filters: 40, size: 3, padding: 'same' });
  const x = t.tensor([2, 16, 16, 8]);
  const p = t.initialize(layer, x.shape, { seed: 1 });
  for (const step of [1, 2, 3]) {
    x.data.set(Float32Array.from(x.data, (_, i) => ((i * 7919 * step) % 1000) / 500 - 1));
    arena.clearTensors();
    const y = onArena(arena, () => allocating(arena.tensor, () => layer.forward(x, p)));
    expect(firstDifference(y.data as Float32Array, layer.forward(x, p).data as Float32Array)).toBe(-1);
  }
});
