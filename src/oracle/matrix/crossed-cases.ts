// New cases near those of a campaign: each is a failing or a right one with a few numbers of another one.

import type { Random } from '../../random.ts';
import type { Case } from '../case.ts';
import { isPossible } from '../cases/tensors.ts';
import { nearestIn } from '../dialects/translate.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import { isNonFinite } from '../values.ts';
import { countOf } from './terms.ts';

/** Cases with more products than this are not drawn. */
export const PRODUCTS = 2000;

/** A failing case with a few numbers of another one, with tensors of its own. */
export function crossed(
  { dialect = 'toeplitz' }: EngineUnderTest,
  { failures, passes }: { readonly failures: readonly Case[]; readonly passes: readonly Case[] },
  draw: Random,
  asked: number,
): Case | undefined {
  const others = passes.length > 0 ? passes : failures;
  const isChoice = failures[0].gradient && familyOf(failures[0].op).structure(failures[0].op)?.kind === 'maximum';
  const usual = isChoice ? 'distinct' : 'exact';
  for (let attempt = 0; attempt < 20; attempt++) {
    const base = failures[draw.below(failures.length)] as Case & Record<string, unknown>;
    const from = draw.below(4) === 0 ? failures : others;
    const other = from[draw.below(from.length)];
    const traits = familyOf(base.op).traits.filter((trait) => trait !== 'values');
    const isReversed = asked % 4 === 3;
    const [kept, given] = isReversed ? [other, base] : [base, other];
    const changes: Record<string, unknown> = {};
    for (let i = draw.below(3); i >= 0 && traits.length > 0; i--) {
      const trait = traits[draw.below(traits.length)];
      changes[trait] = (given as unknown as Record<string, unknown>)[trait];
    }
    const { given: _, ...rest } = kept;
    const values = rest.values === 'given' || isNonFinite(rest.values) ? usual : rest.values;
    const drawn = { ...rest, ...changes, values, seed: draw.below(0x7fffffff) } as Case;
    const c = isPossible(drawn) ? nearestIn(dialect, drawn) : undefined;
    if (c && isPossible(c) && countOf(c) <= PRODUCTS) return c;
  }
  return undefined;
}
