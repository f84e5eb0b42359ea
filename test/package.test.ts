// The package as it is published: one version, no dependencies, every subpath present, nothing that runs on import.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const read = (file: string): string => readFileSync(join(root, 'src', file), 'utf8');

test('the version is that of package.json, wherever it is repeated', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  expect([lock.version, lock.packages[''].version]).toEqual([manifest.version, manifest.version]);
  const repeated = sources.filter((file) => read(file).includes(`'${manifest.version}'`));
  expect(repeated.map((file) => basename(file))).toEqual(['version.ts']);
  expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(`\n## ${manifest.version}`);
});

test('the package has no dependencies, and fast-check is an optional peer', () => {
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.peerDependencies).toEqual({ 'fast-check': expect.any(String) });
  expect(manifest.peerDependenciesMeta).toEqual({ 'fast-check': { optional: true } });
  // The page is published as one file that holds what it is made of.
  const own = sources.filter((file) => !/^(testing|explorer)\b/.test(file));
  const foreign = own.filter((file) => /from '(?!\.|node:)/.test(read(file)));
  expect(foreign).toEqual([]);
});

test('where fast-check is missing, the error says what to install', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toeplitz-package-'));
  const own = join(folder, 'node_modules/toeplitz');
  cpSync(join(root, 'dist'), join(own, 'dist'), { recursive: true, filter: (file) => !/\.(map|html)$/.test(file) });
  cpSync(join(root, 'package.json'), join(own, 'package.json'));
  const run = (code: string) => spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder });
  expect(String(run("import 'toeplitz/testing'").stderr)).toMatch(
    /Cannot find package 'fast-check' imported from .*install-fast-check/,
  );
  expect(run("import 'toeplitz/oracle'").status).toBe(0);
  rmSync(folder, { recursive: true });
});

test('only the command line and the processes of the oracle use modules of Node', () => {
  const users = sources.filter((file) => /from 'node:|import\('node:/.test(read(file)));
  expect(users.filter((file) => !file.startsWith('cli'))).toEqual([]);
});

test('every subpath has its source and is built with types', () => {
  for (const [subpath, target] of Object.entries<{ types: string; default: string } | string>(manifest.exports)) {
    if (typeof target === 'string') continue;
    const source = target.default.replace('./dist/', './src/').replace(/\.js$/, '.ts');
    expect(existsSync(join(root, source)), `${subpath}: ${source}`).toBe(true);
    expect(target.types).toBe(target.default.replace(/\.js$/, '.d.ts'));
  }
});

test('importing a subpath has no side effect that a host could see', async () => {
  const before = Object.getOwnPropertyNames(globalThis);
  for (const [subpath, target] of Object.entries<{ default: string } | string>(manifest.exports)) {
    if (typeof target === 'string') continue;
    const source = target.default.replace('./dist/', '../src/').replace(/\.js$/, '.ts');
    expect(Object.keys(await import(/* @vite-ignore */ source)).length, subpath).toBeGreaterThan(0);
  }
  expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
});

test('the core is published as one file of plain ASCII', () => {
  const built = (file: string): string => readFileSync(join(root, 'dist', file), 'utf8');
  const imported = (file: string): string[] =>
    [...built(file).matchAll(/^(?:import|export)\b.*?["'`](\..+?)["'`]/gm)].map(([, path]) => path);
  const [core, ...others] = imported('index.js');
  expect([others, imported(core)]).toEqual([[], []]);
  expect(built(core).search(/[^\t\n -~]/)).toBe(-1);
});

test('every published script has a source map that holds its sources, under paths of this repository alone', () => {
  const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
  const scripts = files.filter((file) => file.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(0);
  const known = new Set(sources.map((file) => join(root, 'src', file)));
  for (const script of scripts) {
    const text = readFileSync(join(root, 'dist', script), 'utf8');
    const map = text.match(/\n\/\/# sourceMappingURL=(.+)\s*$/)?.[1];
    if (map === undefined) {
      const statements = text.split(/[;\n]/).filter((statement) => statement !== '');
      expect(statements.filter((each) => !/^(export|import)\b/.test(each))).toEqual([]); // names of other files, nothing else
      continue;
    }
    const folder = join(root, 'dist', dirname(script));
    const written = readFileSync(join(folder, map), 'utf8');
    const { sources: from, sourcesContent, sourceRoot } = JSON.parse(written);
    expect(from.filter((path: string) => !known.has(join(folder, path)))).toEqual([]);
    expect(from.filter((path: string) => !path.startsWith('../'))).toEqual([]);
    expect(sourcesContent).toEqual(from.map((path: string) => readFileSync(join(folder, path), 'utf8')));
    expect(sourceRoot).toBe(undefined);
    expect(written).not.toContain(root);
  }
});

test('where exports are not read, main and types lead to the core', () => {
  expect([manifest.main, manifest.types]).toEqual([manifest.exports['.'].default, manifest.exports['.'].types]);
});

test('an uncaught error of the published package is short and has its name', () => {
  const mistake = `import { conv2d } from '${join(root, 'dist', 'index.js')}'; conv2d({ filters: 1, size: 3, padding: 'SAME' });`;
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', mistake], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('\nSpecError: conv2d: padding must be');
  expect(stderr.length).toBeLessThan(4000);
});
