// The border of the input tested otherwise: a cell counts as inside where another comparison says so, and is then read by its
// number in the tensor, in the next row or image, or past the end.
//
//   0 ≤ row < rows        0 < row < rows,  0 ≤ row ≤ rows,  0 ≤ row < columns,  row < rows,  0 ≤ column < rows

import { indexAt, placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import { beyond, type Change, moved, namesOf } from './change.ts';
import { isInside, type Place, type Term, type Terms } from './terms.ts';

/** The least place inside, and the first beyond. */
type Limits = readonly [least: number, end: number];

interface Border {
  readonly text: string;
  readonly cost: number;
  /** Whether a cell counts as inside. */
  isInside(cell: Place): boolean;
}

/** Changes of the test by which the cells of padding are told. */
export function borderChanges(terms: Terms): Change[] {
  const { windows, shapes } = terms;
  if (!windows || windows.rank === 0) return [];
  const { over } = windows;
  const shape = shapes[over];
  return bordersOf(terms).flatMap((border) =>
    [false, true].map(
      (isImage): Change => ({
        text: isImage ? `${border.text}, in the image alone` : border.text,
        cost: border.cost + Number(isImage) / 4,
        mayRunOn: true,
        apply(term) {
          if (!border.isInside(term[over].slice(1, -1))) return undefined;
          return isInside(shape, term[over]) ? term : byNumber(term, shape, over, isImage);
        },
      }),
    ),
  );
}

/** The element that has the number of a place outside; within one image alone, or wherever that is. */
function byNumber(term: Term, shape: readonly number[], over: 'x' | 'y', isImage: boolean): Term | undefined {
  const place = term[over];
  const cell = indexAt(shape.slice(1, -1), place.slice(1, -1));
  const cells = sizeOf(shape.slice(1, -1));
  if (isImage && (cell < 0 || cell >= cells)) return undefined;
  if (!isImage && cell < 0 && place[0] === 0) return undefined;
  const index = (place[0] * cells + cell) * shape.at(-1)! + place.at(-1)!;
  return moved(term, over, index < sizeOf(shape) ? placeOf(shape, index) : beyond(shape));
}

function bordersOf({ windows, shapes }: Terms): Border[] {
  const { over, rank } = windows!;
  const other = over === 'x' ? 'y' : 'x';
  const [own, others] = over === 'x' ? ['input', 'output'] : ['output', 'input'];
  const space = shapes[over].slice(1, -1);
  const names = namesOf(rank);
  const within = (place: Place, axis: number, [least, end]: Limits): boolean =>
    place[axis] >= least && place[axis] < end;
  /** Some axes have other limits. */
  const limited = (text: string, cost: number, limits: Readonly<Record<number, Limits>>): Border => ({
    text,
    cost,
    isInside: (cell) => space.every((n, i) => within(cell, i, limits[i] ?? [0, n])),
  });
  const borders = (axis: number): Border[] => {
    const name = `${own} ${names[axis]}`;
    const end = space[axis];
    const ends = [
      ...names.flatMap((each, i): [string, number][] => (i === axis ? [] : [[`${own} ${each}s`, space[i]]])),
      ...names.map((each, i): [string, number] => [`${others} ${each}s`, shapes[other][1 + i]]),
    ];
    return [
      limited(`the first ${name} counts as padding`, 6, { [axis]: [1, end] }),
      limited(`the last ${name} counts as padding`, 6, { [axis]: [0, end - 1] }),
      limited(`one ${name} too many counts as inside`, 6, { [axis]: [0, end + 1] }),
      limited(`one ${name} before the first counts as inside`, 6, { [axis]: [-1, end] }),
      limited(`${name}s before the first count as inside`, 6, { [axis]: [-Infinity, end] }),
      limited(`${name}s after the last count as inside`, 6, { [axis]: [0, Infinity] }),
      limited(`${name}s before the first and after the last count as inside`, 5, { [axis]: [-Infinity, Infinity] }),
      ...ends.map(([what, n]) =>
        limited(`${name}s count as inside below the number of ${what}`, 8, { [axis]: [0, n] }),
      ),
      ...names.flatMap((each, i): Border[] => {
        if (i === axis) return [];
        const text = `the ${own} ${each} in place of the ${name} is held against the number of ${name}s`;
        return [limited(text, 9, { [axis]: [0, Infinity], [i]: [0, Math.min(end, space[i])] })];
      }),
    ];
  };
  const one: readonly Border[] = names.flatMap((_, axis) => borders(axis));
  if (rank < 2) return [...one];
  const anyAxis: Border = {
    text: 'a cell counts as inside where it is so on one axis',
    cost: 7,
    isInside: (cell) => cell.some((at, i) => at >= 0 && at < space[i]),
  };
  return [...one, anyAxis];
}
