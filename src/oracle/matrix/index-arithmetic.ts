// The index of an element computed with another operation, step by step from the outermost axis.
//
//   ((image · rows + row) · columns + column) · channels + channel        added for ·, subtracted or multiplied for +, …

import { indexAt, placeOf } from '../../places.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import { beyond, type Change, moved, tensors } from './change.ts';
import { plural } from './coordinates.ts';
import { axesOf } from './regions.ts';
import { isInside, type Place, type Side, type Term, type Terms } from './terms.ts';

/** One step: the index so far, the length of the next axis and the place on it. */
type Step = (index: number, length: number, place: number) => number;

const right: Step = (index, length, place) => index * length + place;

const others: readonly (readonly [text: (length: string, place: string) => string, step: Step])[] = [
  [
    (length) => `the number of ${length} is added instead of multiplied`,
    (index, length, place) => index + length + place,
  ],
  [
    (length) => `the number of ${length} is a divisor instead of a factor`,
    (index, length, place) => index / length + place,
  ],
  [
    (_, place) => `the number of ${place} is subtracted instead of added`,
    (index, length, place) => index * length - place,
  ],
  [
    (_, place) => `the number of ${place} is multiplied instead of added`,
    (index, length, place) => index * length * place,
  ],
];

/** A tensor as an index of it is computed: axis by axis, or with all of space as one. */
interface View {
  readonly names: readonly string[];
  readonly lengths: Shape;
  at(place: Place): Place;
}

function viewsOf(terms: Terms, side: Side): View[] {
  const { windows, shapes } = terms;
  const [names, shape] = [axesOf(terms, side), shapes[side]];
  const own: View = { names, lengths: shape, at: (place) => place };
  if (!windows || windows.rank < 2) return [own];
  const [from, to] = side === 'w' ? [0, windows.rank] : [1, 1 + windows.rank];
  const space = shape.slice(from, to);
  const merged = <T>(list: readonly T[], one: T): readonly T[] => [...list.slice(0, from), one, ...list.slice(to)];
  const name = side === 'w' ? 'tap' : `${tensors[side]} position`;
  return [
    own,
    {
      names: merged(names, name),
      lengths: merged(shape, sizeOf(space)),
      at: (place) => merged(place, indexAt(space, place.slice(from, to))),
    },
  ];
}

/** Changes of one operation in an index; what is no whole number is the index of nothing. */
export function arithmeticChanges(terms: Terms): Change[] {
  const sides: Side[] = terms.structure.weight === undefined ? ['x', 'y'] : ['x', 'w', 'y'];
  return sides.flatMap((side) => {
    const shape = terms.shapes[side];
    const changeOf = ({ names, lengths, at }: View, axis: number): Change[] =>
      others.map(([text, step]): Change & { readonly side: Side } => ({
        text: `in the index of the ${tensors[side]} ${text(`the ${plural(names[axis])}`, `the ${names[axis]}`)}`,
        cost: 11,
        side,
        mayRunOn: true,
        apply(term: Term): Term {
          if (!isInside(shape, term[side])) return term;
          const index = at(term[side]).reduce((sum, n, i) => (i === axis ? step : right)(sum, lengths[i], n), 0);
          const isThere = Number.isInteger(index) && index >= 0 && index < sizeOf(shape);
          return moved(term, side, isThere ? placeOf(shape, index) : beyond(shape));
        },
      }));
    const found = viewsOf(terms, side).flatMap((view) =>
      view.names.flatMap((_, axis) => (axis === 0 ? [] : changeOf(view, axis))),
    );
    return [...new Map(found.toReversed().map((each) => [each.text, each])).values()];
  });
}
