// npm run fuzz: 10⁶ calls in a worker that is ended when a call does not, the result written beside this file.
//
//   npm run fuzz -- [--from N] [--calls N] [--call 'conv2d({ filters: trap() })']
//
// Without --from it goes on where the last run ended. Shards: --from 250000 --calls 250000 and so on.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { callOf, type Finding, fuzz, targets } from './fuzz.ts';
import { valueIn } from './scope.ts';

/** Milliseconds of the processor that a call may take. */
const LIMIT = 1000;
/** Seconds after which a call is taken not to end, on a machine that does other things too. */
const PATIENCE = 60;
const RECORD = join(process.cwd(), 'test', 'fuzz', 'result.json');

interface Result {
  functions: number;
  limit: string;
  /** Seeds from the first on to before the last. */
  ranges: [number, number][];
  calls: number;
  findings: Finding[];
}

async function work(from: number, to: number, at: Int32Array): Promise<void> {
  for (let seed = from; seed < to; seed++) {
    Atomics.store(at, 0, seed);
    const finding = await fuzz(seed, LIMIT);
    if (finding) parentPort?.postMessage(finding);
  }
}

/** Runs a worker; gives the seed of the call that ended it, or `to`. */
function shift(
  from: number,
  to: number,
  found: (finding: Finding) => void,
  progress: (seed: number) => void,
): Promise<number> {
  const at = new Int32Array(new SharedArrayBuffer(4));
  at[0] = from;
  const worker = new Worker(fileURLToPath(import.meta.url), {
    workerData: { from, to, at },
    resourceLimits: { maxOldGenerationSizeMb: 2048 },
  });
  return new Promise((resolve) => {
    let [last, since, why] = [from, Date.now(), ''];
    const timer = setInterval(() => {
      const seed = Atomics.load(at, 0);
      progress(seed);
      if (seed !== last) [last, since] = [seed, Date.now()];
      else if (Date.now() - since > PATIENCE * 1000) {
        why = `does not end within ${PATIENCE} s`;
        worker.terminate();
      }
    }, 1000);
    worker.on('message', found);
    worker.on('error', (error) => {
      why ||= `ends the worker: ${error.message}`;
    });
    worker.on('exit', () => {
      clearInterval(timer);
      const seed = Atomics.load(at, 0);
      if (why === '') return resolve(to);
      found({ seed, call: callOf(seed).call, problem: why });
      resolve(seed + 1);
    });
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { from: { type: 'string' }, calls: { type: 'string' }, call: { type: 'string' } },
  });
  if (values.call !== undefined) return console.log(await valueIn(values.call));
  const result: Result = existsSync(RECORD)
    ? JSON.parse(readFileSync(RECORD, 'utf8'))
    : { functions: targets.length, limit: `${LIMIT} ms of the processor`, ranges: [], calls: 0, findings: [] };
  const from = Number(values.from ?? result.ranges.at(-1)?.[1] ?? 0);
  const to = values.calls === undefined ? Math.max(from, 1_000_000) : from + Number(values.calls);
  const range: [number, number] = [from, from];
  const before = result.ranges.at(-1);
  if (before?.[1] === from) range[0] = before[0];
  const others = before?.[1] === from ? result.ranges.slice(0, -1) : result.ranges;
  const save = (seed: number): void => {
    range[1] = seed;
    const ranges = [...others, range];
    const calls = ranges.reduce((sum, [first, end]) => sum + end - first, 0);
    writeFileSync(RECORD, `${JSON.stringify({ ...result, functions: targets.length, ranges, calls }, null, 2)}\n`);
  };
  const start = Date.now();
  let shown = from;
  for (let seed = from; seed < to; ) {
    seed = await shift(
      seed,
      to,
      (finding) => {
        result.findings.push(finding);
        console.log(`\n// seed ${finding.seed}: ${finding.problem}\n${finding.call}`);
      },
      (at) => {
        if (at - shown < 10_000) return;
        shown = at;
        save(at);
        console.log(`${at} of ${to}, ${Math.round(((at - from) / (Date.now() - start)) * 1000)} calls a second`);
      },
    );
    save(seed);
  }
  console.log(`${targets.length} functions, calls ${from} to ${to}, ${result.findings.length} findings in all`);
  if (result.findings.length > 0) process.exitCode = 1;
}

if (isMainThread) await main();
else await work(workerData.from, workerData.to, workerData.at);
