// npm run conforming: 10⁶ answers of conforming engines, of which the oracle may refuse none; the counts are written beside this file.
//
//   npm run conforming -- [--from N] [--cases N] [--jobs N] [--shard i/n] [--file result.json] [--op conv2d] [--case 17]
//   npm run conforming -- --add elsewhere.json …
//
// Cases are numbered; every operator and its gradients are asked the case of a number, in every way that applies. A run goes on
// with the numbers that the file lacks. On several machines each takes a shard, or the numbers from one on to before another, into
// a file of its own, and --add joins them.

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Answers, askAll } from './ask.ts';

const WORK = 'work';
const SEED = 1;
/** Numbers of cases that make up a million answers. */
const CASES = 400;

interface Result {
  seed: number;
  /** Numbers of cases, from the first on to before the last. */
  cases: [number, number][];
  answers: number;
  refused: Answers['refused'];
  /** Of each way its answers and the largest margin, which is 1 at the bound. */
  ways: Record<string, { answers: number; margin: number }>;
}

const read = (file: string): Result =>
  existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { seed: SEED, cases: [], answers: 0, refused: [], ways: {} };

const isDone = ({ cases }: Result, index: number): boolean => cases.some(([from, to]) => index >= from && index < to);

function withRange(ranges: Result['cases'], [from, to]: [number, number]): Result['cases'] {
  const all = [...ranges, [from, to]].map(([a, b]): [number, number] => [a, b]).sort(([a], [b]) => a - b);
  const joined: Result['cases'] = [];
  for (const [a, b] of all) {
    const last = joined.at(-1);
    if (last?.[1] === a) last[1] = b;
    else joined.push([a, b]);
  }
  return joined;
}

function count(result: Result, answers: Answers): void {
  for (const [name, judged] of Object.entries(answers.judged)) {
    const { answers: before = 0, margin = 0 } = result.ways[name] ?? {};
    const most = Math.max(margin, answers.margins[name]);
    result.ways[name] = { answers: before + judged, margin: Math.round(most * 1000) / 1000 };
    result.answers += judged;
  }
  result.refused.push(...answers.refused);
}

function add(result: Result, other: Result): void {
  if (other.seed !== result.seed) throw new Error(`seed ${other.seed} differs from ${result.seed}`);
  for (const range of other.cases) {
    for (let i = range[0]; i < range[1]; i++) if (isDone(result, i)) throw new Error(`case ${i} is in both files`);
    result.cases = withRange(result.cases, range);
  }
  const all = Object.entries(other.ways);
  const [judged, margins] = [
    Object.fromEntries(all.map(([name, { answers }]) => [name, answers])),
    Object.fromEntries(all.map(([name, { margin }]) => [name, margin])),
  ];
  count(result, { judged, margins, refused: other.refused });
}

/** Gives a process one number after another. */
function worker(next: () => number | undefined, done: (index: number, answers: Answers) => void): Promise<void> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [WORK]);
  return new Promise((resolve, reject) => {
    let current: number | undefined;
    const go = (): void => {
      current = next();
      if (current === undefined) child.disconnect();
      else child.send(current);
    };
    child.on('message', (answers) => {
      done(current!, answers as Answers);
      go();
    });
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`case ${current} ended the process (${code})`)),
    );
    go();
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string', default: '0' },
      cases: { type: 'string', default: String(CASES) },
      jobs: { type: 'string', default: '1' },
      shard: { type: 'string', default: '1/1' },
      file: { type: 'string', default: join(process.cwd(), 'test', 'conforming', 'result.json') },
      add: { type: 'string', multiple: true },
      op: { type: 'string' },
      case: { type: 'string' },
    },
  });
  const { file } = values;
  if (values.case !== undefined) {
    const answers = askAll(Number(values.case), SEED, values.op?.split(','));
    return console.log(JSON.stringify(answers, null, 1));
  }
  const result = read(file);
  const save = (): void => writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
  if (values.add) {
    for (const each of values.add) add(result, read(each));
    return save();
  }
  const [index, of] = values.shard.split('/').map(Number);
  const left = Array.from({ length: Number(values.cases) }, (_, i) => i).filter(
    (i) => i >= Number(values.from) && i % of === index - 1 && !isDone(result, i),
  );
  const done = (i: number, answers: Answers): void => {
    count(result, answers);
    result.cases = withRange(result.cases, [i, i + 1]);
    save();
    for (const { way, id, said } of answers.refused) console.log(`${way}: ${id}: ${said}`);
    console.log(`case ${i}: ${result.answers} answers, ${result.refused.length} refused`);
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, () => worker(() => left.shift(), done)));
  if (result.refused.length > 0) process.exitCode = 1;
}

if (process.argv[2] === WORK) {
  process.on('message', (index) => {
    if (process.connected) process.send?.(askAll(index as number, SEED));
  });
  process.on('error', () => process.exit()); // whoever asked has been ended meanwhile
} else await main();
