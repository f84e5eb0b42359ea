// What may become of a product: it is left out, counted with another factor, or taken from another place.

import type { Shape } from '../../tensor.ts';
import type { Place, Side, Term, Terms } from './terms.ts';

export interface Change {
  /** A main clause; "where …" may follow. */
  readonly text: string;
  readonly cost: number;
  /** Whether an index may run past the end of a tensor. */
  readonly mayRunOn?: boolean;
  /** The product instead; undefined where there is none. */
  apply(term: Term): Term | undefined;
  /** Further products that are taken beside this one. */
  more?(term: Term): readonly Term[];
  /** All products instead, where they do not follow one by one. */
  all?(): readonly Term[];
  /** A tensor whose elements are written rather than added to: of several results at one place the last one stays. */
  readonly stores?: Side;
}

export const tensors: Readonly<Record<Side, string>> = { x: 'input', w: 'weight', y: 'output' };

const ordinals = ['plane', 'row', 'column'];

/** The names of the spatial axes. */
export const namesOf = (rank: number): readonly string[] => ordinals.slice(3 - rank);

/** No place in a tensor: an index past its end, or before its start. Unlike padding, it is read: what is there, nobody knows. */
export const beyond = (shape: Shape): Place => shape.map(() => Infinity);

export const isBeyond = (place: Place): boolean => place[0] === Infinity;

/** A product with another place in one tensor. */
export const moved = ({ x, w, y, factor }: Term, side: Side, place: readonly number[]): Term =>
  side === 'x' ? { x: place, w, y, factor } : side === 'y' ? { x, w, y: place, factor } : { x, w: place, y, factor };

/** One tensor is read past its end alone. */
export const readBeyond = (shapes: Terms['shapes'], side: Side): Change => ({
  text: `nothing of the ${tensors[side]} is read but what lies beyond its end`,
  cost: 10,
  mayRunOn: true,
  apply: (term) => moved(term, side, beyond(shapes[side])),
});
