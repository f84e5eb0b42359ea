// How long an engine may take for further questions: its own time counts, not that of the oracle, so that what is found does not
// depend on the load of the machine.

import type { EngineUnderTest } from '../engine-under-test.ts';

export interface Patient {
  /** The engine, its time taken. */
  readonly subject: EngineUnderTest;
  /** Whether it has taken all of its time. */
  isOver(): boolean;
}

/** The engine with all the time it takes. */
export const unhurried = (subject: EngineUnderTest): Patient => ({ subject, isOver: () => false });

/** The engine with so many seconds for its answers. */
export function patient(subject: EngineUnderTest, seconds: number): Patient {
  let spent = 0;
  const taking = async <T>(ask: () => Promise<T>): Promise<T> => {
    const start = performance.now(); // before it is asked: an engine of this process answers at once
    const given = await ask();
    spent += performance.now() - start;
    return given;
  };
  const { run, runAll } = subject;
  return {
    subject: {
      ...subject,
      run: (call, c) => taking(() => run(call, c)),
      ...(runAll && { runAll: (questions) => taking(() => runAll(questions)) }),
    },
    isOver: () => spent > 1000 * seconds,
  };
}
