// The index of an element computed with another operation, step by step from the outermost axis.
//
//   ((image · rows + row) · columns + column) · channels + channel        added for ·, subtracted or multiplied for +, …

import { placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import { beyond, type Change, moved, tensors } from './change.ts';
import { plural } from './coordinates.ts';
import { axesOf } from './regions.ts';
import { isInside, type Side, type Term, type Terms } from './terms.ts';

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

/** Changes of one operation in an index; what is no whole number is the index of nothing. */
export function arithmeticChanges(terms: Terms): Change[] {
  const sides: Side[] = terms.structure.weight === undefined ? ['x', 'y'] : ['x', 'w', 'y'];
  return sides.flatMap((side) => {
    const shape = terms.shapes[side];
    const names = axesOf(terms, side);
    return names.flatMap((name, axis) =>
      axis === 0
        ? []
        : others.map(([text, step]): Change & { readonly side: Side } => ({
            text: `in the index of the ${tensors[side]} ${text(`the ${plural(name)}`, `the ${name}`)}`,
            cost: 11,
            side,
            mayRunOn: true,
            apply(term: Term): Term {
              if (!isInside(shape, term[side])) return term;
              const index = term[side].reduce((sum, place, i) => (i === axis ? step : right)(sum, shape[i], place), 0);
              const isThere = Number.isInteger(index) && index >= 0 && index < sizeOf(shape);
              return moved(term, side, isThere ? placeOf(shape, index) : beyond(shape));
            },
          })),
    );
  });
}
