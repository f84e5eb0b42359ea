// What may become of a product: it is left out, counted with another factor, or taken from another place.

import type { Side, Term } from './terms.ts';

export interface Change {
  /** A main clause; "where …" may follow. */
  readonly text: string;
  readonly cost: number;
  /** The product instead; undefined where there is none. */
  apply(term: Term): Term | undefined;
}

const ordinals = ['plane', 'row', 'column'];

/** The names of the spatial axes. */
export const namesOf = (rank: number): readonly string[] => ordinals.slice(3 - rank);

/** A product with another place in one tensor. */
export const moved = (term: Term, side: Side, place: readonly number[]): Term => ({ ...term, [side]: place });
