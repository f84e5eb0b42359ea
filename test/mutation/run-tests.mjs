// Runs the tests that mutants meet: quick ones first, and a new process wherever a mutant hangs or does lasting harm.

import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { replay } from './journal.mjs';

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutation/vitest.config.ts'];

/** Tests that take more milliseconds of processor time come later, when fewer mutants are left. */
const SLOW = [300, 1500, Number.MAX_SAFE_INTEGER];

/**
 * Milliseconds between two looks at a process. A time limit counts the looks: what is halted for a while, with all that it
 * started, is not late.
 */
const TURN = 100;

/** How often the tests may end without having run all of their files. */
const ATTEMPTS = 5;

/** Files that only test:slow runs. */
const isSlow = (file) => file.endsWith('.slow.test.ts');

const own = new Set();
const end = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
};
process.on('exit', () => own.forEach(end));

/** Vitest on these files of tests, in a process group of its own: the child, and how it ends. */
export function vitestOn(tree, tests, environment = {}) {
  const child = spawn(process.execPath, vitest, {
    cwd: tree,
    detached: true,
    env: { ...process.env, TOEPLITZ_TESTS: tests.join(' '), ...environment },
    stdio: 'ignore',
  });
  own.add(child);
  const ended = new Promise((settle) => {
    child.on('exit', (code) => {
      own.delete(child);
      settle(code);
    });
  });
  return { ended, end: () => end(child) };
}

/** How it ends: its exit code, or null where it was ended after so many milliseconds. */
export async function endOf(process, limit) {
  let isEnded = false;
  process.ended.then(() => {
    isEnded = true;
  });
  for (let turns = 0; !isEnded && turns * TURN < limit; turns++) await wait(TURN);
  if (!isEnded) process.end();
  return process.ended;
}

/** Calls `each` for every whole line that was added to the file since the last time. */
function follower(file, each) {
  let [at, rest] = [0, ''];
  const buffer = Buffer.alloc(1 << 16);
  return () => {
    const fd = openSync(file, 'r');
    for (let read = readSync(fd, buffer, 0, buffer.length, at); read > 0; ) {
      at += read;
      const lines = (rest + buffer.toString('latin1', 0, read)).split('\n');
      rest = lines.pop();
      for (const line of lines) each(JSON.parse(Buffer.from(line, 'latin1').toString('utf8')));
      read = readSync(fd, buffer, 0, buffer.length, at);
    }
    closeSync(fd);
  };
}

/**
 * Runs the tests with every mutant of the ids that they meet, and calls `died(id, status, by)`. `switches` is the module
 * that switches mutants on. Gives which of them a test met, and which ran only while modules were loaded.
 */
export async function runTests(tree, { tests, ids, switches }, died) {
  const journal = join(tree, 'journal.jsonl');
  const settings = join(tree, 'mutants.json');
  rmSync(journal, { force: true });
  appendFileSync(journal, '');

  const state = { broken: 0 };
  const living = new Set(ids);
  /** Mutants with which a process broke down once. */
  const broke = new Set();
  const read = follower(journal, (entry) => {
    if ('ran' in entry) state.left.delete(entry.ran);
    if ('dead' in entry && living.delete(entry.dead)) died(entry.dead, entry.status, entry.by);
    if ('broken' in entry) console.log(`fails without a mutant: ${entry.broken}: ${entry.why}`);
    if ('replace' in entry) state.isReplaced = true;
    if ('began' in entry) Object.assign(state, { began: entry, turns: 0 });
    else if ('passed' in entry || 'dead' in entry) state.began = undefined;
  });

  /** One process; whether another must go on. */
  async function once(files, slow) {
    writeFileSync(settings, JSON.stringify({ journal, mutants: ids, slow, switches }));
    Object.assign(state, { isReplaced: false, began: undefined, left: new Set(files.filter((file) => !isSlow(file))) });
    const process = vitestOn(tree, files, { TOEPLITZ_MUTANTS: settings });
    let isEnded = false;
    process.ended.then(() => {
      isEnded = true;
    });
    while (!isEnded && !state.isReplaced && living.size > 0) {
      await wait(TURN);
      read();
      if (state.began && ++state.turns * TURN > state.began.limit) {
        process.end();
        await process.ended;
        appendFileSync(journal, `${JSON.stringify({ dead: state.began.began, status: 'time limit' })}\n`);
        read();
        return true;
      }
    }
    process.end();
    await process.ended;
    read();
    if (state.began && !state.isReplaced) {
      // The process broke down: if it does so again with this mutant, the mutant makes it.
      const { began } = state.began;
      if (broke.has(began)) {
        appendFileSync(journal, `${JSON.stringify({ dead: began, status: 'killed', by: 'breakdown' })}\n`);
        read();
      }
      broke.add(began);
      return true;
    }
    if (living.size === 0) return false;
    if (state.isReplaced) return true;
    if (state.left.size === 0) return false;
    // Mutants that did not meet all of the tests are not alive.
    console.log(`the tests ended without ${[...state.left].join(', ')}`);
    if (++state.broken === ATTEMPTS) throw new Error('the tests do not run to their end');
    return true;
  }

  let left = tests;
  for (const slow of SLOW) {
    while (left.length > 0 && living.size > 0 && (await once(left, slow)));
    const { dead, done, late } = replay(journal);
    const isOpen = ([id, { hits }]) => !done.has(id) && Object.keys(hits).some((mutant) => !dead.has(mutant));
    const open = new Set([...late].filter(isOpen).map(([, { file }]) => file));
    left = left.filter((file) => open.has(file));
  }
  const { met, loaded } = replay(journal);
  return { met, loaded };
}
