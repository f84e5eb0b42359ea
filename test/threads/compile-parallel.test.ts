// Nets on real workers: the bits, the order of calls, workers that die, and what ends when.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import * as t from '../../src/index.ts';
import { lenet5 } from '../../src/nets/index.ts';
import { difference } from '../../src/testing/index.ts';
import { compileParallel, hostThreads } from '../../src/threads/index.ts';
import { reversed } from '../compile/random-nets.ts';
import { hostOf, restoreHost } from './host-of.ts';

afterEach(restoreHost);

/** Wide enough that threads share its convolutions, with a layer that has no kernel between them. */
const net = t.chain({
  first: t.conv2d({ filters: 64, size: 3, padding: 'same' }),
  norm: t.relu(),
  stranger: reversed,
  second: t.conv2d({ filters: 64, size: 3, padding: 'same' }),
  pool: t.maxPool2d({ size: 2 }),
  flat: t.flatten(),
  out: t.dense({ units: 10 }),
});
const shape = [2, 20, 20, 16];
const params = t.initialize(net, shape, { seed: 3 });
const image = (seed: number, own = shape): t.Tensor =>
  t.tensor(
    own,
    Float32Array.from({ length: own.reduce((a, b) => a * b) }, (_, i) => ((i * 7919 + seed) % 1000) / 500 - 1),
  );

describe('[threads-bits] the bits of forward', () => {
  test.each([1, 2, 3])('on %i workers, call after call and for a smaller batch', async (threads) => {
    const made = hostOf(4);
    const run = compileParallel(net, shape, params, { threads });
    const [x, other, one] = [image(1), image(2), image(3, [1, 20, 20, 16])];
    for (const each of [x, other, one, x, one])
      expect(difference(await run(each), net.forward(each, params))).toBeUndefined();
    expect(made.length).toBe(threads);
    expect(run.threads).toBe(threads);
    expect(run.reason).toBeUndefined();
  });

  test('of calls that do not wait for each other, whatever becomes of x', async () => {
    hostOf(2);
    const run = compileParallel(net, shape, params);
    const xs = [1, 2, 3, 4].map((seed) => image(seed));
    const expected = xs.map((x) => net.forward(x, params));
    const promises = xs.map((x) => run(x));
    for (const { data } of xs) data.fill(0);
    for (const [i, y] of (await Promise.all(promises)).entries()) expect(difference(y, expected[i])).toBeUndefined();
  });

  test('of nets that nobody holds while they compute', async () => {
    hostOf(2);
    const waiting = Array.from({ length: 6 }, (_, i) => compileParallel(net, shape, params)(image(i)));
    for (let i = 0; i < 200; i++) Array.from({ length: 1000 }, () => new Float32Array(1000));
    const expected = net.forward(image(5), params);
    expect(difference((await Promise.all(waiting))[5], expected)).toBeUndefined();
  });

  test('of a net with nothing to share, and by Winograd', async () => {
    hostOf(2);
    const small = lenet5();
    const start = t.initialize(small, [1, 32, 32, 1], { seed: 1 });
    const x = image(1, [1, 32, 32, 1]);
    expect(difference(await compileParallel(small, x.shape, start)(x), small.forward(x, start))).toBeUndefined();
    const winograd = { arithmetic: 'winograd' } as const;
    const own = await compileParallel(net, shape, params, { ...winograd, threads: 2 })(image(5));
    expect(difference(own, t.compile(net, shape, params, winograd)(image(5)))).toBeUndefined();
  });

  test('while the event loop turns', async () => {
    hostOf(2);
    const run = compileParallel(net, shape, params);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    for (let i = 0; i < 5; i++) await run(image(i));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('[threads-count] threads is a whole number of at least one, at most the processors', () => {
  test.each([0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 3])('%d of 2', (threads) => {
    hostOf(2);
    expect(() => compileParallel(net, shape, params, { threads })).toThrow(
      `compileParallel: threads must be a whole number from 1 to 2, the processors of this host, got ${threads} [threads-count]`,
    );
  });

  test.each(['2', null, {}, true])('%j is of another type', (threads) => {
    hostOf(2);
    expect(() => compileParallel(net, shape, params, { threads } as never)).toThrow(TypeError);
  });
});

test('[threads-host] a host says why it has one thread, and computes there', async () => {
  const { SharedArrayBuffer: own } = globalThis;
  hostOf(2);
  Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
  try {
    expect(hostThreads()).toEqual({ most: 1, reason: 'it has no memory that threads share' });
    const run = compileParallel(net, shape, params, { threads: 2 });
    expect([run.threads, run.reason]).toEqual([1, 'it has no memory that threads share']);
    expect(difference(await run(image(1)), net.forward(image(1), params))).toBeUndefined();
  } finally {
    globalThis.SharedArrayBuffer = own;
  }
  expect(hostThreads()).toEqual({ most: 2, reason: undefined });
});

describe('[threads-workers] workers', () => {
  test('that die are an error of the call, and the next call works', async () => {
    const made = hostOf(2);
    const run = compileParallel(net, shape, params);
    await run(image(1));
    const dying = run(image(1));
    const waiting = run(image(2));
    await made[1].terminate();
    await expect(dying).rejects.toThrow(/a worker must not end during a call, got it ended \[threads-workers\]$/);
    expect(difference(await waiting, net.forward(image(2), params))).toBeUndefined();
    // Between two calls: the next one starts others.
    await made[2].terminate();
    expect(difference(await run(image(3)), net.forward(image(3), params))).toBeUndefined();
    expect(made.length).toBe(6);
  });

  test('a layer whose own function throws is an error of the call, and the next call works', async () => {
    hostOf(2);
    let throws = true;
    const { emit: _, ...rest } = t.identity();
    const moody: t.Layer = {
      ...rest,
      forward: (x) => {
        if (throws) throw new RangeError('not today');
        return x;
      },
    };
    const own = t.chain([t.conv2d({ filters: 64, size: 3 }), moody]);
    const start = t.initialize(own, shape, { seed: 1 });
    const run = compileParallel(own, shape, start);
    await expect(run(image(1))).rejects.toThrow('not today');
    throws = false;
    expect(difference(await run(image(1)), own.forward(image(1), start))).toBeUndefined();
  });

  test('an x that does not fit is refused before anything runs', async () => {
    const made = hostOf(2);
    const run = compileParallel(net, shape, params);
    await expect(run(t.tensor([2, 20, 20, 3]))).rejects.toMatchObject({ clause: 'compile-input' });
    await expect(run(t.toFloat64(image(1)))).rejects.toBeInstanceOf(TypeError);
    expect(made.length).toBe(0);
  });

  const dist = (path: string): string => pathToFileURL(join(import.meta.dirname, '../../dist', path)).href;
  const script = `
    import { readdirSync } from 'node:fs';
    import { chain, conv2d, initialize, tensor } from '${dist('index.js')}';
    import { compileParallel } from '${dist('threads/index.js')}';
    process.getBuiltinModule('node:os').availableParallelism = () => 3;
    const net = chain([conv2d({ filters: 64, size: 3 }), conv2d({ filters: 64, size: 3 })]);
    const shape = [1, 24, 24, 16];
    const params = initialize(net, shape, { seed: 1 });
    const tasks = () => readdirSync('/proc/self/task').length;`;
  const inNode = (text: string, ...flags: string[]) =>
    spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', script + text], {
      encoding: 'utf8',
      timeout: 60_000,
    });

  test('hold the process during a call, and not after it', () => {
    const { stdout, status } = inNode(`
      const run = compileParallel(net, shape, params);
      run(tensor(shape)).then((y) => console.log(y.shape.join()));`);
    expect([stdout.trim(), status]).toEqual(['1,20,20,64', 0]);
  });

  test.skipIf(process.platform !== 'linux')('end when the net is garbage', () => {
    const { stdout, stderr } = inNode(
      `
      await compileParallel(net, shape, params, { threads: 1 })(tensor(shape));
      const before = tasks();
      for (let i = 0; i < 4; i++) await compileParallel(net, shape, params)(tensor(shape));
      const most = tasks();
      for (let i = 0; i < 100 && tasks() > before; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      console.log(most >= before + 9, tasks() <= before);`,
      '--expose-gc',
    );
    expect(stdout.trim(), stderr).toBe('true true');
  });
});
