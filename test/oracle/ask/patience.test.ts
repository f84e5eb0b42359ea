// How long an engine may take: its own time counts, that of the oracle does not.

import { expect, it } from 'vitest';
import { patient, unhurried } from '../../../src/oracle/ask/patience.ts';
import type { EngineUnderTest } from '../../../src/oracle/engine-under-test.ts';

/** Works for so long, as the processor counts it: on a loaded machine more time passes. */
const busy = (milliseconds: number): void => {
  const spent = (): number => {
    const { user, system } = process.cpuUsage(begun);
    return user + system;
  };
  const begun = process.cpuUsage();
  while (spent() < 1000 * milliseconds);
};
const slow = {
  run: async () => {
    busy(30);
    return { kind: 'skip', message: '' };
  },
  runAll: async () => {
    busy(30);
    return [];
  },
} as unknown as EngineUnderTest;

it('[oracle-instead] ends when the engine has taken its own time, whichever way it is asked', async () => {
  for (const ask of [
    (engine: EngineUnderTest) => engine.run({} as never),
    (engine: EngineUnderTest) => engine.runAll!([]),
  ]) {
    const { subject, isOver } = patient(slow, 0.05);
    busy(80);
    expect(isOver()).toBe(false);
    await ask(subject);
    expect(isOver()).toBe(false);
    await ask(subject);
    expect(isOver()).toBe(true);
  }
  const { subject, isOver } = unhurried(slow);
  await subject.run({} as never);
  expect(isOver()).toBe(false);
});
