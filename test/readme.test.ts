// The README is true: its examples print what stands below them, and its tables are made here. `npm run readme` writes
// what this test would otherwise compare.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { readmeTables } from './bench/report.mjs';
import { type Result, sectionOf } from './demos/table.ts';
import { interopFinding } from './readme/interop.ts';
import { netTable } from './readme/nets.ts';
import { operatorTable } from './readme/operators.ts';
import { readme, settle, settlePart } from './readme/settle.ts';

const root = join(import.meta.dirname, '..');
const measured = join(root, 'test', 'bench', 'results.json');
const examples = [...readme().matchAll(/```[tj]s\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)];

afterEach(() => vi.restoreAllMocks());

test.each(examples.map((match, i) => [i + 1, ...match] as const))(
  'example %i prints what stands below it',
  async (i, whole, code) => {
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((...values) => {
      lines.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
    });
    const folder = join(root, 'build', 'readme');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `example-${i}.ts`);
    const local = (_: string, subpath = ''): string => `from '${join(root, 'src', subpath, 'index.ts')}'`;
    writeFileSync(path, code.replace(/from 'toeplitz(?:\/(\w+))?'/g, local));
    await import(/* @vite-ignore */ path);
    settle(
      whole,
      whole.replace(/```text\n[\s\S]*```$/, () => `\`\`\`text\n${lines.join('\n')}\n\`\`\``),
    );
  },
);

test('the examples are strict TypeScript', () => {
  const folder = join(root, 'build', 'readme-types');
  mkdirSync(folder, { recursive: true });
  const paths = { toeplitz: ['../../src/index.ts'], 'toeplitz/*': ['../../src/*/index.ts'] };
  const compilerOptions = { noEmit: true, rootDir: '../..', paths };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['.'] }),
  );
  const blocks = [...readme().matchAll(/```ts\n([\s\S]*?)```/g)];
  blocks.forEach(([, code], i) => {
    writeFileSync(join(folder, `example-${i + 1}.ts`), code);
  });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  expect(run.stdout).toBe('');
  expect(run.status).toBe(0);
});

test.each([
  ['interop', interopFinding],
  ['operators', operatorTable],
  ['nets', netTable],
])('the table of %s is that of the code', (name, table) => {
  settlePart(name, table());
});

test.skipIf(!existsSync(measured))('the tables of speed are those of the last benchmark (npm run bench)', () => {
  settlePart('bench', readmeTables(JSON.parse(readFileSync(measured, 'utf8'))));
});

test('what training achieves is what npm run demos last found', () => {
  const results: Record<string, Result> = JSON.parse(readFileSync(join(root, 'test', 'demos', 'results.json'), 'utf8'));
  settlePart('demos', sectionOf(results));
});
