// Tries the packed package with compilers, bundlers, Jest, the oldest Node and pages, and writes RESULTS.md:
// npm run consumers [-- name …]. A row is tried if its name begins with an argument; then nothing is written.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Absent } from '../certify/absent.mjs';
import { here, modules, out, version } from './tools.mjs';

/** The package as npm would publish it, unpacked where imports find it. */
function install() {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', out];
  const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: join(here, '..', '..'), encoding: 'utf8' }));
  const folder = join(modules, 'toeplitz');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  execFileSync('tar', ['-xzf', join(out, packed.filename), '-C', folder, '--strip-components=1']);
  return packed;
}

const { size, unpackedSize } = install();
const rows = [];
for (const file of ['types', 'bundles', 'others']) rows.push(...(await import(`./${file}.mjs`)).rows);

const only = process.argv.slice(2);
const results = [];
for (const [name, attempt] of rows) {
  if (only.length > 0 && !only.some((each) => name.toLowerCase().startsWith(each.toLowerCase()))) continue;
  const [word, text] = await Promise.resolve()
    .then(attempt)
    .then(
      (said) => ['ok', said],
      (error) => [error instanceof Absent ? 'skip' : 'FAIL', error.message],
    );
  if (word === 'FAIL') process.exitCode = 1;
  console.log(`${word.padEnd(4)}  ${name.padEnd(44)}  ${text}`);
  results.push(`| ${name} | ${word} | ${text} |`);
}

if (only.length === 0) {
  const tools = ['esbuild', 'rollup', 'webpack', 'vite', 'parcel', 'jest'].map((name) => `${name} ${version(name)}`);
  const head = `# What the packed package was tried with

\`npm run consumers\` writes this page: ${Math.round(size / 1000)} KB packed, ${(unpackedSize / 1e6).toFixed(1)} MB unpacked, source maps included; ${tools.join(', ')}.
A bundle's app prints what runs, and a number that depends on every bit of its results.

| with | | gives |
|---|---|---|
`;
  writeFileSync(join(here, 'RESULTS.md'), `${head}${results.join('\n')}\n`);
}
