// An index that is kept in too few bits, or that stops growing: from some number on it is another one.
//
//   kept in 3 bits    0 1 2 3 4 5 6 7 0 1 …      with a sign    0 1 2 3 −4 −3 −2 −1 0 1 …      at most 2    0 1 2 2 2 …

import { indexAt } from '../../places.ts';
import { type Change, tensors } from './change.ts';
import { type Coordinate, coordinatesOf } from './coordinates.ts';
import { shifted } from './index-changes.ts';
import { isInside, type Side, type Term, type Terms } from './terms.ts';

/** Numbers of bits, and numbers that an index may stop at: few, and those that occur in programs. */
const BITS = [3, 4, 5, 6, 7, 8, 9, 10, 12, 16] as const;
const LIMITS = [1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 511, 512, 1023, 1024] as const;

/** What becomes of an index from some number on. */
interface Kept {
  readonly text: string;
  readonly cost: number;
  /** The first index that is another one. */
  readonly from: number;
  of(index: number): number;
}

const ways: readonly Kept[] = [
  ...BITS.map((bits): Kept => {
    const count = 1 << bits;
    return { text: `is kept in ${bits} bits`, cost: costOf(bits), from: count, of: (i) => i % count };
  }),
  ...BITS.map((bits): Kept => {
    const half = 1 << (bits - 1);
    const of = (i: number): number => ((i + half) % (2 * half)) - half;
    return { text: `is kept in ${bits} bits with a sign`, cost: costOf(bits) + 0.5, from: half, of };
  }),
  ...LIMITS.map((limit): Kept => {
    return { text: `is at most ${limit}`, cost: 10, from: limit + 1, of: (i) => Math.min(i, limit) };
  }),
];

function costOf(bits: number): number {
  return bits % 8 === 0 ? 9 : 10;
}

/** Changes of one index, or of that of an element of a whole tensor. */
export function* widthChanges(terms: Terms, least: number): Iterable<Change> {
  const { structure, shapes, list } = terms;
  const sides: readonly Side[] = structure.weight === undefined ? ['x', 'y'] : ['x', 'w', 'y'];
  for (const side of sides) {
    const isThere = (term: Term): boolean => isInside(shapes[side], term[side]);
    const element: Coordinate = {
      side,
      name: `element of the ${tensors[side]}`,
      pitch: 1,
      of: (term) => indexAt(shapes[side], term[side]),
    };
    for (const { name, pitch, of } of [...coordinatesOf(terms, side), element]) {
      // Of an axis that is shorter nothing would change.
      const most = list.reduce((max, term) => (isThere(term) ? Math.max(max, of(term)) : max), 0);
      for (const { text, cost, from, of: kept } of ways) {
        if (from > most && least > 1) continue;
        yield {
          text: `the number of the ${name} ${text}`,
          cost,
          mayRunOn: true,
          apply(term) {
            if (!isThere(term)) return term;
            const index = of(term);
            return index < from ? term : shifted(terms, term, side, (kept(index) - index) * pitch);
          },
        };
      }
    }
  }
}
