// The channels of a group found by another formula, from the number of the filter or from that of the channel.
//
//   x channel = floor(filter / filters per group) · channels per group + c         floor(filter / channels per group) · …
//   filter = floor(channel / channels per group) · filters per group + f           c = channel mod filters per group

import { type Shape, sizeOf } from '../../tensor.ts';
import { beyond, type Change, moved } from './change.ts';
import { evaluated, type Numbers, variantsOf } from './formulas.ts';
import { shifted } from './index-changes.ts';
import type { Place, Side, Term, Terms } from './terms.ts';

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

/** The index of the numbers of a place from one on. */
function indexOf(shape: Shape, place: Place, from: number): number {
  let index = 0;
  for (let axis = 0; axis < shape.length; axis++) index = index * shape[axis] + place[from + axis];
  return index;
}

function findingsOf({ windows, structure, shapes }: Terms): Finding[] {
  if (!windows || structure.weight === undefined) return [];
  const { over, rank, g } = windows;
  const narrow: Side = over === 'x' ? 'y' : 'x';
  const counts: Record<string, number> = {
    groups: g.groups,
    channels: g.groups * g.channels,
    filters: g.groups * g.filters,
    'channels per group': g.channels,
    'filters per group': g.filters,
    images: g.batch,
  };
  const [taps, positions] = [shapes.w.slice(0, rank), shapes[narrow].slice(1, -1)];
  /** One object, whose numbers are those of the last product. */
  const numbers = { ...counts, ...Object.fromEntries(INDICES.map((name) => [name, 0])) };
  const numbersOf = (term: Term): Numbers => {
    const [channel, filter] = [term[over].at(-1)!, term[narrow].at(-1)!];
    numbers.filter = filter;
    numbers.channel = channel;
    numbers['filter of the group'] = filter % g.filters;
    numbers['channel of the group'] = channel % g.channels;
    numbers.image = term.x[0];
    numbers.tap = indexOf(taps, term.w, 0);
    numbers.position = indexOf(positions, term[narrow], 1);
    return numbers;
  };
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
