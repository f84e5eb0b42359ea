// A mutator of our own over assembly: another operator, bound, stride or axis, or a line dropped; asc builds each mutant.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import asc from 'assemblyscript/asc';
import { endOf, runTests, vitestOn } from './run-tests.mjs';

const command = ['assembly/index.ts', '--target', 'release', '--transform', './assembly/declare.mjs'];
/** A tenth of the time: 0.7 s for a mutant. The bits are the same. */
const quickly = ['--optimizeLevel', '1', '--shrinkLevel', '0'];

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
async function build(tree, other = {}, options = quickly) {
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
  const { error } = await asc.main([...command, ...options, '--baseDir', tree], {
    readFile: read,
    writeFile: (name, contents) => {
      if (!name.endsWith('.wat')) written[relative(tree, resolve(tree, name))] = Buffer.from(contents);
    },
    stderr: { write() {} },
    stdout: { write() {} },
  });
  return error ? undefined : written;
}

const isSame = (a, b) => Object.keys(a).every((name) => a[name].equals(b[name]));

const WASM = 'build/kernels.wasm';
const DECLARED = 'src/kernels/declared.ts';

/** The custom section with the version, by which useKernels knows the kernels; assembly/embed.mjs writes it. */
const sectionOf = (module) => module.subarray(module.lastIndexOf('toeplitz') - 3);

/** Runs the mutants against the tests in the tree, and calls `done(mutant, status, by)` for each. */
export async function runMutants(tree, mutants, tests, done) {
  const built = async (mutant, options) => {
    const lines = readFileSync(join(tree, mutant.file), 'utf8').split('\n');
    lines[mutant.line - 1] = mutant.result;
    return build(tree, { [mutant.file]: lines.join('\n') }, options);
  };
  const folder = join(tree, 'mutants');
  mkdirSync(folder, { recursive: true });
  const whole = await build(tree);
  put(tree, whole);
  const section = sectionOf(readFileSync(join(tree, WASM)));
  const left = new Map();
  for (const [id, mutant] of mutants.entries()) {
    const written = await built(mutant);
    if (written === undefined) done(mutant, 'not built');
    else if (isSame(whole, written)) done(mutant, 'same module');
    else if (written[DECLARED].equals(whole[DECLARED])) {
      writeFileSync(join(folder, `${id}.wasm`), Buffer.concat([written[WASM], section]));
      left.set(`${id}`, mutant);
    } else done(mutant, await judge(tree, written, tests));
  }
  put(tree, whole);
  const switches = join(tree, 'test/mutation/switch-kernels.mjs');
  await runTests(tree, { tests, ids: [...left.keys()], switches }, (id, status, by) => {
    if (left.has(id)) done(left.get(id), status, by);
    left.delete(id);
  });
  const optimized = left.size > 0 && (await build(tree, {}, []));
  for (const mutant of left.values()) {
    done(mutant, isSame(optimized, await built(mutant, [])) ? 'same module' : 'survived');
  }
}

function put(tree, written) {
  for (const [name, contents] of Object.entries(written)) writeFileSync(join(tree, name), contents);
  execFileSync(process.execPath, ['assembly/embed.mjs'], { cwd: tree });
}

/** What the tests say to kernels that declare other numbers, which are a part of TypeScript's modules. */
async function judge(tree, written, tests) {
  put(tree, written);
  const code = await endOf(vitestOn(tree, tests), 600_000);
  return code === 0 ? 'survived' : code === null ? 'time limit' : 'killed';
}
