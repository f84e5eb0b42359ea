// Fresh tensors of the geometry of a case, by which what was read of an engine is checked.

import { hash, random } from '../../random.ts';
import { ask, type Outcome } from '../ask/ask.ts';
import type { Case, Part } from '../case.ts';
import { layerOf, operandsOf } from '../cases/tensors.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import { isChoice } from './products.ts';

/** How many fresh tensors the matrix must predict. */
export const FRESH = 4;

/**
 * Whole numbers for every operand, none of them 0; no two cells under a maximum are equal. The gradient of a maximum keeps
 * the x of the case.
 */
export function freshCase(c: Case, seed: number): Case {
  const isMaximum = familyOf(c.op).structure(c.op)?.kind === 'maximum';
  const own = operandsOf(c, layerOf(c));
  const given = Object.fromEntries(
    Object.entries(own).map(([name, tensor]) => {
      const draw = random(hash(seed, name));
      const size = tensor!.data.length;
      if (name === 'x' && isChoice(c)) return [name, [...tensor!.data]];
      const isDistinct = isMaximum && name === 'x';
      const numbers = Array.from({ length: size }, (_, i) => (isDistinct ? i - (size >> 1) : draw.below(18) - 9));
      return [name, (isDistinct ? draw.shuffle(numbers) : numbers).map((v) => (v < 0 ? v : v + 1))];
    }),
  );
  return { ...c, values: 'given', seed: 0, given };
}

export const askAll = async (subject: EngineUnderTest, count: number, of: (i: number) => Case): Promise<Outcome[]> => {
  const found: Outcome[] = [];
  for (let i = 0; i < count; i++) found.push(await ask(subject, of(i)));
  return found;
};

export const partOf = (theirs: unknown, part: Part): Float32Array | undefined =>
  ((part === 'y' ? theirs : (theirs as Record<string, unknown>)[part]) as { data?: Float32Array } | undefined)?.data;
