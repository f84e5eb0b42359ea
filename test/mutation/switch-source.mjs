// Switches mutants on that Stryker wrote into the source, and counts which of them a test meets.

globalThis.__stryker__ ??= {};
const ns = globalThis.__stryker__;
ns.mutantCoverage ??= { static: {}, perTest: {} };

/**
 * What modules remember from call to call, as stryker.mjs writes it: forgotten before each run, or what the test found
 * without a mutant would hide the mutant.
 */
const memories = [];
class Memory extends Map {
  constructor() {
    super();
    memories.push(this);
  }
}
globalThis.MutationMemory = Memory;
const forget = () => {
  for (const each of memories) each.clear();
};

export function prepare() {}

/** Runs the test without a mutant: what it throws, and how often it met each. */
export async function met(test, run) {
  const { perTest } = ns.mutantCoverage;
  forget();
  ns.currentTestId = test.id;
  const failed = await run();
  ns.currentTestId = undefined;
  const hits = perTest[test.id] ?? {};
  delete perTest[test.id];
  return { failed, hits };
}
/** Those that ran while modules were loaded. */
export const whileLoading = () => Object.keys(ns.mutantCoverage.static);

/** Switches one mutant on, or all off; says whether the last one went round and round. */
export function activate(mutant, hits) {
  forget();
  const isEndless = ns.hitCount > ns.hitLimit;
  // While a mutant is on, what is counted belongs to no module that is being loaded.
  ns.currentTestId = mutant && 'mutant';
  ns.activeMutant = mutant;
  ns.hitCount = mutant && 0;
  ns.hitLimit = mutant && 100 * hits + 10_000;
  return isEndless;
}
