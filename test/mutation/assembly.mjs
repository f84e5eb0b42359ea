// A mutator of our own over assembly: another operator, bound, stride or axis, or a line dropped; asc builds each mutant.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers';
import asc from 'assemblyscript/asc';

const command = ['assembly/index.ts', '--target', 'release', '--transform', './assembly/declare.mjs'];

const swaps = (kind, ...pairs) =>
  pairs.flatMap(([a, b, both = true]) => [[kind, a, b], ...(both ? [[kind, b, a]] : [])]);

/** Kind, what is looked for on a line, and what stands there instead. */
const changes = [
  ...swaps('operator', [' + ', ' - '], [' * ', ' / '], [' += ', ' -= '], [' < ', ' <= '], [' > ', ' >= ']),
  ...swaps('operator', [' == ', ' != '], [' && ', ' || '], [' & ', ' | '], [' << ', ' >> '], ['min(', 'max(']),
  ...swaps('operator', ['.add(', '.sub('], ['.mul(', '.add(', false], ['.div(', '.mul(', false], ['.min(', '.max(']),
  ...swaps('operator', ['.lt(', '.le('], ['.gt(', '.ge('], ['.eq(', '.ne('], ['.and(', '.or('], [' % ', ' / ', false]),
  ...swaps('operator', ['.pmax(', '.pmin('], ['.pmax(', '.max(', false], ['++', '--']),
  ['bound', /(?<![\w.])\d+(?![\w.])/g, (number) => `${Number(number) + 1}`],
  ['bound', /(?<![\w.])[1-9]\d*(?![\w.])/g, (number) => `${Number(number) - 1}`],
  ['bound', /(?<=\w <=? )[a-z][\w.]*(?=[;) ])/g, (limit) => `${limit} - 1`],
  ['stride', /(?<![\w.<])(?:\w+\.)*\w*(?:stride|step|Stride|Step|dilation|Bytes)\b(?![:\w])/g, (s) => `(${s} + 4)`],
  ...[
    ['row', 'column'],
    ['plane', 'row'],
    ['image', 'plane'],
    ['x', 'y'],
    ['first', 'last'],
    ['source', 'destination'],
    ['before', 'after'],
  ].flatMap(([a, b]) => [axis(a, b), axis(b, a)]),
];

/** One axis taken for another: the word by itself, in the plural, or as the end of a longer name. */
function axis(a, b) {
  const upper = (word) => word[0].toUpperCase() + word.slice(1);
  const word = new RegExp(`(?:(?<!\\w)${a}|(?<=[a-z])${upper(a)})(?=s?\\b(?!:))`, 'g');
  return ['axis', word, (found) => (found[0] === a[0] ? b : upper(b))];
}

/** A statement that can go: a call, an assignment or a jump, whole on its line. */
const statement = /^\s*(?:[\w.]+(?:<\w+>)?\(.*\)|[\w.]+ [-+*/]?= .*|[\w.]+(?:\+\+|--)|continue|break|return);$/;

export async function mutantsOf(tree, files) {
  const found = [];
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const lines = readFileSync(join(tree, file), 'utf8').split('\n');
    let comment = false;
    lines.forEach((text, at) => {
      const inside = comment || /^\s*(?:\/\/|\/\*|import|export \{|@)/.test(text);
      if (text.includes('/*')) comment = true;
      if (text.includes('*/')) comment = false;
      if (inside) return;
      for (const { kind, original, replacement, result } of mutantsOfLine(text.replace(/ \/\/.*/, ''))) {
        const name = JSON.stringify([file, at, result]);
        found.push({ name, file, line: at + 1, code: text.trim(), kind, original, replacement, result });
      }
    });
  }
  return found;
}

function mutantsOfLine(text) {
  const found = new Map();
  const add = (kind, original, replacement, result) => {
    if (!found.has(result)) found.set(result, { kind, original, replacement, result });
  };
  if (statement.test(text)) add('dropped line', text.trim(), '', '');
  for (const [kind, wanted, instead] of changes) {
    const places =
      typeof wanted === 'string'
        ? [...text.matchAll(new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'g'))]
        : text.matchAll(wanted);
    for (const { 0: original, index } of places) {
      const replacement = typeof instead === 'string' ? instead : instead(original);
      const result = text.slice(0, index) + replacement + text.slice(index + original.length);
      add(kind, original.trim(), replacement.trim(), result);
    }
  }
  return found.values();
}

/**
 * What asc writes for the tree with the files of `other` in place of its own, or nothing if it refuses: the module, and
 * what TypeScript is told of it.
 */
async function build(tree, other = {}) {
  const written = {};
  const read = (name, base) => {
    if (name in other) return other[name];
    try {
      return readFileSync(join(base, name), 'utf8');
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
      return null;
    }
  };
  const { error } = await asc.main([...command, '--baseDir', tree], {
    readFile: read,
    writeFile: (name, contents) => {
      if (!name.endsWith('.wat')) written[name] = Buffer.from(contents);
    },
    stderr: { write() {} },
    stdout: { write() {} },
  });
  return error ? undefined : written;
}

const isSame = (a, b) => Object.keys(a).every((name) => a[name].equals(b[name]));

/** Runs a program in a process group of its own, which ends whole after `limit` ms; says how it ended. */
function ended(tree, args, tests, limit) {
  return new Promise((settle) => {
    const child = spawn(process.execPath, args, {
      cwd: tree,
      detached: true,
      env: { ...process.env, TOEPLITZ_TESTS: tests.join(' ') },
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      process.kill(-child.pid, 'SIGKILL');
    }, limit);
    child.on('exit', (code) => {
      clearTimeout(timer);
      settle(late ? 'time limit' : code === 0 ? 'survived' : 'killed');
    });
  });
}

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutation/vitest.config.ts'];
const quick = [...vitest, '--bail', '1', '--maxWorkers', '1'];

/** Puts what asc wrote into the tree, and says what the tests say to it. */
async function judge(tree, written, tests, limit) {
  for (const [name, contents] of Object.entries(written)) writeFileSync(resolve(tree, name), contents);
  if ((await ended(tree, ['assembly/embed.mjs'], [], 60_000)) !== 'survived') return 'killed';
  return ended(tree, quick, tests, limit);
}

/** Runs the chosen mutants against the tests in the tree, and calls `done(mutant, status)` for each. */
export async function runMutants(tree, mutants, tests, done) {
  const whole = await build(tree);
  const began = Date.now();
  const unchanged = await judge(tree, whole, tests, 1_800_000);
  if (unchanged !== 'survived') throw new Error(`the tests do not pass without a mutant: ${unchanged}`);
  const limit = 15_000 + 3 * (Date.now() - began);
  for (const mutant of mutants) {
    const lines = readFileSync(join(tree, mutant.file), 'utf8').split('\n');
    lines[mutant.line - 1] = mutant.result;
    const written = await build(tree, { [mutant.file]: lines.join('\n') });
    if (written === undefined) done(mutant, 'not built');
    else if (isSame(whole, written)) done(mutant, 'same module');
    else done(mutant, await judge(tree, written, tests, limit));
  }
}
