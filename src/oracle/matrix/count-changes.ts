// Another number taken for that of all filters or all channels: where the loop over them ends, and how far their neighbours
// lie apart in every tensor that has them.
//
//   y[(n · P + p) · O + o] = Σ x[(n · I + cell) · C + first(o) + c] · w[(k · channels + c) · O + o]      O taken as C

import { indexAt, placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import { beyond, type Change, moved } from './change.ts';
import { plural } from './coordinates.ts';
import { numbersOf, productsOf, rarityOf } from './index-changes.ts';
import { FURTHER } from './loop-changes.ts';
import { axesOf } from './regions.ts';
import type { Side, Term, Terms } from './terms.ts';

/** Changes of the number of filters, and of that of channels. */
export function countChanges(terms: Terms): Change[] {
  const { windows, structure, shapes, groups } = terms;
  if (!windows || structure.weight === undefined || !groups) return [];
  const { over, rank, g } = windows;
  const narrow: Side = over === 'x' ? 'y' : 'x';
  const [O, own] = [g.groups * g.filters, shapes.w[rank] * shapes.w[rank + 1]];
  const at = (term: Term, side: Side, index: number): Term => {
    const shape = shapes[side];
    return moved(term, side, index >= 0 && index < sizeOf(shape) ? placeOf(shape, index) : beyond(shape));
  };
  /** The number of an element without its last axis. */
  const row = (term: Term, side: Side, axes: number): number => indexAt(shapes[side], term[side].slice(0, axes));
  const filters = (count: number): Loop => ({
    count: O,
    of: (term) => term[narrow].at(-1)!,
    at(term, o) {
      const weight = at(term, 'w', row(term, 'w', rank + 1) * count + o);
      const result = at(weight, narrow, row(term, narrow, rank + 1) * count + o);
      const channel = Math.floor(o / g.filters) * g.channels + (term[over].at(-1)! % g.channels);
      return cellAt(result, shapes[over].at(-1)!, channel);
    },
  });
  /** A channel of the cell that the windows read or write; of padding there is none. */
  const cellAt = (term: Term, count: number, channel: number): Term =>
    term[over].slice(0, -1).some((place, i) => place < 0 || place >= shapes[over][i])
      ? term
      : at(term, over, row(term, over, rank + 1) * count + channel);
  const channels = (count: number): Loop => ({
    count: g.groups * g.channels,
    of: (term) => term[over].at(-1)!,
    at(term, c) {
      const filter = Math.floor(c / g.channels) * g.filters + (term[narrow].at(-1)! % g.filters);
      const weight = at(term, 'w', row(term, 'w', rank) * own + (c % g.channels) * O + filter);
      const result = at(weight, narrow, row(term, narrow, rank + 1) * O + filter);
      return cellAt(result, count, c);
    },
  });
  const numbers = numbersOf(terms);
  return [...numbers, ...productsOf(numbers)]
    .flatMap(([other, count]) => [
      changed(`the ${plural(axesOf(terms, narrow).at(-1)!)}`, other, count, filters(count)),
      changed(`the ${plural(axesOf(terms, over).at(-1)!)}`, other, count, channels(count)),
    ])
    .filter((each) => each !== undefined);
}

/** The loop over one kind of channel: how long it is, where a product is in it, and what it is at another place. */
interface Loop {
  readonly count: number;
  of(term: Term): number;
  at(term: Term, step: number): Term;
}

function changed(own: string, other: string, count: number, loop: Loop): Change | undefined {
  if (own === other) return undefined;
  const end = Math.min(count, loop.count + FURTHER);
  return {
    text: `the number of ${own} is taken to be that of ${other}, in loops and in indices`,
    cost: 9.75 + (/[×+]/.test(other) ? 1 : 0) + rarityOf(other),
    mayRunOn: true,
    apply: (term) => (loop.of(term) < end ? loop.at(term, loop.of(term)) : undefined),
    more: (term) =>
      loop.of(term) === loop.count - 1 && end > loop.count
        ? Array.from({ length: end - loop.count }, (_, i) => loop.at(term, loop.count + i))
        : [],
  };
}
