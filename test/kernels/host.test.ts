// What a host lets run: each way to refuse the kernels is found out, said once, and gives the bits of the loops.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const bytes = readFileSync(join(root, 'build', 'kernels.wasm'));

beforeEach(() => {
  vi.resetModules();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const said = (): string[] => vi.mocked(console.warn).mock.calls.map(([text]) => text);

/** The library as a host loads it: with a state of its own. */
const load = () => import('../../src/index.ts');
type Library = Awaited<ReturnType<typeof load>>;

/** A convolution: its result, that of a compiled one, and its gradients for a dy that is the result; of another one that of w. */
function compute(t: Library): number[][] {
  const layer = t.conv2d({ filters: 1, size: 2 });
  const x = t.tensor([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const params = { weight: t.tensor([2, 2, 1, 1], [1, 2, 3, 4]), bias: t.tensor([1], [1]) };
  const run = t.compile(layer, x.shape, params);
  const [y, pull] = layer.vjp(x, params);
  const [two, pullTwo] = t.conv1d({ filters: 2, size: 1, bias: false }).vjp(t.tensor([1, 2, 1], [1, 2]), {
    weight: t.tensor([1, 1, 2], [1, 3]),
  });
  const gradients = [pull(y).params.weight, pullTwo(two).params.weight] as (typeof y)[];
  return [y, run(x), pull(y).x, ...gradients].map(({ data }) => [...data]);
}
const right = [
  [38, 48, 68, 78],
  [38, 48, 68, 78],
  [38, 124, 96, 182, 510, 348, 204, 506, 312],
  [796, 1028, 1492, 1724],
  [5, 15],
];

/** This host without some members of its WebAssembly. */
const without = (members: object) => ({ WebAssembly: Object.assign(Object.create(WebAssembly), members) });
const refuse = (error: Error) =>
  function () {
    throw error;
  };
const policy = "Refused because 'wasm-unsafe-eval'\n is not allowed";

const refusing: [what: string, globals: object, reason: RegExp][] = [
  ['has no WebAssembly', { WebAssembly: undefined }, /^it has no WebAssembly$/],
  [
    'has no vectors',
    without({ Module: refuse(new WebAssembly.CompileError('invalid opcode 0xfd')), validate: () => false }),
    /^its WebAssembly has no 128-bit vectors$/,
  ],
  [
    'forbids compiling',
    without({ Module: refuse(new WebAssembly.CompileError('disallowed by embedder')) }),
    /^it forbids compiling: disallowed by embedder$/,
  ],
  [
    'refuses an instance, as WebKit does under a strict policy',
    without({ Instance: refuse(new EvalError(policy)) }),
    /^it refuses to instantiate: Refused because 'wasm-unsafe-eval' is not allowed$/,
  ],
  [
    'refuses memory',
    without({ Memory: refuse(new RangeError('could not allocate memory')) }),
    /^it refuses memory: could not allocate memory$/,
  ],
  ['refuses without an error', without({ Memory: refuse(undefined as never) }), /^it refuses memory: undefined$/],
  ['has a WebAssembly without members', { WebAssembly: {} }, /^it forbids compiling: .*not a constructor$/],
  ['is big-endian', { Uint16Array: { of: () => ({ buffer: Uint8Array.of(0, 1).buffer }) } }, /^it is big-endian$/],
];

test.each(refusing)('[kernel-host] a host that %s runs the loops and says why, once', async (_, globals, reason) => {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  const t = await load();
  expect(t.host()).toEqual({ runs: 'loops', reason: expect.stringMatching(reason) });
  expect(said()).toEqual([]);
  for (let i = 0; i < 2; i++) expect(compute(t)).toEqual(right);
  expect(said()).toEqual([expect.stringMatching(/^toeplitz: .* plain JavaScript .* because .* \[kernel-host\]$/)]);
  expect(said()[0]).toContain(t.host().reason);
});

test('[kernel-host] a host without a console computes all the same', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  vi.stubGlobal('console', undefined);
  const results = compute(await load());
  vi.unstubAllGlobals();
  expect(results).toEqual(right);
});

test('[kernel-host] float64 says nothing: it runs the loops on every host', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  const t = await load();
  expect([...t.relu().forward(t.tensor([1, 2], [-1, 1], 'float64'), {}).data]).toEqual([0, 1]);
  expect(said()).toEqual([]);
});

test('[kernel-host] a host that refused once is not asked at each call', async () => {
  const Memory = vi.fn(refuse(new RangeError('could not allocate memory')));
  vi.stubGlobal('WebAssembly', without({ Memory }).WebAssembly);
  const t = await load();
  for (let i = 0; i < 3; i++) compute(t);
  expect(Memory).toHaveBeenCalledTimes(1);
});

test('[kernel-simd] this host runs the kernels, silently', async () => {
  const t = await load();
  expect(t.host()).toEqual({ runs: 'kernels', reason: undefined });
  const compiled = [1, 2].map(() => t.compile(t.relu(), [1, 2], {}));
  for (const run of compiled) expect([...run(t.tensor([1, 2], [-1, 1])).data]).toEqual([0, 1]);
  expect(compute(t)).toEqual(right);
  expect(said()).toEqual([]);
});

test('[kernel-simd] a host without a TextEncoder, such as jsdom, runs the kernels', async () => {
  vi.stubGlobal('TextEncoder', undefined);
  const t = await load();
  expect(t.host().runs).toBe('kernels');
  expect(compute(t)).toEqual(right);
});

test('[kernel-module] a module that is handed in runs where compiling is forbidden', async () => {
  const module = new WebAssembly.Module(bytes);
  const Module = Object.assign(refuse(new WebAssembly.CompileError('disallowed')), {
    customSections: WebAssembly.Module.customSections,
  });
  vi.stubGlobal('WebAssembly', without({ Module }).WebAssembly);
  const t = await load();
  t.useKernels(module);
  expect(t.host()).toEqual({ runs: 'kernels', reason: undefined });
  expect(compute(t)).toEqual(right);
  expect(said()).toEqual([]);
});

test('[kernel-module] where kernels run, the next call runs them from the module that was given', async () => {
  const { Instance } = WebAssembly;
  const modules: WebAssembly.Module[] = [];
  const noted = function (module: WebAssembly.Module, imports: WebAssembly.Imports) {
    modules.push(module);
    return new Instance(module, imports);
  };
  vi.stubGlobal('WebAssembly', without({ Instance: noted }).WebAssembly);
  const t = await load();
  const relu = () => [...t.relu().forward(t.tensor([1, 2], [-1, 1]), {}).data];
  expect([relu(), relu(), modules.length]).toEqual([[0, 1], [0, 1], 1]);
  const module = new WebAssembly.Module(bytes);
  t.useKernels(module);
  expect([relu(), relu(), modules.length]).toEqual([[0, 1], [0, 1], 2]);
  expect(modules[1]).toBe(module);
});

test('[kernel-module] it replaces the loops of a host that has refused, as often as it is given', async () => {
  const module = new WebAssembly.Module(bytes);
  const Module = Object.assign(refuse(new WebAssembly.CompileError('disallowed')), {
    customSections: WebAssembly.Module.customSections,
  });
  vi.stubGlobal('WebAssembly', without({ Module }).WebAssembly);
  const t = await load();
  expect(compute(t)).toEqual(right);
  expect(t.host().runs).toBe('loops');
  for (let i = 0; i < 2; i++) {
    t.useKernels(module);
    expect(t.host().runs).toBe('kernels');
    expect(compute(t)).toEqual(right);
  }
});

test('[kernel-module] where even an instance is refused, the loops run on, with the new reason', async () => {
  vi.stubGlobal('WebAssembly', without({ Instance: refuse(new EvalError(policy)) }).WebAssembly);
  const t = await load();
  t.useKernels(new WebAssembly.Module(bytes));
  expect(compute(t)).toEqual(right);
  expect(t.host().reason).toMatch(/^it refuses to instantiate/);
});

test('[kernel-module] what is not a module is refused by its type, also without WebAssembly', async () => {
  const t = await load();
  const nonsense = [undefined, null, 5, 'kernels.wasm', {}, bytes, { [Symbol.toStringTag]: 'WebAssembly.Module' }];
  for (const each of nonsense) {
    expect(() => t.useKernels(each as WebAssembly.Module)).toThrow(TypeError);
    expect(() => t.useKernels(each as WebAssembly.Module)).toThrow(/useKernels: module must be .* \[kernel-module\]$/);
  }
  vi.stubGlobal('WebAssembly', undefined);
  expect(() => t.useKernels({})).toThrow(TypeError);
});

test('[kernel-module] other modules, and the kernels of another version, are refused', async () => {
  const t = await load();
  const empty = bytes.subarray(0, 8);
  const other = Buffer.concat([bytes.subarray(0, -16), Buffer.from('0123456789abcdef')]);
  const gone = bytes.subarray(0, bytes.lastIndexOf('toeplitz') - 3);
  for (const [wrong, got] of [
    [empty, 'another module'],
    [gone, 'another module'],
    [other, '0123456789abcdef'],
  ] as const) {
    expect(() => t.useKernels(new WebAssembly.Module(wrong))).toThrow(t.SpecError);
    expect(() => t.useKernels(new WebAssembly.Module(wrong))).toThrow(
      new RegExp(`toeplitz/kernels\\.wasm of this version, [0-9a-f]{16}, got ${got} \\[kernel-module\\]$`),
    );
  }
  expect(compute(t)).toEqual(right);
});

/** What the built package prints under a limit of address space in kB. */
const limited = (kilobytes: number, program: string): string =>
  execFileSync(
    'sh',
    ['-c', `ulimit -v ${kilobytes}; exec "$0" "$@" 2>&1`, process.execPath, '--input-type=module', '-e', program],
    {
      encoding: 'utf8',
    },
  );

test.skipIf(process.platform !== 'linux')(
  '[kernel-host] under a limit of address space a convolution and a compiled net give results',
  () => {
    const program = `
      import * as t from ${JSON.stringify(`file://${root}/dist/index.js`)};
      ${compute};
      const right = ${JSON.stringify(right)};
      const results = [compute(t), compute(t)];
      console.log(JSON.stringify(results) === JSON.stringify([right, right]), t.host().reason);
    `;
    for (const kilobytes of [3_000_000, 20_000_000]) {
      const lines = limited(kilobytes, program).trim().split('\n');
      expect(lines.at(-1)).toMatch(/^true it refuses memory/);
      expect(lines.filter((line) => line.includes('[kernel-host]')).length).toBe(1);
    }
  },
);

test('[kernel-memory] a host that refuses memory in the middle of a call is an error with its size', async () => {
  await load();
  const { withArena } = await import('../../src/kernels/scratch-arena.ts');
  const { Memory } = WebAssembly;
  WebAssembly.Memory = refuse(new RangeError('could not allocate memory')) as unknown as typeof Memory;
  try {
    expect(() => withArena('conv', () => 0)).toThrow(/^conv: .* got 1048576 bytes refused \[kernel-memory\]$/);
  } finally {
    WebAssembly.Memory = Memory;
  }
});

test('[compile-memory] a net whose instance the host refuses is an error with its size', async () => {
  const t = await load();
  const layer = t.conv2d({ filters: 8, size: 1, bias: false });
  const params = { weight: t.tensor([1, 1, 1, 8]) };
  layer.forward(t.tensor([1, 2, 2, 1]), params); // the scratch memory was used: a net needs an instance of its own
  const { Memory } = WebAssembly;
  WebAssembly.Memory = refuse(new RangeError('could not allocate memory')) as unknown as typeof Memory;
  try {
    expect(() => t.compile(layer, [1, 2, 2, 1], params)).toThrow(t.SpecError);
    expect(() => t.compile(layer, [1, 2, 2, 1], params)).toThrow(/got 1048576 bytes refused \[compile-memory\]$/);
    expect(layer.forward(t.tensor([1, 2, 2, 1]), params).shape).toEqual([1, 2, 2, 8]);
  } finally {
    WebAssembly.Memory = Memory;
  }
});
