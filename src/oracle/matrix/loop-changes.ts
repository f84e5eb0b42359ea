// The loops over products ended otherwise: at another number of the case, or after one step too many. Further steps take the
// next index of every tensor that the loop is about; it runs on into the next row, or past the end.

import { sizeOf } from '../../tensor.ts';
import { type Change, namesOf } from './change.ts';
import { plural } from './coordinates.ts';
import { numbersOf, rarityOf, shifted } from './index-changes.ts';
import type { Side, Term, Terms } from './terms.ts';

/** One loop: how many steps it has, at which of them a product is taken, and the product so many steps later. */
interface Loop {
  readonly name: string;
  readonly count: number;
  of(term: Term): number;
  later(term: Term, steps: number): Term;
}

/** Further steps than these are not followed: in most tensors they lie past the end. */
export const FURTHER = 16;

/** Changes of the end of a loop. */
export function loopChanges(terms: Terms, least: number): Change[] {
  const numbers = numbersOf(terms);
  return loopsOf(terms, least).flatMap((loop) => {
    const own = `the ${plural(loop.name)}`;
    const until = (text: string, cost: number, stop: number): Change => {
      const end = Math.min(stop, loop.count + FURTHER);
      return {
        text: `the loop over ${own} ${text}`,
        cost,
        mayRunOn: true,
        apply: (term) => (loop.of(term) < end ? term : undefined),
        more: (term) =>
          loop.of(term) === loop.count - 1 // of a loop that ends earlier, none
            ? Array.from({ length: end - loop.count }, (_, i) => loop.later(term, i + 1))
            : [],
      };
    };
    const others = numbers.filter(([name]) => name !== own);
    return [
      until('takes one step too many', 7, loop.count + 1),
      ...others.map(([name, number]) => until(`ends at the number of ${name}`, 8 + rarityOf(name), number)),
    ];
  });
}

function loopsOf(terms: Terms, least: number): Loop[] {
  const { windows, shapes, structure } = terms;
  if (!windows) return [];
  const { over, rank, g } = windows;
  const at: Side = over === 'x' ? 'y' : 'x';
  const hasWeight = structure.weight !== undefined;
  const axes = g.axes.slice(3 - rank);
  const pitch = (side: Side, axis: number): number => sizeOf(shapes[side].slice(axis + 1));
  const last = shapes.x.length - 1;
  /** The cell that the windows read or write moves on; beyond the border there is none. */
  const onward = (term: Term, axis: number, cells: number): Term => ({
    ...term,
    [over]: term[over].with(1 + axis, term[over][1 + axis] + cells),
  });
  const image: Loop = {
    name: 'image',
    count: shapes.x[0],
    of: (term) => term.x[0],
    later: (term, steps) =>
      shifted(terms, shifted(terms, term, 'x', steps * pitch('x', 0)), 'y', steps * pitch('y', 0)),
  };
  const spatial = namesOf(rank).flatMap((name, i): Loop[] => [
    {
      name: `tap ${name}`,
      count: axes[i].size,
      of: (term) => term.w[i],
      later: (term, steps) => {
        const next = onward(term, i, steps * axes[i].dilation);
        return hasWeight ? shifted(terms, next, 'w', steps * pitch('w', i)) : next;
      },
    },
    {
      name: `${over === 'x' ? 'output' : 'input'} ${name}`,
      count: axes[i].output,
      of: (term) => term[at][1 + i],
      later: (term, steps) => shifted(terms, onward(term, i, steps * axes[i].stride), at, steps * pitch(at, 1 + i)),
    },
  ]);
  if (!hasWeight) return [image, ...spatial];
  const channel: Loop = {
    name: 'channel of the filter',
    count: g.channels,
    of: (term) => term.w[rank],
    later: (term, steps) => shifted(terms, shifted(terms, term, over, steps), 'w', steps * pitch('w', rank)),
  };
  const filter: Loop = {
    name: 'filter of a group',
    count: g.filters,
    of: (term) => term[at][last] % g.filters,
    later: (term, steps) => shifted(terms, shifted(terms, term, 'w', steps), at, steps),
  };
  const loops = [image, ...spatial, channel, filter];
  if (g.groups < least) return loops;
  const allFilters: Loop = {
    name: `${over === 'x' ? 'output' : 'input'} channel`,
    count: g.groups * g.filters,
    of: (term) => term[at][last],
    later(term, steps) {
      const by = Math.floor((term[at][last] + steps) / g.filters) - Math.floor(term[at][last] / g.filters);
      return shifted(terms, shifted(terms, shifted(terms, term, over, by * g.channels), 'w', steps), at, steps);
    },
  };
  const allChannels: Loop = {
    name: `${over === 'x' ? 'input' : 'output'} channel`,
    count: g.groups * g.channels,
    of: (term) => term[over][last],
    later(term, steps) {
      const [from, to] = [term[over][last], term[over][last] + steps];
      const by = (Math.floor(to / g.channels) - Math.floor(from / g.channels)) * g.filters;
      const within = (to % g.channels) - (from % g.channels);
      const weight = shifted(terms, shifted(terms, term, over, steps), 'w', within * pitch('w', rank) + by);
      return shifted(terms, weight, at, by);
    },
  };
  return [...loops, allFilters, allChannels];
}
