// Every float32 through exp, log, tanh, sigmoid and softplus of the kernels: is each result the nearest float32?
//
//   npm run exhaustive                    all five, or those that are named: npm run exhaustive -- log sigmoid
//
// A float64 value with a known error (enclosure.ts) decides wherever no middle of two float32 values is near; elsewhere 400
// bits do (test/exact.ts). What is done is kept in build/exhaustive, so that a run that was ended goes on where it was; the
// result goes to test/exhaustive/results.json.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import * as kernels from '../../src/kernels/choose.ts';
import * as exact from '../exact.ts';
import { decide } from './decide.ts';
import { approximate, WIDTH } from './enclosure.ts';

type Name = keyof typeof approximate;
const names = Object.keys(approximate) as Name[];
const real: Record<Name, (x: number) => exact.Real> = { ...exact };
const kept = join(process.cwd(), 'build/exhaustive');
const resultFile = join(process.cwd(), 'test/exhaustive/results.json');

/** Inputs that go through the kernel at a time, and between two savings of what is done. */
const [BLOCK, SAVED, ALL] = [2 ** 14, 2 ** 24, 2 ** 32];

interface Tally {
  inputs: number;
  wrong: number;
  /** The bit patterns of the first wrong ones. */
  examples: string[];
  /** How many needed 400 bits, and the least distance from a middle among them, in units of the last place. */
  near: number;
  closest: number;
  /** The input where it is. */
  closestInput: number;
}

const read = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const patterns = new Uint32Array(BLOCK);
const x = new Float32Array(patterns.buffer);
const y = new Float32Array(BLOCK);

/** Tries the inputs of the bit patterns from `first` on. */
function tryBlock(name: Name, first: number, tally: Tally): void {
  for (let i = 0; i < BLOCK; i++) patterns[i] = first + i;
  kernels.map(name, x, y);
  const value = approximate[name];
  for (let i = 0; i < BLOCK; i++) {
    const v = value(x[i]);
    const right = Math.fround(v * (1 - WIDTH));
    if (y[i] === right && right === Math.fround(v * (1 + WIDTH)) && y[i] !== 0) continue;
    if (!isRight(name, x[i], y[i], v, tally)) {
      tally.wrong++;
      if (tally.examples.length < 20) tally.examples.push(patterns[i].toString(16));
    }
  }
}

/** Whether the result is right where the quick look did not see it. */
function isRight(name: Name, input: number, result: number, v: number, tally: Tally): boolean {
  const [low, high] = [Math.fround(v * (1 - WIDTH)), Math.fround(v * (1 + WIDTH))];
  if (v === 0 || !Number.isFinite(v) || Object.is(low, high)) return Object.is(result, low);
  const { y: right, fromMiddle } = decide(real[name](input));
  tally.near++;
  if (fromMiddle < tally.closest) [tally.closest, tally.closestInput] = [fromMiddle, input];
  return Object.is(result, right);
}

function run(name: Name): Tally {
  const file = join(kept, `${name}.json`);
  const tally = (read(file) ?? { inputs: 0, wrong: 0, examples: [], near: 0, closest: 1, closestInput: 0 }) as Tally;
  while (tally.inputs < ALL) {
    for (const end = tally.inputs + SAVED; tally.inputs < end; tally.inputs += BLOCK)
      tryBlock(name, tally.inputs, tally);
    writeFileSync(file, JSON.stringify(tally));
    process.stderr.write(`\r${name}: ${((100 * tally.inputs) / ALL).toFixed(1)} %, ${tally.wrong} wrong `);
  }
  process.stderr.write('\n');
  return tally;
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !names.includes(name as Name));
if (unknown !== undefined) throw new Error(`the functions are ${names.join(', ')}, got ${unknown}`);
setPriority(19);
mkdirSync(kept, { recursive: true });
for (const name of asked.length > 0 ? (asked as Name[]) : names) {
  const tally = run(name);
  const results = (read(resultFile) ?? {}) as Record<string, Tally>;
  results[name] = tally;
  const sorted = Object.fromEntries(names.filter((each) => each in results).map((each) => [each, results[each]]));
  writeFileSync(resultFile, `${JSON.stringify(sorted, undefined, 2)}\n`);
  if (tally.wrong > 0) process.exitCode = 1;
}
