// How long an engine may take: its own time counts, that of the oracle does not.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { patient, unhurried } from '../../../src/oracle/ask/patience.ts';
import type { EngineUnderTest } from '../../../src/oracle/engine-under-test.ts';

/** Milliseconds that have passed, and those in which the processor worked for this process: no real clock, which a loaded machine shifts. */
let [passed, worked] = [0, 0];

beforeEach(() => {
  [passed, worked] = [0, 0];
  vi.spyOn(performance, 'now').mockImplementation(() => passed);
  vi.spyOn(process, 'cpuUsage').mockImplementation(() => ({ user: 600 * worked, system: 400 * worked }));
});
afterEach(() => vi.restoreAllMocks());

const spend = (milliseconds: number, work: number): void => {
  passed += milliseconds;
  worked += work;
};

/** An engine whose answers take so long. */
const slow = (milliseconds: number, work: number, more: Partial<EngineUnderTest> = {}): EngineUnderTest =>
  ({
    run: async () => {
      spend(milliseconds, work);
      return { kind: 'skip', message: '' };
    },
    runAll: async () => {
      spend(milliseconds, work);
      return [];
    },
    ...more,
  }) as unknown as EngineUnderTest;

type Ask = (engine: EngineUnderTest) => Promise<unknown>;
const askOne: Ask = (engine) => engine.run({} as never);
const askAll: Ask = (engine) => engine.runAll!([]);

/** After how many of at most 20 questions it has taken 50 ms. */
async function questionsUntilOver(engine: EngineUnderTest, ask = askOne): Promise<number | undefined> {
  const { subject, isOver } = patient(engine, 0.05);
  for (let asked = 0; asked < 20; asked++) {
    if (isOver()) return asked;
    spend(80, 80); // the oracle's own time
    await ask(subject);
  }
  return undefined;
}

it('[oracle-instead] ends when the engine has taken its own time, whichever way it is asked', async () => {
  expect(await questionsUntilOver(slow(30, 30))).toBe(2);
  expect(await questionsUntilOver(slow(30, 30), askAll)).toBe(2);
});

it('[oracle-instead] counts what the processor works, not what passes, and an eighth where an engine only waits', async () => {
  expect(await questionsUntilOver(slow(90, 30))).toBe(2);
  expect(await questionsUntilOver(slow(160, 0))).toBe(3);
  expect(await questionsUntilOver(slow(30, 90))).toBe(2); // other threads of the process worked meanwhile
});

it('[oracle-instead] counts all the time of an engine that is another process', async () => {
  expect(await questionsUntilOver(slow(30, 1, { restart: async () => {} }))).toBe(2);
});

it('[oracle-instead] has all the time it takes where nobody hurries', async () => {
  const { subject, isOver } = unhurried(slow(1e9, 1e9));
  await subject.run({} as never);
  expect(isOver()).toBe(false);
});
