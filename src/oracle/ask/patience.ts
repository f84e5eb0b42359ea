// How long an engine may take for further questions: its own time counts, not that of the oracle, so that what is found does not
// depend on the load of the machine.

import type { EngineUnderTest } from '../engine-under-test.ts';

export interface Patient {
  /** The engine, its time taken. */
  readonly subject: EngineUnderTest;
  /** Whether it has taken all of its time. */
  isOver(): boolean;
}

/** Of an engine in this process, processor time counts; one that waits is given this many times as long. */
const SHARE = 8;

/** A call of so many milliseconds counts whole: reading the processor's time costs up to 10 µs, as much as a small call. */
const SHORT = 2;

/** Milliseconds that this process has worked, or those that have passed where the host does not say. */
function processorTime(): number {
  const { process } = globalThis as { process?: { cpuUsage?(): { user: number; system: number } } };
  const used = process?.cpuUsage?.();
  return used ? (used.user + used.system) / 1000 : performance.now();
}

/** The engine with all the time it takes. */
export const unhurried = (subject: EngineUnderTest): Patient => ({ subject, isOver: () => false });

/** The engine with so many seconds for its answers. */
export function patient(subject: EngineUnderTest, seconds: number): Patient {
  let spent = 0;
  let read = { at: -Infinity, worked: 0 };
  const { run, runAll, restart } = subject;
  const taking = async <T>(ask: () => Promise<T>): Promise<T> => {
    const start = performance.now(); // before it is asked: an engine of this process answers at once
    if (!restart && start - read.at > SHORT) read = { at: start, worked: processorTime() };
    const given = await ask();
    const time = performance.now() - start;
    const isWhole = restart || time < SHORT;
    spent += isWhole ? time : Math.min(time, Math.max(processorTime() - read.worked, time / SHARE));
    return given;
  };
  return {
    subject: {
      ...subject,
      run: (call, c) => taking(() => run(call, c)),
      ...(runAll && { runAll: (questions) => taking(() => runAll(questions)) }),
    },
    isOver: () => spent > 1000 * seconds,
  };
}
