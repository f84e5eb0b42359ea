// An engine that is wrong in the dialect it declares is asked again in each of the others: does it speak one of them?

import { SpecError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { ask, callOf, type Outcome } from '../ask/ask.ts';
import type { Case, Operands } from '../case.ts';
import { drawCase } from '../cases/draw.ts';
import { isPossible } from '../cases/tensors.ts';
import { type DialectName, dialectNames } from '../dialect.ts';
import { dialects } from '../dialects/dialects.ts';
import { toOurs } from '../dialects/layout.ts';
import { countsOf, layoutKeyOf, nearestIn } from '../dialects/translate.ts';
import type { Call } from '../engine.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';
import { familyOf, layerFor } from '../families/index.ts';

/** How many of the wrong answers, and how many of the right ones, are asked for again. */
const ASKED = 12;
/** Fewer answers than this are no evidence for a dialect. */
const ANSWERS = 4;

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
  let answers = 0;
  const isRight = async (c: Case): Promise<boolean> => {
    const { kind } = (await ask(other, c)).verdict;
    if (kind !== 'skip' && !isFailure(kind)) answers++;
    return !isFailure(kind);
  };
  for (const c of mended) if (!(await isRight(c))) return false;
  // What the dialect leaves open is skipped, and mends nothing; nor does a question of both, which is right in either.
  let isMended = false;
  for (const c of answers > 0 ? mended : []) isMended ||= !(await isRightInBoth(subject, other, c));
  for (const c of sayable(right)) if (!(await isRight(c))) return false;
  for (let i = 0; i < DRAWN && answers < ANSWERS; i++) {
    const c = drawCase(op, gradient, 1, BEYOND + i, { dialect, traits: subject.traits });
    if (c.reject || (right.length > 0 && !unchanged(subject.dialect ?? 'toeplitz', c))) continue;
    if (!(await isRight(c))) return false;
  }
  return answers >= ANSWERS && (isMended || right.length === 0);
}

/** Whether the question about a case in another dialect is one of the engine's own about some other case, and its answer right there. */
async function isRightInBoth(subject: EngineUnderTest, other: EngineUnderTest, c: Case): Promise<boolean> {
  const question = callOf(other, c);
  const same = caseOf(subject, c, question);
  const isAsked =
    same &&
    isPossible(same) &&
    JSON.stringify(callOf(subject, same), numbersOf) === JSON.stringify(question, numbersOf);
  return isAsked === true && !isFailure((await ask(subject, same)).verdict.kind);
}

/** The case that is asked by such a question in our own words. */
function caseOf({ layout }: EngineUnderTest, c: Case, { op, attributes, ...tensors }: Call): Case | undefined {
  const operands = Object.fromEntries(
    (Object.entries(tensors) as [string, Tensor][]).map(([name, each]) => [
      name,
      toOurs(layoutKeyOf(c, name), each, layout, each.shape.length, countsOf(c)) as Tensor,
    ]),
  );
  try {
    const own = familyOf(op).caseOf(layerFor(op, attributes), operands as unknown as Operands);
    const given = Object.fromEntries(Object.entries(operands).map(([name, { data }]) => [name, [...data]]));
    return { ...own, op, gradient: c.gradient, values: 'given', seed: 0, given };
  } catch (error) {
    if (error instanceof SpecError) return undefined;
    throw error;
  }
}

const numbersOf = (_: string, value: unknown): unknown => (value instanceof Float32Array ? [...value] : value);

/** Among so many new cases others are looked for, where the campaign has too few that the dialect can say. */
const [DRAWN, BEYOND] = [120, 3_000_000];
