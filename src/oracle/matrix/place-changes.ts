// Elements taken from another place along one axis, whatever it means: image, channel, filter, group.

import { type Change, moved, namesOf } from './change.ts';
import type { Side, Term, Terms } from './terms.ts';

/** Changes of one axis of one tensor, whatever it means. */
export function placeChanges({ windows, shapes, structure, groups }: Terms, least: number): Change[] {
  const found: Change[] = [];
  const rank = windows?.rank ?? 0;
  const sides: readonly [Side, string][] = [
    ['x', 'input'],
    ...(structure.weight === undefined ? [] : [['w', 'weight'] as [Side, string]]),
    ['y', 'output'],
  ];
  for (const [side, what] of sides) {
    const shape = shapes[side];
    const last = shape.length - 1;
    const put = (
      text: string,
      cost: number,
      axis: number,
      f: (value: number, n: number, term: Term) => number,
    ): void => {
      if (shape[axis] >= least)
        found.push({
          text,
          cost,
          apply: (term) => moved(term, side, term[side].with(axis, f(term[side][axis], shape[axis], term))),
        });
    };
    shape.forEach((_, axis) => {
      const name = nameOf(side, what, axis, last, rank, windows !== undefined);
      const verb = side === 'y' ? 'goes to' : 'is that of';
      const subject = side === 'y' ? 'the sum' : `the ${what}`;
      put(`${subject} ${verb} the first ${name}`, 5, axis, () => 0);
      put(`${subject} ${verb} the last ${name}`, 6, axis, (_, n) => n - 1);
      put(`${subject} ${verb} the next ${name}`, 5, axis, (v) => v + 1);
      put(`${subject} ${verb} the previous ${name}`, 5, axis, (v) => v - 1);
      put(`${subject} ${verb} the next ${name}, after the last the first`, 7, axis, (v, n) => (v + 1) % n);
      put(`${subject} ${verb} the previous ${name}, before the first the last`, 7, axis, (v, n) => (v + n - 1) % n);
      put(`the ${name}s of the ${what} are reversed`, 5, axis, (v, n) => n - 1 - v);
      put(`${subject} ${verb} the ${name} two further on`, 9, axis, (v) => v + 2);
    });
    const own = groups?.[side];
    const isGrouped = own !== undefined && (least === 1 || own < shape[last]);
    if (isGrouped && own >= least) {
      const [channel, of] = [side === 'w' ? 'filter' : 'channel', side === 'y' ? 'goes to' : 'is that of'];
      const subject = side === 'y' ? 'the sum' : `the ${what}`;
      const within =
        (f: (v: number) => number) =>
        (v: number): number => {
          const [base, at] = [v - (v % own), f(v % own)];
          return at >= 0 && at < own ? base + at : -1;
        };
      put(
        `${subject} ${of} the first ${channel} of its group`,
        5,
        last,
        within(() => 0),
      );
      put(
        `${subject} ${of} the last ${channel} of its group`,
        6,
        last,
        within(() => own - 1),
      );
      put(
        `${subject} ${of} the next ${channel} of its group`,
        6,
        last,
        within((v) => v + 1),
      );
      put(
        `${subject} ${of} the previous ${channel} of its group`,
        6,
        last,
        within((v) => v - 1),
      );
      put(
        `the ${channel}s of the ${what} are reversed in each group`,
        5,
        last,
        within((v) => own - 1 - v),
      );
    }
    const F = own;
    if (F !== undefined && isGrouped) {
      const G = shape[last] / F;
      const subject =
        side === 'y'
          ? 'every group writes to the channels of'
          : `every group takes the ${side === 'w' ? 'weight' : 'input channels'} of`;
      put(`${subject} the first`, 2, last, (v) => v % F);
      put(`${subject} the last`, 4, last, (v) => (v % F) + (G - 1) * F);
      put(`${subject} the next, the last those of the first`, 4, last, (v) => (v + F) % (G * F));
      put(`${subject} the previous, the first those of the last`, 5, last, (v) => (v + G * F - F) % (G * F));
      put(`${subject} the opposite one`, 5, last, (v) => (v % F) + (G - 1 - Math.floor(v / F)) * F);
      if (F > 1) {
        put(
          `the ${side === 'w' ? 'filters' : `${what} channels`} of the groups are interleaved`,
          3,
          last,
          (v) => (v % F) * G + Math.floor(v / F),
        );
        put(
          `the ${side === 'w' ? 'filters' : `${what} channels`} are read as if the groups were interleaved`,
          4,
          last,
          (v) => (v % G) * F + Math.floor(v / G),
        );
      }
    }
  }
  if (structure.weight !== undefined && windows) {
    const [C, O] = shapes.w.slice(-2);
    if (C > 1 && O > 1)
      found.push({
        text: 'the weight is read with its channels and filters exchanged',
        cost: 3,
        apply(term) {
          const [c, o] = term.w.slice(-2);
          const flat = o * C + c;
          return moved(term, 'w', [...term.w.slice(0, -2), Math.floor(flat / O), flat % O]);
        },
      });
  }
  return found;
}

function nameOf(side: Side, what: string, axis: number, last: number, rank: number, hasWindows: boolean): string {
  if (side !== 'w')
    return axis === 0 ? 'image' : axis === last ? 'channel' : (namesOf(last - 1)[axis - 1] ?? `axis ${axis}`);
  if (!hasWindows) return `${what} axis ${axis}`;
  return axis === last ? 'filter' : axis === last - 1 ? 'channel' : `tap ${namesOf(rank)[axis]}`;
}
