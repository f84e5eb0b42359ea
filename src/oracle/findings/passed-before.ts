// An engine that changes its mind: after so many calls every answer is wrong, also those that were right. Spec oracle-history.

import { ask, type Outcome } from '../ask/ask.ts';
import { caseId } from '../cases/id.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';

/** So many failures without a right answer between them are no chance. */
const RUN = 6;

/** A case that passed and now fails as all others do since the first failure; undefined where right and wrong answers alternate. */
export async function passedBefore(
  subject: EngineUnderTest,
  outcomes: readonly Outcome[],
): Promise<string | undefined> {
  const answered = outcomes.filter(({ verdict: { kind } }) => kind !== 'skip');
  const first = answered.findIndex(({ verdict: { kind } }) => isFailure(kind));
  const since = answered.slice(first);
  if (first < 1 || since.length < RUN || since.some(({ verdict: { kind } }) => !isFailure(kind))) return undefined;
  const { kind } = since[since.length - 1].verdict;
  if (kind === 'timeout' || kind === 'crash') return undefined;
  const again = await ask(subject, answered[0].case);
  return again.verdict.kind === kind ? caseId(answered[0].case) : undefined;
}
