// npm run fuzz: 10⁶ calls in a process that is ended when a call does not end, the result written beside this file.
//
//   npm run fuzz -- [--from N] [--calls N] [--call 'conv2d({ filters: trap() })']
//
// Without --from it goes on where the last run ended. Shards: --from 250000 --calls 250000 and so on.

import { fork } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { callOf, type Finding, fuzz, targets } from './fuzz.ts';
import { valueIn } from './scope.ts';

/** Milliseconds of the processor that a call may take. */
const LIMIT = 1000;
/** Seconds after which a call is taken not to end, on a machine that does other things too. */
const PATIENCE = 60;
/** The first argument of a process that calls. */
const WORK = 'work';
const RECORD = join(process.cwd(), 'test', 'fuzz', 'result.json');

interface Result {
  functions: number;
  limit: string;
  /** Seeds from the first on to before the last. */
  ranges: [number, number][];
  calls: number;
  findings: Finding[];
}

/** Calls seed after seed; the one that runs is written to a file, so that it is known whatever becomes of the process. */
async function work(from: number, to: number, file: string): Promise<void> {
  const [place, seeds] = [openSync(file, 'r+'), new Float64Array(1)];
  for (let seed = from; seed < to; seed++) {
    seeds[0] = seed;
    writeSync(place, seeds, 0, 8, 0);
    const { finding } = await fuzz(seed, LIMIT);
    if (finding) process.send?.(finding);
  }
  process.disconnect?.();
}

/** Runs a process; gives the seed after the call that ended it, or `to`. */
function shift(from: number, to: number, found: (finding: Finding) => void, progress: (at: number) => void) {
  const file = join(tmpdir(), `toeplitz-fuzz-${process.pid}`);
  writeFileSync(file, new Float64Array([from]));
  const at = (): number => new Float64Array(new Uint8Array(readFileSync(file)).buffer)[0];
  const child = fork(fileURLToPath(import.meta.url), [WORK, String(from), String(to), file]);
  return new Promise<number>((resolve) => {
    let [last, since, why] = [from, Date.now(), ''];
    const timer = setInterval(() => {
      const seed = at();
      progress(seed);
      if (seed !== last) [last, since] = [seed, Date.now()];
      else if (Date.now() - since > PATIENCE * 1000) {
        why = `does not end within ${PATIENCE} s`;
        child.kill('SIGKILL');
      }
    }, 1000);
    child.on('message', (finding) => found(finding as Finding));
    child.on('close', (code, signal) => {
      clearInterval(timer);
      const seed = at();
      rmSync(file);
      if (code === 0) return resolve(to);
      found({ seed, call: callOf(seed).call, problem: why || `ends the process (${code ?? signal})` });
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
    : {
        functions: targets.length,
        limit: `${LIMIT} ms of the processor`,
        ranges: [],
        calls: 0,
        findings: [],
      };
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

const [role, from, to, file] = process.argv.slice(2);
if (role === WORK) await work(Number(from), Number(to), file);
else await main();
