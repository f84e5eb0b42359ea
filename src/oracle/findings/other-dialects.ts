// An engine that is wrong in the dialect it declares is asked again in each of the others: does it speak one of them?

import { ask, type Outcome } from '../ask/ask.ts';
import { isPossible } from '../cases/tensors.ts';
import { type DialectName, dialectNames } from '../dialect.ts';
import { dialects } from '../dialects/dialects.ts';
import { nearestIn } from '../dialects/translate.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';

/** How many of the wrong answers, and how many of the right ones, are asked for again. */
const ASKED = 12;
/** Fewer answers than this are no evidence for a dialect. */
const ANSWERS = 4;

/** The dialects in which the engine is right on what it gets wrong, and on what it gets right. Spec dialect-other. */
export async function dialectsOf(subject: EngineUnderTest, outcomes: readonly Outcome[]): Promise<DialectName[]> {
  const wrong = outcomes.filter(({ verdict: { kind } }) => isFailure(kind));
  if (wrong.some(({ verdict: { kind } }) => kind === 'timeout' || kind === 'crash')) return [];
  const right = outcomes.filter(({ verdict: { kind } }) => kind === 'pass');
  const spoken: DialectName[] = [];
  for (const name of dialectNames)
    if (name !== (subject.dialect ?? 'toeplitz') && (await speaks(subject, name, wrong, right))) spoken.push(name);
  return spoken;
}

/** A case that the dialect can only say as another question proves nothing: that question may be the easier one. */
async function speaks(
  subject: EngineUnderTest,
  dialect: DialectName,
  wrong: readonly Outcome[],
  right: readonly Outcome[],
): Promise<boolean> {
  const { layout, operators } = dialects[dialect];
  const sayable = (list: readonly Outcome[]): readonly Outcome[] =>
    list
      .filter(({ case: c }) => operators.includes(c.op) && isPossible(c) && nearestIn(dialect, c) === c)
      .slice(0, ASKED);
  const [failed, passed] = [sayable(wrong), sayable(right)];
  let answers = 0;
  for (const { case: c } of [...failed, ...passed]) {
    const { kind } = (await ask({ ...subject, dialect, layout }, c)).verdict;
    if (isFailure(kind)) return false;
    if (kind !== 'skip') answers++;
  }
  return failed.length > 0 && answers >= ANSWERS;
}
