// Switches mutants of the kernels on: each is a module of its own, and any test may meet it.

import { readFileSync } from 'node:fs';

const modules = new Map();
let kernels;
let all;

function load(file) {
  if (!modules.has(file)) modules.set(file, new WebAssembly.Module(readFileSync(file)));
  return modules.get(file);
}

/** Loads the kernels that the next tests run, and those of the mutants. */
export async function prepare(mutants) {
  all = Object.fromEntries(mutants.map((mutant) => [mutant, 1]));
  kernels = {
    ...(await import('../../src/kernels/module.ts')),
    ...(await import('../../src/kernels/scratch-arena.ts')),
  };
}

/** Runs the test without a mutant: what it throws, and which it may meet. */
export const met = async (_, run) => ({ failed: await run(), hits: all });

export const whileLoading = () => [];

class Dropped extends Error {}

/** Switches one mutant on, or all off. */
export function activate(mutant) {
  kernels.adopt(load(mutant ? `mutants/${mutant}.wasm` : 'build/kernels.wasm'));
  // An arena on which a call fails is dropped; the next one is an instance of the module that was just adopted.
  try {
    kernels.withArena('mutation', () => {
      throw new Dropped();
    });
  } catch (error) {
    if (!(error instanceof Dropped)) throw error;
  }
  return false;
}
