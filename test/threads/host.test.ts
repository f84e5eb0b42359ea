// Hosts that refuse workers, each in its way: one thread, the reason, the bits, and the next call. And workers that die unheard.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import * as t from '../../src/index.ts';
import { difference } from '../../src/testing/index.ts';
import { Crew } from '../../src/threads/crew.ts';
import { patience } from '../../src/threads/host.ts';
import { compileParallel, hostThreads } from '../../src/threads/index.ts';
import { fit, sgd } from '../../src/train/index.ts';
import { executable } from '../explorer/browser.ts';
import { hostOf, restoreHost } from './host-of.ts';

const usual = patience.milliseconds;
afterEach(() => {
  vi.restoreAllMocks();
  restoreHost();
  patience.milliseconds = usual;
});

const net = t.chain([t.conv2d({ filters: 64, size: 3 }), t.maxPool2d({ size: 2 }), t.flatten(), t.dense({ units: 3 })]);
const shape = [2, 22, 22, 16];
const params = t.initialize(net, shape, { seed: 3 });
const x = t.tensor(
  shape,
  Float32Array.from({ length: 2 * 22 * 22 * 16 }, (_, i) => ((i * 7919) % 1000) / 500 - 1),
);
const batches = { length: 3, examples: 6, epoch: () => Array(3).fill({ x, labels: [0, 2] }) };
const trained = async (threads: number) =>
  (await fit(net, params, batches, { optimizer: sgd({ rate: 0.01 }), epochs: 1, threads })).history;

const small = { resourceLimits: { maxOldGenerationSizeMb: 0.01, maxYoungGenerationSizeMb: 0.01 } };
describe.each<[kind: string, host: () => Worker[], why: RegExp]>([
  ['ends before it starts', () => hostOf(2, undefined, small), /memory limit/],
  ['ends at once', () => hostOf(2, () => 'process.exit()'), /it ended/],
  ['has a text that cannot be read', () => hostOf(2, () => '{'), /Unexpected end/],
  ['never answers', () => hostOf(2, () => 'setInterval(() => 0, 1e6)'), /they did not answer/],
  [
    'cannot load the module',
    () => hostOf(2, (text) => `WebAssembly.Instance = class { constructor() { throw Error('not here') } };${text}`),
    /not here/,
  ],
  [
    'cannot read a message',
    () => hostOf(2, (text) => `${text};require('node:worker_threads').parentPort.onmessageerror()`),
    /could not read a message/,
  ],
])('[threads-host] a worker that %s', (kind, host, why) => {
  const impatient = (): void => {
    if (kind === 'never answers') patience.milliseconds = 100;
  };

  test('leaves a compiled net to the calling thread, which knows why', async () => {
    const made = host();
    impatient();
    const run = compileParallel(net, shape, params);
    const other = compileParallel(net, shape, params);
    expect([run.threads, run.reason]).toEqual([2, undefined]);
    expect(difference(await run(x), net.forward(x, params))).toBeUndefined();
    expect(run.threads).toBe(1);
    expect(run.reason).toMatch(why);
    expect(hostThreads()).toEqual({ most: 1, reason: run.reason });
    const count = made.length;
    for (const each of [run, other, compileParallel(net, shape, params, { threads: 2 })])
      expect([difference(await each(x), net.forward(x, params)), each.threads]).toEqual([undefined, 1]);
    expect(made.length).toBe(count);
    hostOf();
    expect(hostThreads()).toEqual({ most: 2, reason: undefined });
  });

  test('leaves training to the calling thread, which knows why', async () => {
    host();
    impatient();
    expect(await trained(2)).toEqual(await trained(1));
    expect(hostThreads().reason).toMatch(why);
  });
});

test('[threads-host] a host that refuses shared memory when workers are to start computes on one thread', async () => {
  hostOf();
  const { SharedArrayBuffer: own } = globalThis;
  const run = compileParallel(net, shape, params);
  Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
  try {
    expect(difference(await run(x), net.forward(x, params))).toBeUndefined();
    expect([run.threads, run.reason]).toEqual([1, expect.stringMatching(/^it refuses memory that threads share/)]);
  } finally {
    globalThis.SharedArrayBuffer = own;
  }
  const refusing = class {
    constructor() {
      throw new RangeError('no more');
    }
  };
  vi.stubGlobal('SharedArrayBuffer', refusing);
  try {
    expect(hostThreads().reason).toBe('it refuses memory that threads share: no more');
    const some = await trained(2);
    vi.unstubAllGlobals();
    expect(some).toEqual(await trained(1));
  } finally {
    vi.unstubAllGlobals();
  }
});

test.each([0, 1, 3])(
  '[threads-host] a host that refuses shared memory after %i requests: a net with a reason has one thread',
  async (granted) => {
    hostOf();
    const own = WebAssembly.Memory;
    let left = granted;
    vi.spyOn(WebAssembly, 'Memory').mockImplementation(function (given) {
      if (given.shared && left-- <= 0) throw new RangeError('no more');
      return new own(given);
    });
    const run = compileParallel(net, shape, params);
    vi.restoreAllMocks();
    expect(difference(await run(x), net.forward(x, params))).toBeUndefined();
    expect(run.threads).toBe(run.reason === undefined ? 2 : 1);
  },
);

test('[threads-host] an event loop that was blocked for longer than a worker may take has lost none', async () => {
  hostOf();
  patience.milliseconds = 1000;
  const run = compileParallel(net, shape, params);
  const y = run(x);
  await undefined;
  await undefined;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
  expect(difference(await y, net.forward(x, params))).toBeUndefined();
  expect([run.threads, run.reason]).toEqual([2, undefined]);
});

test('[train-threads] a worker that dies unheard within a step is an error, and the next run works', async () => {
  const made = hostOf();
  const { run } = Crew.prototype;
  let deaths = 0;
  vi.spyOn(Crew.prototype, 'run').mockImplementation(function (this: Crew, sections, make) {
    patience.milliseconds = 300; // which is too short for workers that start on a busy machine
    // The event loop does not turn within a step: nobody hears that the worker ends.
    if (deaths++ === 0) void made[0].terminate();
    run.call(this, sections, make);
  });
  // Enough steps for the worker to start and to end meanwhile.
  const many = { length: 20_000, examples: 40_000, epoch: () => Array(20_000).fill({ x, labels: [0, 2] }) };
  const options = { optimizer: sgd({ rate: 0.01 }), epochs: 1, threads: 2 };
  await expect(fit(net, params, many, options)).rejects.toThrow(
    /fit: a worker must not end during training, got it (did not answer|ended) \[train-threads\]/,
  );
  expect(deaths).toBeGreaterThan(0);
  hostOf();
  expect(await trained(2)).toEqual(await trained(1));
});

test('[threads-host] Node without the permission to make workers computes on one thread', () => {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
  const dist = (path: string): string => pathToFileURL(join(import.meta.dirname, '../../dist', path)).href;
  const script = `
    import { conv2d, tensor } from '${dist('index.js')}';
    import { compileParallel, hostThreads } from '${dist('threads/index.js')}';
    process.getBuiltinModule('node:os').availableParallelism = () => 2;
    const run = compileParallel(conv2d({ filters: 1, size: 1, bias: false }), [1, 1, 1, 1], { weight: tensor([1, 1, 1, 1], [3]) });
    console.log((await run(tensor([1, 1, 1, 1], [2]))).data[0], run.threads, hostThreads().reason);`;
  const flags = [flag, '--allow-fs-read=*', '--no-warnings', '--input-type=module', '--eval', script];
  const { stdout } = spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 60_000 });
  expect(stdout).toMatch(/^6 1 its workers do not start: Access to this API has been restricted/);
});

describe.skipIf(executable === undefined)('[threads-host] in Chromium, on a page that is cross-origin isolated', () => {
  /** Serves dist; the policy of a page is its query. */
  const server = createServer(async ({ url = '' }, response) => {
    const { pathname, search } = new URL(url, 'http://localhost');
    const isScript = pathname.startsWith('/dist/');
    response.writeHead(200, {
      'content-type': isScript ? 'text/javascript' : 'text/html',
      'content-security-policy': decodeURIComponent(search.slice(1)),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(isScript ? await readFile(join(import.meta.dirname, '../..', pathname)) : '<!doctype html>');
  });
  let browser: Browser;
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    browser = await chromium.launch({ executablePath: executable as string, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
    server.closeAllConnections();
  });

  const script = `(async () => {
    const { conv2d, initialize, tensor } = await import('/dist/index.js');
    const { compileParallel, hostThreads } = await import('/dist/threads/index.js');
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 });
    const before = hostThreads();
    const [net, shape] = [conv2d({ filters: 64, size: 3 }), [1, 22, 22, 16]];
    const params = initialize(net, shape, { seed: 1 });
    const x = tensor(shape, Float32Array.from({ length: 7744 }, (_, i) => ((i * 7919) % 1000) / 500 - 1));
    const run = compileParallel(net, shape, params);
    const ys = [await run(x), await run(x)];
    const expected = net.forward(x, params).data;
    const isSame = ys.every(({ data }) => data.every((value, i) => Object.is(value, expected[i])));
    return { before, isSame, threads: run.threads, reason: run.reason, after: hostThreads() };
  })()`;

  test.each([
    ["worker-src 'none'", 1],
    ["worker-src 'self'", 1],
    ['worker-src blob:', 2],
  ])('a policy of %s leaves %i', async (workers, threads) => {
    const page = await browser.newPage();
    const policy = encodeURIComponent(`default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; ${workers}`);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?${policy}`);
    const reason = threads === 1 ? expect.stringMatching(/^its workers do not start: .{10}/) : undefined;
    expect(await page.evaluate(script)).toEqual({
      before: { most: 2, reason: undefined },
      ...{ isSame: true, threads, reason },
      after: { most: threads, reason },
    });
  });
});
