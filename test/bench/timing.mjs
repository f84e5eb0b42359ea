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

/** Loads the chain (limits.ts, compiled) and returns a function that measures it: the median of 100 calls, 4 ms. */
export function canary(file) {
  const { chain } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports;
  const once = () => {
    const start = performance.now();
    chain(ROUNDS);
    return FLOPS / (performance.now() - start) / 1e6;
  };
  const measure = (calls) => median(Array.from({ length: calls }, once));
  measure(1000);
  return () => measure(100);
}

/** Starts to watch: the returned function tells which share of the time since then this process had a core. */
export function watchCore() {
  const [start, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / (performance.now() - start);
  };
}
