// One engine in a process of its own: prepares a case, checks its result against float64, and is timed when asked.

import { readFileSync } from 'node:fs';
import { cases } from './cases.mjs';
import { instance } from './plan.mjs';
import { canary as load, time, watchCore } from './timing.mjs';

const [name, limits] = process.argv.slice(2);
/** `toeplitz@2` is toeplitz on two threads, which only nets are asked of. */
const [engine, threads = '1'] = name.split('@');
const { prepare } = await import(`./engines/${engine}.mjs`);
const canary = load(limits);
let variants = [];

const commands = {
  async prepare({ name, reference, warm }) {
    const chosen = cases.find((each) => each.name === name);
    if (threads !== '1' && chosen.group !== 'net') return [];
    variants = await prepare(instance(chosen), Number(threads));
    if (threads !== '1') for (const each of variants) each.name += `@${threads}`;
    const bytes = readFileSync(reference);
    const wanted = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
    const checked = [];
    for (const { name, run, output } of variants) {
      checked.push({ name, error: output ? largestError(await output(), wanted) : 0 });
      await time(run, warm);
    }
    return checked;
  },
  /** The limits before and after, and the share of the time in which the process had a core, which reveal disturbances. */
  async time({ variant, budget }) {
    const before = canary();
    const core = watchCore();
    const times = await time(variants.find(({ name }) => name === variant).run, budget);
    const share = core();
    const limits = [before, canary()];
    return {
      ...times,
      core: share,
      chain: limits.map((each) => each.chain),
      memory: limits.map((each) => each.memory),
    };
  },
  async drop() {
    for (const { free } of variants) await free?.();
    variants = [];
    globalThis.gc();
  },
};

/** max |y − reference| / rms(reference). */
function largestError(y, reference) {
  if (y.length !== reference.length) throw new Error(`${y.length} values where the reference has ${reference.length}`);
  let most = 0;
  let squares = 0;
  for (let i = 0; i < y.length; i++) {
    const error = Math.abs(y[i] - reference[i]);
    most = error <= most ? most : error;
    squares += reference[i] ** 2;
  }
  return most / Math.sqrt(squares / y.length);
}

process.on('message', async ({ command, ...rest }) => {
  try {
    process.send({ result: (await commands[command](rest)) ?? null });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});
process.send({ result: 'ready' });
