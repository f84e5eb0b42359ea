// Times: a function's, in milliseconds, and the machine's, in GFLOP/s of the register-only chain.

import { readFileSync } from 'node:fs';
import { median } from './figures.mjs';

/** A sample lasts at least this long (ms), so that the clock's own cost disappears. */
const SAMPLE = 1;

/** A function that takes longer than this (ms) is called once. */
const LONG = 1000;

/** Median and best time of `run` over about `budget` ms, three samples at least. */
export async function time(run, budget) {
  const first = await sample(run, 1);
  if (first > LONG) return { median: first, best: first };
  const repeats = Math.max(1, Math.ceil(SAMPLE / first));
  const samples = [];
  const start = performance.now();
  while (samples.length < 3 || performance.now() - start < budget) samples.push(await sample(run, repeats));
  return { median: median(samples), best: Math.min(...samples) };
}

/** `run` may be synchronous: then nothing is awaited between two calls. */
async function sample(run, repeats) {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return (performance.now() - start) / repeats;
}

const ROUNDS = 20000;
const FLOPS = 96 * ROUNDS;

/** What the probe of memory reads: more than a core's own caches hold, less than the cache that cores share. */
const PROBED = 8 * 2 ** 20;

/**
 * Loads limits.ts, compiled, and returns a function that measures the chain, the median of 100 calls, 4 ms, in GFLOP/s, and how
 * fast memory is read, the median of 5 reads of 8 MiB, in GB/s: other processes disturb either.
 */
export function canary(file) {
  const { chain, touch, memory } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports;
  memory.grow(PROBED / 65536 + 1);
  new Float32Array(memory.buffer).fill(1);
  const read = () => {
    const start = performance.now();
    touch(PROBED, 0);
    return PROBED / (performance.now() - start) / 1e6;
  };
  const once = () => {
    const start = performance.now();
    chain(ROUNDS);
    return FLOPS / (performance.now() - start) / 1e6;
  };
  const measure = (calls) => median(Array.from({ length: calls }, once));
  measure(1000);
  return () => ({ chain: measure(100), memory: median(Array.from({ length: 5 }, read)) });
}

/** Starts to watch: the returned function tells which share of the time since then this process had a core. */
export function watchCore() {
  const [start, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / (performance.now() - start);
  };
}
