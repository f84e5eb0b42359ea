// The examples of the README and of the guide print the text below them, and the generated tables are up to date.
// `npm run readme` writes what this test would otherwise compare.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { parseAst } from 'rolldown/parseAst';
import { afterEach, expect, test, vi } from 'vitest';
import { casePage, peerTable } from './bench/report.mjs';
import { type Result, sectionOf } from './demos/table.ts';
import { expectPart, expectText, pages, textOf } from './readme/generated.ts';
import { interopFinding } from './readme/interop.ts';
import { netTable } from './readme/nets.ts';
import { operatorTable } from './readme/operators.ts';
import { questionList } from './readme/questions.ts';
import { weightSentence, weights, weightTable } from './readme/weights.ts';

const root = join(import.meta.dirname, '..');
const measured = join(root, 'test', 'bench', 'results.json');
const examples = pages.flatMap((page) =>
  [...textOf(page).matchAll(/```[tj]s\n((?:(?!```)[\s\S])*)```\n\n```text\n[\s\S]*?```/g)].map(([whole, code], i) => ({
    page,
    i: i + 1,
    whole,
    code,
  })),
);
const fileOf = (page: string, i: number): string => `${page.replace(/\.md$/, '').replaceAll('/', '-')}-${i}.ts`;

afterEach(() => vi.restoreAllMocks());

test.each(examples)('example $i of $page prints the text below it', async ({ page, i, whole, code }) => {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...values) => {
    lines.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
  });
  const folder = join(root, 'build', 'readme');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, fileOf(page, i));
  const local = (_: string, subpath = ''): string => `from '${join(root, 'src', subpath, 'index.ts')}'`;
  writeFileSync(path, code.replace(/from 'toeplitz(?:\/(\w+))?'/g, local));
  await import(/* @vite-ignore */ path);
  expectText(
    whole,
    whole.replace(/```text\n[\s\S]*```$/, () => `\`\`\`text\n${lines.join('\n').trimEnd()}\n\`\`\``),
    page,
  );
});

test('the examples are strict TypeScript', () => {
  const folder = join(root, 'build', 'readme-types');
  mkdirSync(folder, { recursive: true });
  const paths = { toeplitz: ['../../src/index.ts'], 'toeplitz/*': ['../../src/*/index.ts'] };
  const compilerOptions = { noEmit: true, rootDir: '../..', paths };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['.'] }),
  );
  for (const page of pages)
    for (const [i, [, code]] of [...textOf(page).matchAll(/```ts\n([\s\S]*?)```/g)].entries())
      writeFileSync(join(folder, fileOf(page, i + 1)), code);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  expect(run.stdout).toBe('');
  expect(run.status).toBe(0);
});

test('commands in the pages name commands and options that there are, and scripts and settings are well-formed', async () => {
  const { scripts } = JSON.parse(textOf('package.json'));
  const problems: string[] = [];
  let commands = 0;
  for (const page of pages)
    for (const [, kind, code] of textOf(page).matchAll(/```(sh|yaml|js|json)\n([\s\S]*?)```/g)) {
      if (kind === 'json') JSON.parse(code);
      if (kind === 'js') await parseAst(code.replaceAll('…', ''), { lang: 'js' });
      for (const [line, name] of code.matchAll(/npm run ([\w-]+)/g))
        if (!Object.hasOwn(scripts, name)) problems.push(line);
      for (const [line, name] of code.matchAll(/npx toeplitz ([\w-]+)[^\n|]*/g)) {
        commands++;
        const path = join(root, 'src/cli', `${name}.ts`);
        const { help } = existsSync(path) ? await import(/* @vite-ignore */ path) : {};
        // What follows is the engine's own command, or a remark.
        const [own] = line.split(/ -- | # /);
        const options = own.match(/--[a-z-]+/g) ?? [];
        if (!options.every((option) => new RegExp(`${option}(?![\\w-])`).test(help)) || !help) problems.push(line);
      }
    }
  expect(problems).toEqual([]);
  expect(commands).toBeGreaterThan(15);
});

test.each([
  ['interop', 'spec/guide/checking.md', interopFinding],
  ['operators', 'spec/guide/operators.md', operatorTable],
  ['nets', 'spec/guide/networks.md', netTable],
  ['questions', 'spec/guide/learning.md', questionList],
])('the part %s of %s is generated', (name, page, generate) => {
  expectPart(name, generate(), page);
});

/** Small changes of a size need not be written at once. */
const SEVENTH = 1 / 7;

test.each([
  ['weights', 'spec/guide/speed.md', weightTable],
  ['weight', 'README.md', weightSentence],
])('the part %s of %s tells the sizes of the build, to a seventh', (name, page, generate) => {
  const all = weights();
  const [, written] = new RegExp(`<!-- ${name} -->\\n([\\s\\S]*)\\n<!-- /${name} -->`).exec(textOf(page)) ?? [];
  const numbers = (text = ''): number[] => (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);
  const [now, then] = [numbers(generate(all)), numbers(written)];
  const isNear = now.length === then.length && now.every((n, i) => Math.abs(n - then[i]) <= SEVENTH * n);
  if (!isNear || process.env.UPDATE_README === '1') expectPart(name, generate(all), page);
  expect(all[0].bytes, 'the core').toBeLessThanOrEqual(60_000);
});

test.skipIf(!existsSync(measured))('the tables of speed are those of the last benchmark (npm run bench)', () => {
  const results = JSON.parse(readFileSync(measured, 'utf8'));
  expectPart('peers', peerTable(results), 'README.md');
  expectPart('bench', casePage(results), 'spec/guide/speed.md');
});

test('the results of training are those of the last npm run demos', () => {
  const results: Record<string, Result> = JSON.parse(readFileSync(join(root, 'test', 'demos', 'results.json'), 'utf8'));
  expectPart('demos', sectionOf(results), 'spec/guide/training-results.md');
});

test('the README has at most 250 lines, and repeats the figures of the pages that it links to', () => {
  const readme = textOf('README.md').replaceAll('\n', ' ');
  expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(250);
  const [, shipped, caught] = /\| all \| (\d+) \| (\d+) \|/.exec(textOf('spec/guide/checking.md')) ?? [];
  expect(readme).toContain(`Of ${shipped} defects that released engines contained, it catches ${caught}.`);
  const [, version] = /TensorFlow\.js, wasm backend (\d+\.\d+)/.exec(textOf('spec/guide/findings.md')) ?? [];
  expect(readme).toContain(`In TensorFlow.js ${version} on WebAssembly`);
});
