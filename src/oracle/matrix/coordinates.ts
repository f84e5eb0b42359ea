// The numbers that say where a product stands: one for each axis of each tensor, and that of a position of several axes.

import { indexAt } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import { tensors } from './change.ts';
import { axesOf } from './regions.ts';
import type { Side, Term, Terms } from './terms.ts';

/** `channels of the filter`; `rows of taps` would be unusual. */
export const plural = (name: string): string =>
  /\d$/.test(name) ? `numbers of ${name}` : name.replace(/^(.*?)(?= of |$)/, '$1s');

/** One axis of a tensor, or all its positions together. */
export interface Coordinate {
  readonly side: Side;
  readonly name: string;
  /** How many elements lie between neighbours. */
  readonly pitch: number;
  of(term: Term): number;
}

/** The axes of a tensor, and the flat number of a position of several spatial axes. */
export function coordinatesOf(terms: Terms, side: Side): Coordinate[] {
  const { shapes, windows } = terms;
  const shape = shapes[side];
  const found: Coordinate[] = axesOf(terms, side).map((name, axis) => ({
    side,
    name: name === 'image' ? `image of the ${tensors[side]}` : name,
    pitch: sizeOf(shape.slice(axis + 1)),
    of: (term) => term[side][axis],
  }));
  const channels = terms.groups?.[side];
  if (channels !== undefined)
    found.push({
      side,
      name: `group of the ${tensors[side]}`,
      pitch: channels,
      of: (term) => Math.floor(term[side].at(-1)! / channels),
    });
  if (!windows || windows.rank < 2) return found;
  const [from, to] = side === 'w' ? [0, windows.rank] : [1, 1 + windows.rank];
  const space = shape.slice(from, to);
  const name = side === 'w' ? 'tap' : `${tensors[side]} position`;
  const of = (term: Term): number => indexAt(space, term[side].slice(from, to));
  return [...found, { side, name, pitch: sizeOf(shape.slice(to)), of }];
}

/** The number of a channel, or of a filter, in its group. */
export function inGroup(terms: Terms, side: Side): Coordinate[] {
  const own = terms.groups?.[side];
  if (own === undefined) return [];
  const name = `${side === 'w' ? 'filter' : 'channel'} in the group of the ${tensors[side]}`;
  return [{ side, name, pitch: 1, of: (term) => term[side].at(-1)! % own }];
}

/** All numbers of a product. */
export function sourcesOf(terms: Terms): Coordinate[] {
  const { structure, windows, groups } = terms;
  const sides = (['x', 'w', 'y'] as const).filter((side) => side !== 'w' || windows || structure.weight !== undefined);
  const found = sides.flatMap((side) => coordinatesOf(terms, side));
  const filters = groups?.w;
  if (structure.weight === undefined || filters === undefined) return found;
  return [...found, { side: 'w', name: 'filter of the group', pitch: 1, of: ({ w }) => w.at(-1)! % filters }];
}
