// The numbers of windows taken otherwise: a tap meets another cell, or another tap is used.

import { indexAt, placeOf } from '../../places.ts';
import { type Change, moved, namesOf } from './change.ts';
import type { Side, Term, Terms } from './terms.ts';

/** Changes of the numbers of windows: the cell that a tap meets is computed otherwise. */
export function windowChanges({ windows, shapes, structure }: Terms): Change[] {
  if (!windows || windows.rank === 0) return [];
  const { over, g, rank } = windows;
  const at: Side = over === 'x' ? 'y' : 'x';
  const axes = g.axes.slice(3 - rank);
  const names = namesOf(rank);
  type Numbers = { stride: number; dilation: number; before: number };
  /** The cells by other numbers. */
  const by =
    (numbers: (axis: number) => Numbers) =>
    (term: Term): Term => {
      const place = axes.map((_, i) => {
        const { stride, dilation, before } = numbers(i);
        return term[at][1 + i] * stride + term.w[i] * dilation - before;
      });
      return moved(term, over, [term[over][0], ...place, term[over].at(-1)!]);
    };
  const found: Change[] = [];
  const numbers = (
    text: string,
    cost: number,
    change: (axis: Numbers, i: number) => Partial<Numbers>,
    only?: number,
  ): void => {
    const of = (i: number): Numbers => ({ ...axes[i], ...((only === undefined || only === i) && change(axes[i], i)) });
    const isSame = axes.every((axis, i) => {
      const other = of(i);
      return other.stride === axis.stride && other.dilation === axis.dilation && other.before === axis.before;
    });
    if (!isSame) found.push({ text, cost, apply: by(of) });
  };
  /** The same on all axes, or on one of several. */
  const each = (
    text: (what: string) => string,
    cost: number,
    change: (axis: (typeof axes)[number], i: number) => Partial<Numbers>,
  ): void => {
    numbers(text(''), cost, (_, i) => change(axes[i], i));
    if (rank === 1) return;
    for (const [i, name] of names.entries()) numbers(text(` of the ${name}s`), cost + 2, () => change(axes[i], i), i);
  };
  each(
    (what) => `the stride${what} is taken as 1`,
    2,
    () => ({ stride: 1 }),
  );
  each(
    (what) => `the stride${what} is taken one larger`,
    6,
    ({ stride }) => ({ stride: stride + 1 }),
  );
  each(
    (what) => `the stride${what} is taken one smaller`,
    6,
    ({ stride }) => ({ stride: stride - 1 }),
  );
  each(
    (what) => `the size of the window is taken as the stride${what}`,
    5,
    ({ size }) => ({ stride: size }),
  );
  each(
    (what) => `the dilation is taken as the stride${what}`,
    6,
    ({ dilation }) => ({ stride: dilation }),
  );
  each(
    (what) => `the dilation${what} is taken as 1`,
    2,
    () => ({ dilation: 1 }),
  );
  each(
    (what) => `the dilation${what} is taken one larger`,
    6,
    ({ dilation }) => ({ dilation: dilation + 1 }),
  );
  each(
    (what) => `the stride is taken as the dilation${what}`,
    6,
    ({ stride }) => ({ dilation: stride }),
  );
  each(
    (what) => `the padding before the first cell${what} is taken as 0`,
    2,
    () => ({ before: 0 }),
  );
  each(
    (what) => `the padding after the last cell is taken as that before the first${what}`,
    3,
    ({ after }) => ({ before: after }),
  );
  each(
    (what) => `the padding before the first cell${what} is taken one larger`,
    4,
    ({ before }) => ({ before: before + 1 }),
  );
  each(
    (what) => `the padding before the first cell${what} is taken one smaller`,
    4,
    ({ before }) => ({ before: before - 1 }),
  );
  each(
    (what) => `half of the size is taken as the padding before the first cell${what}`,
    5,
    ({ size }) => ({ before: size >> 1 }),
  );
  each(
    (what) => `all padding${what} is put before the first cell`,
    5,
    ({ before, after }) => ({ before: before + after }),
  );
  each(
    (what) => `half of the dilated size is taken as the padding before the first cell${what}`,
    6,
    ({ size, dilation }) => ({ before: ((size - 1) * dilation) >> 1 }),
  );
  if (rank > 1) {
    const last = rank - 1;
    const others = [
      ['the first axis', (_: number) => 0],
      ['the last axis', (_: number) => last],
    ] as const;
    for (const key of ['stride', 'dilation', 'before'] as const) {
      const what = key === 'before' ? 'padding before the first cell' : key;
      for (const [name, of] of others)
        numbers(`the ${what} of ${name} is used on all axes`, 3, (_, i) => ({ [key]: axes[of(i)][key] }));
      numbers(`the ${what} of the axes is exchanged`, 4, (_, i) => ({ [key]: axes[last - i][key] }));
    }
  }
  const clamped = (place: readonly number[], f: (value: number, n: number) => number): readonly number[] =>
    place.map((value, i) => (i === 0 || i === place.length - 1 ? value : f(value, shapes[over][i])));
  const padding = (text: string, cost: number, f: (value: number, n: number) => number): void => {
    found.push({ text, cost, apply: (term) => moved(term, over, clamped(term[over], f)) });
  };
  if (rank > 1) {
    const [outputs, inputs] = [shapes[at].slice(1, -1), shapes[over].slice(1, -1)];
    found.push({
      text: 'the output positions are counted through the input row by row',
      cost: 4,
      apply(term) {
        const flat = indexAt(outputs, term[at].slice(1, -1));
        const start = placeOf(inputs, flat);
        const place = axes.map(({ dilation, before }, i) => start[i] + term.w[i] * dilation - before);
        return moved(term, over, [term[over][0], ...place, term[over].at(-1)!]);
      },
    });
  }
  padding('the nearest cell of the border is taken for padding', 3, (v, n) => Math.min(n - 1, Math.max(0, v)));
  padding('the cells of the other end are taken for padding', 4, (v, n) => ((v % n) + n) % n);
  padding('the cells mirrored at the border are taken for padding', 5, (v, n) =>
    v < 0 ? -v : v >= n ? 2 * n - 2 - v : v,
  );
  if (rank > 1) {
    found.push({
      text: 'a cell beyond the end of a row is taken from the next row',
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
