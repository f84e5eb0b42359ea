// The adapters that `toeplitz init-adapter` writes, compiled and judged, and what `toeplitz smoke` says of broken ones.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hintsOn } from '../../src/cli/smoke-hints.ts';
import { toChannelsFirst } from '../../src/index.ts';
import { inProcess } from '../../src/oracle/ask/in-process.ts';
import type { Case } from '../../src/oracle/case.ts';
import { parseCaseId } from '../../src/oracle/cases/id.ts';
import { layerOf, operandsOf } from '../../src/oracle/cases/tensors.ts';
import type { Engine } from '../../src/oracle/engine.ts';
import { type Tensor, tensor } from '../../src/tensor.ts';
import { some } from '../some.ts';
import { quick, toeplitz } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-adapter-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

const [python, cpp, rust] = [
  runs('python3', '-c', 'import numpy'),
  runs('c++', '--version'),
  runs('rustc', '--version'),
];

/** Each language, whether its tools are here, its steps to an engine. */
const languages = [
  ['js', true, '', (file: string) => [file]],
  ['python', python, ': there is no python3 with numpy here', (file: string) => ['python3', '--', file]],
  [
    'cpp',
    cpp,
    ': there is no c++ here',
    (file: string) => [compiled('c++', '-std=c++17', '-O0', '-Wall', '-Werror', file)],
  ],
  [
    'rust',
    rust,
    ': there is no rustc here',
    (file: string) => [compiled('rustc', '--edition', '2021', '-Dwarnings', file)],
  ],
] as const;

function compiled(command: string, ...args: string[]): string {
  const program = at(command === 'c++' ? 'in-cpp' : 'in-rust');
  expect(spawnSync(command, [...args, '-o', program], { encoding: 'utf8' }).stderr).toBe('');
  return program;
}

const endings = { js: 'mjs', python: 'py', cpp: 'cpp', rust: 'rs' };

/** `check` takes options before `--`. */
const withOptions = ([target, ...rest]: readonly string[], ...options: string[]): string[] => [
  target,
  ...options,
  ...rest,
];

describe.concurrent('an adapter that was written', () => {
  for (const [language, isThere, why, steps] of some(languages, 2))
    it.skipIf(!isThere)(
      `[campaign-adapter] [campaign-smoke] in ${language} works and passes as it is${isThere ? '' : why}`,
      async ({ expect }) => {
        const file = at(`fresh.${endings[language]}`);
        const written = await toeplitz('init-adapter', '--lang', language, file);
        expect(written).toMatchObject({ code: 0, err: '' });
        expect(written.out).toContain(`npx toeplitz smoke `);
        const engine = steps(file);
        const smoke = await toeplitz('smoke', ...engine);
        expect(smoke.out).toMatch(/^✓ hello from my engine: .*\n✓ conv2d: x \[.*\n.*everything arrives/);
        expect(smoke.code).toBe(0);
        const { code, out } = await toeplitz('check', ...withOptions(engine, '--cases', '30', '--ops', 'conv2d'));
        expect(out).toMatch(/conv2d +30 +30 +0 +0 +0 +[\d.]+ +pass/);
        expect(code).toBe(0);
      },
    );

  it('[campaign-adapter] never replaces a file, and is refused in a language that is not known', async ({ expect }) => {
    const file = at('mine.mjs');
    writeFileSync(file, 'mine');
    const { code, err } = await quick('init-adapter', '--lang', 'js', file);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringMatching(/cannot write .*EEXIST/) });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const unknown = await quick('init-adapter', '--lang', 'fortran', at('new.f90'));
    expect(unknown.err).toMatch(/--lang must be one of js, python, cpp, rust, got 'fortran' \[campaign-adapter\]/);
  });
});

/** What an adapter makes of its result when it mistakes tensors. */
const mistakes: Readonly<Record<string, (y: Tensor) => unknown>> = {
  'the bytes of each float32 are in the wrong order': ({ shape, data }) => ({
    shape,
    data: swapped(data as Float32Array),
  }),
  'convert float64 to float32': ({ shape, data }) => ({
    shape,
    data: new Float32Array(Float64Array.from(data).buffer),
  }),
  'convert float16 to float32': ({ shape, data }) => ({
    shape,
    data: (data as Float32Array).subarray(data.length / 2),
  }),
  'the axes are in another order': (y) => toChannelsFirst(y),
  'the values lie as if the axes of the shape were in the order': (y) => ({
    shape: y.shape,
    data: toChannelsFirst(y).data,
  }),
  'data is a list of numbers': ({ shape, data }) => ({ shape, data: [...data] }),
  'data is no base64 text of float32': ({ shape }) => ({ shape, data: 'AAA=' }),
  'not a list': ({ data }) => [...data],
};

const swapped = (data: Float32Array): Float32Array => {
  const bytes = Buffer.from(Float32Array.from(data).buffer).swap32();
  return new Float32Array(new Uint8Array(bytes).buffer);
};

it.each(Object.entries(mistakes))(
  '[campaign-smoke] says of a tensor by which mistake it came so: %s',
  (words, mistake) => {
    const engine: Engine = { name: 'n', ops: { conv2d: () => tensor([1]) } };
    const c = parseCaseId('conv2d/n2h3w4c2_o4k1x2s1x1pvd1x1g1b1/f32/exact/7');
    const right = outputOf(c);
    expect(hintsOn(inProcess(engine), c, { kind: 'result', value: right })).toEqual([]);
    const hints = hintsOn(inProcess(engine), c, { kind: 'result', value: mistake(right) });
    expect(hints).toEqual([expect.stringContaining(words)]);
  },
);

/** What a right engine gives for a case. */
function outputOf(c: Case): Tensor {
  const layer = layerOf(c);
  const { x, weight, bias } = operandsOf(c, layer);
  return layer.forward(x, { weight, bias } as never);
}

describe.concurrent('smoke', () => {
  it.each([
    ['a program that is not there', ['./no-such-program'], /there is no such program/],
    [
      'a program that ends at once',
      [process.execPath, '--', '-e', '0'],
      /it must read lines until its standard input ends/,
    ],
    ['one that never answers', ['sleep', '--timeout', '0.5', '--', '100'], /no hello within 0.5 s\n.*flushed/],
  ])('[campaign-smoke] says of %s what to do', async (_, args, words) => {
    const { code, err } = await toeplitz('smoke', ...args);
    expect(err).toMatch(words);
    expect(code).toBe(3);
  });

  it.each(['smoke', 'check'])(
    '[campaign-smoke] %s says how the source of an adapter becomes an engine',
    async (who) => {
      for (const [ending, compiler] of [
        ['cpp', 'c++ -std=c++17 -O2'],
        ['rs', 'rustc --edition 2021 -O'],
      ]) {
        const file = at(`source-${who}.${ending}`);
        writeFileSync(file, 'int main() {}');
        const { code, err } = await quick(who, file, ...(who === 'smoke' ? ['--', '--fast'] : []));
        const engine = `toeplitz ${who} ./adapter${who === 'smoke' ? ' -- --fast' : ''}`;
        expect(err).toContain(
          `compile it (\`${compiler} -o adapter ${file}\`), and name what comes out (\`${engine}\`)`,
        );
        expect(code).toBe(3);
      }
    },
  );

  it('[campaign-smoke] shows what an engine that throws says, and counts skips as nothing offered', async () => {
    const file = at('throws.mjs');
    writeFileSync(
      file,
      `const skip = () => { throw Object.assign(new Error('not today'), { name: 'Skip' }); };
       export default { name: 'n', ops: { relu: () => { console.log('deep inside'); throw new Error('no kernel'); }, tanh: skip } };`,
    );
    const { code, out } = await toeplitz('smoke', file);
    expect(code).toBe(1);
    expect(out).toMatch(/✗ relu: the call threw Error: no kernel\n.*sent: x \[.*\n.*on standard error: deep inside/);
    expect(out).toMatch(/✗ tanh: skips all of 12 small cases: not today\n2 of what is offered does not work/);
  });
});
