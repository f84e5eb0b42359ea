// An engine that is wrong in the dialect it declares is asked again in each of the others: does it speak one of them?

import { ask, callOf, type Outcome } from '../ask/ask.ts';
import type { Case } from '../case.ts';
import { drawCase } from '../cases/draw.ts';
import { isPossible } from '../cases/tensors.ts';
import { type DialectName, dialectNames } from '../dialect.ts';
import { dialects } from '../dialects/dialects.ts';
import { nearestIn } from '../dialects/translate.ts';
import type { Call } from '../engine.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';

/** How many of the wrong answers, and how many of the right ones, are asked for again. */
const ASKED = 12;
/** Fewer answers than this are no evidence for a dialect. */
const ANSWERS = 4;

/**
 * An engine that is right in a larger share of its answers reads the words and the layout that it declares. Another dialect then
 * explains the others by its rules alone: where it asks the same question.
 */
const RIGHT = 0.75;

/** The dialects in which the engine is right on what it gets wrong, and on what it gets right. Spec dialect-other. */
export async function dialectsOf(subject: EngineUnderTest, outcomes: readonly Outcome[]): Promise<DialectName[]> {
  const wrong = outcomes.filter(({ verdict: { kind } }) => isFailure(kind));
  if (wrong.some(({ verdict: { kind } }) => kind === 'timeout' || kind === 'crash')) return [];
  const first = wrong.at(0);
  // An answer that is right when it is asked for again was not wrong for its dialect.
  if (first === undefined || !isFailure((await ask(subject, first.case)).verdict.kind)) return [];
  const right = outcomes.filter(({ verdict: { kind } }) => kind === 'pass');
  const spoken: DialectName[] = [];
  for (const name of dialectNames)
    if (name !== (subject.dialect ?? 'toeplitz') && (await speaks(subject, name, wrong, right))) spoken.push(name);
  return spoken;
}

/**
 * A case that the dialect can only say as another question proves nothing: that question may be the easier one. But of an
 * engine that is never right in its own dialect, those of the other one are asked, whatever its own would make of them.
 */
async function speaks(
  subject: EngineUnderTest,
  dialect: DialectName,
  wrong: readonly Outcome[],
  right: readonly Outcome[],
): Promise<boolean> {
  const { layout, operators } = dialects[dialect];
  const { op, gradient } = wrong[0].case;
  if (!operators.includes(op)) return false;
  const other: EngineUnderTest = { ...subject, dialect, layout };
  const unchanged = (name: DialectName, c: Case): boolean => isPossible(c) && nearestIn(name, c) === c;
  const sayable = (list: readonly Outcome[]): Case[] =>
    list.flatMap(({ case: c }) => (unchanged(dialect, c) ? c : [])).slice(0, ASKED);
  const mended = sayable(wrong);
  const isUnderstood = right.length > RIGHT * (right.length + wrong.length);
  if (isUnderstood && !mended.every((c) => isSame(callOf(subject, c), callOf(other, c)))) return false;
  let answers = 0;
  const isRight = async (c: Case): Promise<boolean> => {
    const { kind } = (await ask(other, c)).verdict;
    if (kind !== 'skip' && !isFailure(kind)) answers++;
    return !isFailure(kind);
  };
  for (const c of mended) if (!(await isRight(c))) return false;
  // What the dialect leaves open is skipped, and mends nothing.
  const isMended = answers > 0;
  for (const c of sayable(right)) if (!(await isRight(c))) return false;
  for (let i = 0; i < DRAWN && answers < ANSWERS; i++) {
    const c = drawCase(op, gradient, 1, BEYOND + i, { dialect, traits: subject.traits });
    if (c.reject || (right.length > 0 && !unchanged(subject.dialect ?? 'toeplitz', c))) continue;
    if (!(await isRight(c))) return false;
  }
  return answers >= ANSWERS && (isMended || right.length === 0);
}

/** Whether two questions have the same words and the same tensors. */
const isSame = (a: Call, b: Call): boolean => JSON.stringify(a, numbersOf) === JSON.stringify(b, numbersOf);

const numbersOf = (_: string, value: unknown): unknown => (value instanceof Float32Array ? [...value] : value);

/** Among so many new cases others are looked for, where the campaign has too few that the dialect can say. */
const [DRAWN, BEYOND] = [120, 3_000_000];
