// What a change makes of the products of one case, held against the engine's: each product is changed once for all regions, and
// a change is refuted by the first product that the engine has not.

import type { Part } from '../case.ts';
import type { Change } from './change.ts';
import { keyIn, readsBeyond } from './matrices.ts';
import { isNear, type Matrix, type sizesOf } from './matrix-from-answers.ts';
import type { Region } from './regions.ts';
import type { Term, Terms } from './terms.ts';

/**
 * Whether the engine's sums differ from the right ones by what a change of single products takes away and brings. Most changes
 * are refuted by the first products.
 */
export function differencesFrom(terms: Terms, theirs: Matrix, keys: readonly number[]) {
  const right = new Map<number, number>();
  for (const [i, { factor }] of terms.list.entries())
    if (keys[i] >= 0) right.set(keys[i], (right.get(keys[i]) ?? 0) + factor);
  /** Of a maximum a cell counts once however often it is read. */
  const isMaximum = terms.structure.kind === 'maximum';
  const isTheirs = (key: number, sum: number): boolean =>
    isMaximum ? theirs.has(key) === sum > 0 : isNear(theirs.get(key) ?? 0, sum);
  const isOther = (key: number): boolean => !isTheirs(key, right.get(key) ?? 0);
  const others = [...new Set([...right.keys(), ...theirs.keys()])].filter(isOther);
  return (change: Change, made: Made) => {
    const known: (readonly Taken[] | undefined)[] = [];
    const more =
      change.more &&
      ((i: number): readonly Taken[] => {
        known[i] ??= change.more!(terms.list[i]).map((next) => made.taken(next));
        return known[i];
      });
    const isTaken = ({ key, isBeyond }: Taken): boolean => (key < 0 ? !isBeyond : (theirs.get(key) ?? 0) !== 0);
    /** What is taken in place of a product. */
    const instead = (i: number): readonly Taken[] => {
      const own = made.instead(i);
      return more ? [...(own ? [own] : []), ...more(i)] : own ? [own] : [];
    };
    return (order: readonly number[], { marks = [] }: Region): boolean => {
      const isTouched = (i: number): boolean => marks.every((each) => each[i] === 1);
      for (const i of order) if (isTouched(i) && !instead(i).every(isTaken)) return false;
      const sums = new Map<number, number>();
      const add = (key: number, factor: number): void => {
        if (key >= 0) sums.set(key, (sums.get(key) ?? right.get(key) ?? 0) + factor);
      };
      for (const i of order) {
        if (!isTouched(i)) continue;
        add(keys[i], -terms.list[i].factor);
        for (const { key, factor } of instead(i)) add(key, factor);
      }
      if (sums.size < others.length) return false;
      for (const [key, sum] of sums) if (!isTheirs(key, sum)) return false;
      return others.every((key) => sums.has(key));
    };
  };
}

/** A product that is taken instead: its key, or −1 where it counts nothing, and whether it is read beyond the end of a tensor. */
interface Taken {
  readonly key: number;
  readonly factor: number;
  readonly isBeyond: boolean;
}

/** What a change makes of each product of a case, by its number. */
export interface Made {
  instead(i: number): Taken | undefined;
  taken(term: Term): Taken;
}

/** What one change after another makes; each product is changed once for all regions, and forgotten with the next change. */
export function madeIn(terms: Terms, part: Part, sizes: ReturnType<typeof sizesOf>) {
  const known = new Array<Taken | undefined | null>(terms.list.length);
  const taken = (term: Term): Taken => {
    const key = keyIn(terms, term, sizes);
    return { key, factor: term.factor, isBeyond: key < 0 && readsBeyond(terms, part, term) };
  };
  return ({ apply }: Change): Made => {
    known.fill(null);
    const instead = (i: number): Taken | undefined => {
      const found = known[i];
      if (found !== null) return found;
      const next = apply(terms.list[i]);
      known[i] = next && taken(next);
      return known[i] as Taken | undefined;
    };
    return { instead, taken };
  };
}
