// One case of every operator, forward and gradients, answered in every way that applies.

import { callOf, partsOf } from '../../src/oracle/ask/ask.ts';
import { checkParts } from '../../src/oracle/ask/outputs.ts';
import type { Case } from '../../src/oracle/case.ts';
import { drawCase } from '../../src/oracle/cases/draw.ts';
import { caseId } from '../../src/oracle/cases/id.ts';
import { ownLayout } from '../../src/oracle/dialects/layout.ts';
import { hash, random } from '../../src/random.ts';
import { names } from '../oracle/this-library.ts';
import type { Question } from './adding.ts';
import { type Products, productsOf } from './products.ts';
import { ways } from './ways.ts';

/** Products of the largest case that is added up in other orders. */
const MOST = 20_000;

export interface Answers {
  /** How many answers of each way were judged. */
  readonly judged: Record<string, number>;
  /** Those that did not pass: the way, the case and what was said. */
  readonly refused: { way: string; id: string; said: string }[];
  /** The largest margin of each way. */
  readonly margins: Record<string, number>;
}

/** Those whose names hold `words`. */
export function askAll(index: number, seed: number, words = '', among: readonly string[] = names): Answers {
  const all: Answers = { judged: {}, refused: [], margins: {} };
  for (const op of among) for (const gradient of [false, true]) askOne(all, op, gradient, index, seed, words);
  return all;
}

function askOne(all: Answers, op: string, gradient: boolean, index: number, seed: number, words: string): void {
  const known = new Map<string, Known>();
  for (const [place, way] of ways.entries()) {
    if (!way.covers(op, gradient) || !way.name.includes(words)) continue;
    const { name, traits } = way;
    // The case of other traits is often the same: its bounds are then known.
    const own = drawCase(op, gradient, seed, index, { traits });
    const drawn = way.fitted?.(own) ?? own;
    const id = caseId(drawn);
    const { c, question } = known.get(id) ?? { c: drawn, question: questionOf(drawn, gradient) };
    known.set(id, { c, question });
    const theirs = way.answer(question, random(hash(seed, op, gradient ? 1 : 0, index, place)));
    if (theirs === undefined) continue;
    const { kind, margin, message } = checkParts(partsOf({ traits }, c), theirs);
    all.judged[name] = (all.judged[name] ?? 0) + 1;
    all.margins[name] = Math.max(all.margins[name] ?? 0, margin);
    if (kind !== 'pass') all.refused.push({ way: name, id, said: `${kind}: ${message}` });
  }
}

interface Known {
  readonly c: Case;
  readonly question: Question;
}

function questionOf(c: Case, gradient: boolean): Question {
  const call = callOf({ layout: ownLayout }, c);
  let list: { readonly products: Products | undefined } | undefined;
  return {
    call,
    gradient,
    products() {
      list ??= { products: productsOf(call, MOST) };
      return list.products;
    },
  };
}
