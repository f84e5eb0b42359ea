// A tap meets another cell, or another tap is used: padding filled otherwise, a kernel turned.

import { indexAt, placeOf } from '../../places.ts';
import { beyond, type Change, moved, namesOf } from './change.ts';
import { isInside, type Term, type Terms } from './terms.ts';

/** Changes of the cells at the border, and of the taps. */
export function windowChanges(terms: Terms): Change[] {
  const { windows, shapes, structure } = terms;
  if (!windows || windows.rank === 0) return [];
  const { over, rank } = windows;
  const names = namesOf(rank);
  const found: Change[] = [];
  const clamped = (place: readonly number[], f: (value: number, n: number) => number): readonly number[] =>
    place.map((value, i) => (i === 0 || i === place.length - 1 ? value : f(value, shapes[over][i])));
  const padding = (text: string, cost: number, f: (value: number, n: number) => number): void => {
    found.push({ text, cost, apply: (term) => moved(term, over, clamped(term[over], f)) });
  };
  padding('the nearest cell of the border is taken for padding', 3, (v, n) => Math.min(n - 1, Math.max(0, v)));
  if (rank > 1)
    for (const [only, name] of names.entries())
      found.push({
        text: `the nearest cell of the border is taken for padding of the ${name}s`,
        cost: 5,
        apply: (term) =>
          moved(
            term,
            over,
            term[over].map((v, i) => (i === 1 + only ? Math.min(shapes[over][i] - 1, Math.max(0, v)) : v)),
          ),
      });
  padding('the cells of the other end are taken for padding', 4, (v, n) => ((v % n) + n) % n);
  padding('the cells mirrored at the border are taken for padding', 5, (v, n) =>
    v < 0 ? -v : v >= n ? 2 * n - 2 - v : v,
  );
  found.push({
    text: 'padding is read from the cell before the image',
    cost: 6,
    mayRunOn: true,
    apply(term) {
      const shape = shapes[over];
      if (isInside(shape, term[over])) return term;
      const index =
        indexAt(shape, [term[over][0], ...shape.slice(1, -1).map(() => 0), term[over].at(-1)!]) - shape.at(-1)!;
      return moved(term, over, index < 0 ? beyond(shape) : placeOf(shape, index));
    },
  });
  if (rank > 1) {
    found.push({
      text: 'a cell beyond an end of a row is taken from the row next to it',
      cost: 4,
      apply(term) {
        const place = term[over];
        const W = shapes[over][rank];
        const [row, column] = [place[rank - 1], place[rank]];
        const flat = row * W + column;
        return moved(term, over, [
          ...place.slice(0, rank - 1),
          Math.floor(flat / W),
          ((flat % W) + W) % W,
          place.at(-1)!,
        ]);
      },
    });
  }
  if (structure.weight !== undefined) {
    const tapAt =
      (change: (tap: readonly number[]) => readonly number[]) =>
      (term: Term): Term =>
        moved(term, 'w', [...change(term.w.slice(0, rank)), ...term.w.slice(rank)]);
    const sizes = shapes.w.slice(0, rank);
    found.push({
      text: 'the kernel is turned round',
      cost: 2,
      apply: tapAt((tap) => tap.map((k, i) => sizes[i] - 1 - k)),
    });
    if (rank > 1) {
      for (const [axis, name] of names.entries())
        found.push({
          text: `the ${name}s of the kernel are reversed`,
          cost: 4,
          apply: tapAt((tap) => tap.map((k, i) => (i === axis ? sizes[i] - 1 - k : k))),
        });
      found.push({
        text: 'the rows and columns of the kernel are exchanged',
        cost: 3,
        apply: tapAt((tap) => {
          const flat = tap.reduce((index, k, i) => index + k * sizes.slice(0, i).reduce((a, b) => a * b, 1), 0);
          const [H, W] = sizes.slice(-2);
          return rank === 2
            ? [Math.floor(flat / W), flat % W]
            : tap.length === 3 && H === W
              ? [tap[0], tap[2], tap[1]]
              : tap;
        }),
      });
    }
  }
  return found;
}
