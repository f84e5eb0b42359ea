// Mutation testing of one room: npm run mutation -- room [--sample N] [--seed S] [--tests names]; without a room, RESULTS.md is
// made again.
//
// A seed puts the mutants of a room in an order, and the sample is its first N: a larger sample holds the smaller one.
// What is known of a mutant stays in results/, as long as its line does not change: who runs it again goes on.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as assembly from './assembly.mjs';
import { rooms } from './rooms.mjs';
import * as stryker from './stryker.mjs';
import { isDead, isEquivalent, writeTable } from './table.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const hash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** A copy of the working tree with what a build made of it; the packages are shared. */
function copyOfTree() {
  const tree = mkdtempSync(join(tmpdir(), 'toeplitz-mutation-'));
  process.on('exit', () => rmSync(tree, { recursive: true, force: true }));
  const listed = (...options) =>
    execFileSync('git', ['ls-files', '-z', '--exclude-standard', ...options], { cwd: root, encoding: 'utf8' }).split(
      '\0',
    );
  for (const file of [...listed('-co'), ...listed('-oi', 'src', 'dist', 'build/kernels.wasm')]) {
    if (!file || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    cpSync(join(root, file), join(tree, file), { recursive: true });
  }
  for (const packages of ['node_modules', 'test/mutation/node_modules']) {
    symlinkSync(join(root, packages), join(tree, packages));
  }
  return tree;
}

const under = (tree, folders, suffix) =>
  execFileSync('git', ['ls-files', '--', ...folders], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file.endsWith(suffix) && existsSync(join(tree, file)));

/** The test files whose names begin as one of these, in the order of these. */
function testFiles(tree, names) {
  const all = under(tree, ['test'], '.test.ts').map((file) => file.slice('test/'.length));
  return [...new Set(names.flatMap((name) => all.filter((file) => file.startsWith(name))))];
}

/** A mutant is known by its line and what becomes of it, not by where the line stands: of equal ones, by their number. */
function numbered(mutants) {
  const counts = new Map();
  return mutants.map((mutant) => {
    const text = JSON.stringify([mutant.file, mutant.code, mutant.kind, mutant.original, mutant.replacement]);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    return { ...mutant, identity: `${text} ${counts.get(text)}` };
  });
}

async function run(name, { sample, seed, only }) {
  const { files, tests, hasCaches } = rooms[name];
  const mutator = name === 'assembly' ? assembly : stryker;
  const tree = copyOfTree();
  const all = numbered(await mutator.mutantsOf(tree, under(tree, files, '.ts')));
  const identity = (mutant) => hash(mutant.identity);
  const order = (mutant) => hash(`${seed} ${mutant.identity}`);
  const drawn = all.sort((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, sample);

  const file = join(here, 'results', `${name}.json`);
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { mutants: {} };
  const known = before.seed === seed ? before.mutants : {};
  const mutants = {};
  for (const mutant of drawn) if (identity(mutant) in known) mutants[identity(mutant)] = known[identity(mutant)];
  const save = () => {
    const lines = Object.entries(mutants).map((entry) => entry.map((value) => JSON.stringify(value)).join(': '));
    const head = { room: name, seed, sample, all: all.length };
    // Whole or not at all: the table of another room may be made at this moment.
    writeFileSync(`${file}.part`, `${JSON.stringify(head).slice(0, -1)},"mutants":{\n${lines.join(',\n')}\n}}\n`);
    renameSync(`${file}.part`, file);
    writeTable();
  };

  // Survivors of an earlier run meet the tests again, for there may be new ones. Of mutants that no run has met, some of the tests
  // would record only the dead: they wait for all of the tests.
  const alive = (mutant) => {
    const last = mutants[identity(mutant)];
    return last ? last.status === 'survived' && !isEquivalent(last) : !only;
  };
  const left = drawn.filter(alive);
  let count = 0;
  const tell = (mutant, status, by) => {
    // Who lives through some of the tests has not met them all.
    if (only && !isDead(status)) return;
    const { file, line, code, kind, original, replacement } = mutant;
    mutants[identity(mutant)] = { file, line, code, kind, original, replacement, status, by };
    console.log(`${++count}/${left.length} ${status.padEnd(10)} ${file}:${line} ${original} → ${replacement}`);
    save();
  };
  await mutator.runMutants(
    tree,
    left,
    testFiles(tree, only ?? tests),
    tell,
    hasCaches ? under(tree, files, '.ts') : [],
  );
  save();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string' },
  },
});
for (const name of positionals) {
  if (!Object.hasOwn(rooms, name)) throw new Error(`no room ${name}; there are ${Object.keys(rooms).join(', ')}`);
  await run(name, { sample: Number(values.sample), seed: Number(values.seed), only: values.tests?.split(',') });
}
writeTable();
