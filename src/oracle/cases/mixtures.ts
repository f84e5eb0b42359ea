// What an engine skips teaches what to ask: drawn cases are moved towards those that it answered. Spec oracle-skips.
//
//   drawn      size 2×4  stride 3×1  batch 2  filters 65      skipped: it offers 3×3 with stride 1
//   answered   size 3×3  stride 1×1  batch 1  filters 4
//   asked      size 3×3  stride 1×1  batch 2  filters 65

import { hash, random } from '../../random.ts';
import type { Case } from '../case.ts';
import type { DialectName } from '../dialect.ts';
import { nearestIn } from '../dialects/translate.ts';
import { familyOf } from '../families/index.ts';
import { caseId } from './id.ts';
import { isPossible } from './tensors.ts';

/** How many of the latest answered cases are mixed with drawn ones, and how many mixtures are tried before an answered case is
 * asked again with other tensors. */
const BASES = 64;
const TRIES = 40;

/** Moves drawn cases towards those that were answered. */
export interface Mixtures {
  /** The drawn case, as long as nothing was skipped; after that a mixture of it and an answered one. */
  towardsAnswers(drawn: Case): Case;
  note(asked: Case, isSkip: boolean): void;
}

const traitOf = (c: Case, trait: string): unknown => (c as unknown as Readonly<Record<string, unknown>>)[trait];

interface Tally {
  answers: number;
  skips: number;
}

/**
 * A value of a trait is kept with the chance that it had so far; a new value with that of the new values of its trait.
 * An answer speaks for all values of the case. A skip speaks against them, most against the value with the worst chance.
 */
export function mixtures(dialect: DialectName = 'toeplitz'): Mixtures {
  const bases: Case[] = [];
  const tallies = new Map<string, Tally>();
  let [skips, asked] = [0, 0];
  /** The answered case that the last mixture comes from: what they share is not to blame. */
  let base: Case | undefined;
  const tallyOf = (key: string): Tally => {
    const tally = tallies.get(key) ?? { answers: 0, skips: 0 };
    tallies.set(key, tally);
    return tally;
  };
  /** `before` is the chance that is assumed before the first question. */
  const share = ({ answers, skips }: Tally, before: number): number => (answers + before) / (answers + skips + 1);
  const keyOf = (c: Case, trait: string): string => `${trait} ${JSON.stringify(traitOf(c, trait))}`;
  const chance = (c: Case, trait: string): number => share(tallyOf(keyOf(c, trait)), share(tallyOf(trait), 1));

  const mixture = (drawn: Case): Case => {
    const draw = random(hash(drawn.seed, caseId(drawn), asked));
    for (let tries = 0; tries < TRIES; tries++) {
      base = bases[draw.below(bases.length)];
      const kept = familyOf(drawn.op).traits.filter((trait) => draw.uniform() < chance(drawn, trait));
      const mixed = {
        ...base,
        ...Object.fromEntries(kept.map((trait) => [trait, traitOf(drawn, trait)])),
        seed: drawn.seed,
      };
      const said = isPossible(mixed) ? nearestIn(dialect, mixed) : mixed;
      if (isPossible(said)) return said;
    }
    base = bases[0];
    return { ...base, seed: drawn.seed };
  };
  const note = (c: Case, isSkip: boolean): void => {
    asked++;
    const { traits } = familyOf(c.op);
    // Even a value without a skip so far takes a part of the blame.
    const doubts = traits.map((trait) => (base && keyOf(base, trait) === keyOf(c, trait) ? 0 : 1.1 - chance(c, trait)));
    const doubt = doubts.reduce((sum, each) => sum + each, 0) || 1;
    for (const [i, trait] of traits.entries()) {
      const own = tallyOf(keyOf(c, trait));
      const isNew = own.answers + own.skips === 0;
      for (const tally of isNew ? [own, tallyOf(trait)] : [own]) {
        if (isSkip) tally.skips += doubts[i] / doubt;
        else tally.answers++;
      }
    }
    if (isSkip) skips++;
    else bases.push(c);
    if (bases.length > BASES) bases.shift();
  };
  return {
    note: (c, isSkip) => (c.reject ? undefined : note(c, isSkip)),
    towardsAnswers: (drawn) => (skips === 0 || bases.length === 0 || drawn.reject ? drawn : mixture(drawn)),
  };
}
