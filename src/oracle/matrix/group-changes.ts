// The channels of a group found by another formula, from the number of the filter or from that of the channel.
//
//   x channel = floor(filter / filters per group) · channels per group + c         floor(filter / channels per group) · …
//   filter = floor(channel / channels per group) · filters per group + f           c = channel mod filters per group

import { indexAt } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import { beyond, type Change, moved } from './change.ts';
import { evaluated, type Numbers, variantsOf } from './formulas.ts';
import { shifted } from './index-changes.ts';
import type { Side, Term, Terms } from './terms.ts';

/** The formula, and which tensors it finds an element of. */
interface Finding {
  readonly what: string;
  readonly formula: string;
  readonly sides: readonly (readonly [side: Side, pitch: number])[];
  numbersOf(term: Term): Numbers;
}

/** Changes of the formulas by which groups are found. */
export function groupChanges(terms: Terms): Change[] {
  return findingsOf(terms).flatMap((finding) =>
    variantsOf(finding.formula, COUNTS, INDICES).map((other): Change => changeOf(terms, finding, other)),
  );
}

/** What may stand for each other. */
const COUNTS = ['groups', 'channels', 'filters', 'channels per group', 'filters per group', 'images'];
const INDICES = ['filter', 'channel', 'filter of the group', 'channel of the group', 'image', 'tap', 'position'];

function changeOf(terms: Terms, { what, formula, sides, numbersOf }: Finding, other: string): Change {
  return {
    text: `${what} = ${other}`,
    cost: 9,
    mayRunOn: true,
    apply(term) {
      const numbers = numbersOf(term);
      const by = evaluated(other, numbers) - evaluated(formula, numbers);
      return sides.reduce(
        (next, [side, pitch]) =>
          Number.isInteger(by) ? shifted(terms, next, side, by * pitch) : moved(next, side, beyond(terms.shapes[side])),
        term,
      );
    },
  };
}

function findingsOf({ windows, structure, shapes }: Terms): Finding[] {
  if (!windows || structure.weight === undefined) return [];
  const { over, rank, g } = windows;
  const narrow: Side = over === 'x' ? 'y' : 'x';
  const counts = {
    groups: g.groups,
    channels: g.groups * g.channels,
    filters: g.groups * g.filters,
    'channels per group': g.channels,
    'filters per group': g.filters,
    images: g.batch,
  };
  const numbersOf = (term: Term): Numbers => ({
    ...counts,
    filter: term[narrow].at(-1)!,
    channel: term[over].at(-1)!,
    'filter of the group': term[narrow].at(-1)! % g.filters,
    'channel of the group': term[over].at(-1)! % g.channels,
    image: term.x[0],
    tap: indexAt(shapes.w.slice(0, rank), term.w.slice(0, rank)),
    position: indexAt(shapes[narrow].slice(1, -1), term[narrow].slice(1, -1)),
  });
  const pitch = sizeOf(shapes.w.slice(rank + 1));
  return [
    {
      what: 'the first channel of the group of a filter',
      formula: 'floor(filter / filters per group) · channels per group',
      sides: [[over, 1]],
      numbersOf,
    },
    {
      what: 'the first filter of the group of a channel',
      formula: 'floor(channel / channels per group) · filters per group',
      sides: [
        [narrow, 1],
        ['w', 1],
      ],
      numbersOf,
    },
    {
      what: 'the number of a channel in its group',
      formula: 'channel mod channels per group',
      sides: [['w', pitch]],
      numbersOf,
    },
  ];
}
