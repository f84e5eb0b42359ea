// Whether a case that failed fails again: what comes and goes is no smallest case. Spec oracle-reduce.

import type { Outcome } from '../ask/ask.ts';
import type { Case } from '../case.ts';
import type { EngineUnderTest, VerdictKind } from '../engine-under-test.ts';

/** Whether a failure happens again at any time; a hang may depend on the load of the machine. */
const isTimeless = (kind: VerdictKind): boolean => kind !== 'timeout' && kind !== 'crash';

/** How often a case must fail again to be shown: what comes and goes is no smallest case. */
const timesOf = (kind: VerdictKind, isRemote: boolean): number =>
  kind === 'crash' ? 5 : isTimeless(kind) && isRemote ? 2 : 1;

/** The first of the cases that fails each time again. Where the engine can be restarted, each is asked of a fresh one. */
export async function confirmed(
  subject: EngineUnderTest,
  kind: VerdictKind,
  put: (c: Case) => Promise<Outcome>,
  cases: readonly Case[],
): Promise<{ readonly shown?: Outcome; readonly isFickle: boolean }> {
  let isFickle = !isTimeless(kind);
  const times = timesOf(kind, subject.restart !== undefined);
  for (const c of cases) {
    if (isTimeless(kind)) await subject.restart?.();
    let again = await put(c);
    let failed = 0;
    for (; again.verdict.kind === kind && ++failed < times; ) again = await put(c);
    if (failed === times) return { shown: again, isFickle: false };
    if (failed > 0) isFickle = true;
  }
  return { isFickle };
}
