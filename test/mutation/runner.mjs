// Runs a test as it is, and then again for each living mutant that it meets, all in one process: what starts, loads and
// warms up once serves thousands of mutants. What becomes of them is written down line by line, for run-tests.mjs to read.

import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { TestRunner } from 'vitest';
import { getFn, getHooks } from 'vitest/suite';
import { replay } from './journal.mjs';

const { journal, mutants, slow, switches } = JSON.parse(readFileSync(process.env.TOEPLITZ_MUTANTS, 'utf8'));
const write = (entry) => appendFileSync(journal, `${JSON.stringify(entry)}\n`);
const { activate, met, prepare, whileLoading } = await import(switches);

/** Waits to be ended, and for a new process that goes on. */
const beReplaced = (why) => {
  write({ replace: why });
  return new Promise(() => undefined);
};

const suitesOf = (test) => {
  const suites = [test.file];
  for (let suite = test.suite; suite && suite !== test.file; suite = suite.suite) suites.splice(1, 0, suite);
  return suites;
};

/** What the test throws, with the hooks of its suites. */
async function failure(test) {
  const suites = suitesOf(test);
  const after = [];
  try {
    for (const suite of suites) {
      for (const hook of getHooks(suite).beforeEach) after.unshift([await hook(test.context, suite)]);
    }
    await getFn(test)();
    return undefined;
  } catch (error) {
    return { error };
  } finally {
    for (const suite of suites.toReversed()) {
      for (const hook of getHooks(suite).afterEach) await hook(test.context, suite);
    }
    for (const [cleanup] of after) await cleanup?.();
  }
}

/** The test without a mutant: what it throws, its milliseconds of processor time, and how often it met each mutant. */
async function measure(test) {
  const before = process.cpuUsage();
  const { failed, hits } = await met(test, () => failure(test));
  const { user, system } = process.cpuUsage(before);
  return { failed, ms: (user + system) / 1000, hits };
}

export default class Runner extends TestRunner {
  async onBeforeRunFiles(files) {
    await super.onBeforeRunFiles?.(files);
    this.known = replay(journal);
    await prepare(mutants);
  }

  async runTask(test) {
    const { careful, dead, done, late, passed } = this.known;
    const names = suitesOf(test)
      .slice(1)
      .map(({ name }) => name);
    const title = `${relative('test', test.file.filepath)} > ${[...names, test.name].join(' > ')}`;
    const id = `${test.file.filepath} ${test.id}`;
    if (done.has(id)) return;

    const measured = late.get(id) ?? (await measure(test));
    const { failed, ms, hits } = measured;
    if (!late.has(id)) write({ met: Object.keys(hits) });
    if (failed) {
      if (failed.error?.code === 'VITEST_PENDING') throw failed.error;
      if (isUsed) await beReplaced(title);
      write({ broken: title, why: String(failed.error?.message ?? failed.error).slice(0, 300) });
      write({ done: id });
      return;
    }
    const alive = Object.keys(hits).filter((mutant) => !dead.has(mutant));
    if (alive.length > 0 && ms > slow) {
      if (!late.has(id)) write({ late: id, file: relative('test', test.file.filepath), ms, hits });
      return;
    }
    // A mutant must not change what the process keeps, such as a table that is made once: the test must pass again after
    // those that died, and if it does not, after each of them, in a process that none ran in before.
    const died = [];
    const bury = async (isFirst = false) => {
      const isHarmed = died.length > 0 && (await failure(test)) !== undefined;
      for (const [mutant, status] of isHarmed && !isFirst ? [] : died.splice(0)) {
        dead.add(mutant);
        write({ dead: mutant, status, by: title });
      }
      if (!isHarmed) return;
      write({ careful: id });
      await beReplaced(title);
    };
    for (const mutant of alive) {
      if (passed.has(`${id} ${mutant}`)) continue;
      write({ began: mutant, limit: 30_000 + 40 * ms });
      const isFirst = !isUsed;
      isUsed = true;
      activate(mutant, hits[mutant]);
      const isAlive = (await failure(test)) === undefined;
      const isEndless = activate(undefined);
      if (isAlive && !isEndless) write({ passed: mutant, test: id });
      else died.push([mutant, isEndless ? 'time limit' : 'killed']);
      if (careful.has(id)) await bury(isFirst);
    }
    await bury();
    write({ done: id });
  }

  async onAfterRunFiles(files) {
    await super.onAfterRunFiles?.(files);
    write({ loaded: whileLoading() });
    for (const { filepath } of files) write({ ran: relative('test', filepath) });
  }
}

/** Whether a mutant ran in this process. */
let isUsed = false;
