// Stryker over the files of src: which mutants there are, and what the tests say to the chosen ones.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { nameOf } from './plugin.mjs';

const silent = { debug() {}, info() {}, isDebugEnabled: () => false };
const all = { plugins: null, excludedMutations: [], ignorers: [] };

/** All mutants of the files. `original` is the text that a mutant replaces, `code` the line it begins in. */
export async function mutantsOf(tree, files) {
  const found = [];
  for (const file of files) {
    const content = readFileSync(join(tree, file), 'utf8');
    const lines = content.split('\n');
    const { mutants } = await new Instrumenter(silent).instrument([{ name: file, mutate: true, content }], all);
    for (const mutant of mutants) {
      const { start, end } = mutant.location;
      const cut = lines.slice(start.line, end.line + 1);
      cut.push(cut.pop().slice(0, end.column));
      cut[0] = cut[0].slice(start.column);
      const [code, original] = [lines[start.line].trim(), cut.join('\n')];
      const { mutatorName: kind, replacement } = mutant;
      const range = `${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;
      found.push({ name: nameOf(mutant), range, file, line: start.line + 1, code, kind, original, replacement });
    }
  }
  return found;
}

const settings = (mutants) => ({
  inPlace: true,
  mutate: [...new Set(mutants.map(({ file, range }) => `${file}:${range}`))],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', dir: 'test', related: false },
  plugins: ['@stryker-mutator/vitest-runner', join(import.meta.dirname, 'plugin.mjs')],
  checkers: ['chosen'],
  reporters: ['lines'],
  concurrency: 1,
  // TypeScript 7 has no interface for programs, and Stryker needs none of it here.
  tsconfigFile: 'no-such.json',
  disableTypeChecks: false,
  // A mutant in what runs when a module is loaded would meet all tests, each in a worker of its own: minutes.
  ignoreStatic: true,
  timeoutMS: 60_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 30,
  tempDirName: '.stryker',
});

const words = {
  Killed: 'killed',
  Timeout: 'time limit',
  RuntimeError: 'killed',
  Survived: 'survived',
  Ignored: 'static',
};

/** Runs the chosen mutants against the tests in the tree, and calls `done(mutant, status, by)` for each. */
export async function runMutants(tree, mutants, tests, done) {
  const chosen = new Map(mutants.map((mutant) => [mutant.name, mutant]));
  const names = join(tree, 'chosen.json');
  writeFileSync(names, JSON.stringify([...chosen.keys()]));
  writeFileSync(join(tree, 'stryker.json'), JSON.stringify(settings(mutants)));
  const stryker = join(import.meta.dirname, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const child = spawn(process.execPath, [stryker, 'run', 'stryker.json', '--logLevel', 'warn'], {
    cwd: tree,
    env: { ...process.env, TOEPLITZ_TESTS: tests.join(' '), TOEPLITZ_CHOSEN: names },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill());
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{"mutant":')) {
      if (line.trim()) console.log(line);
      continue;
    }
    const { mutant, status, by } = JSON.parse(line);
    if (chosen.has(mutant)) done(chosen.get(mutant), words[status] ?? 'survived', by);
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`Stryker ended with ${code}`);
}
