// What may become of a product: it is left out, counted with another factor, or taken from another place.

import { indexAt, placeOf } from '../../places.ts';
import type { Side, Term, Terms } from './terms.ts';

export interface Change {
  /** A main clause; "where …" may follow. */
  readonly text: string;
  readonly cost: number;
  /** The product instead; undefined where there is none. */
  apply(term: Term): Term | undefined;
}

const ordinals = ['plane', 'row', 'column'];

/** The names of the spatial axes. */
const namesOf = (rank: number): readonly string[] => ordinals.slice(3 - rank);

const [wide, narrow] = [new WeakMap<Terms, readonly Change[]>(), new WeakMap<Terms, readonly Change[]>()];

/** Every change that is known, for the products of one case; with `all` also those along axes of a single place. */
export function changesOf(terms: Terms, all = false): readonly Change[] {
  const known = all ? wide : narrow;
  const found = known.get(terms) ?? [
    { text: 'the products are left out', cost: 1, apply: () => undefined },
    ...windowChanges(terms),
    ...placeChanges(terms, all ? 1 : 2),
  ];
  known.set(terms, found);
  return found;
}

const moved = (term: Term, side: Side, place: readonly number[]): Term => ({ ...term, [side]: place });

/** Changes of the numbers of windows: the cell that a tap meets is computed otherwise. */
function windowChanges({ windows, shapes, structure }: Terms): Change[] {
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
    if (rank > 1) names.forEach((name, i) => numbers(text(` of the ${name}s`), cost + 2, () => change(axes[i], i), i));
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
      names.forEach((name, axis) =>
        found.push({
          text: `the ${name}s of the kernel are reversed`,
          cost: 4,
          apply: tapAt((tap) => tap.map((k, i) => (i === axis ? sizes[i] - 1 - k : k))),
        }),
      );
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

/** Changes of one axis of one tensor, whatever it means. */
function placeChanges({ windows, shapes, structure, groups }: Terms, least: number): Change[] {
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
    if (own !== undefined && own > 1) {
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
    const F = groups?.[side];
    if (F !== undefined) {
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

/** The products counted with another factor: a plain one, one that follows from the case, or the one that all have. */
export function factorChanges(terms: Terms, ratios: readonly number[]): Change[] {
  const times = (text: string, cost: number, factor: number): Change => ({
    text,
    cost,
    apply: (term) => ({ ...term, factor: term.factor * factor }),
  });
  const found = words.map(([factor, text]) => times(`the products are ${text}`, 2, factor));
  for (const [name, value] of scalesOf(terms)) {
    if (value <= 1) continue;
    found.push(times(`the products are divided by ${name}`, 3, 1 / value));
    found.push(times(`the products are multiplied by ${name}`, 3, value));
  }
  const [ratio] = ratios;
  if (ratio !== undefined && ratio !== 0 && ratios.every((each) => Math.abs(each - ratio) <= 1e-5 * Math.abs(ratio)))
    found.push(times(`the products are multiplied by ${Number(ratio.toPrecision(9))}`, 12, ratio));
  const isAverage = terms.structure.kind === 'sum' && terms.structure.weight === undefined && terms.windows;
  return isAverage ? [...found, ...divisorChanges(terms)] : found;
}

const words: readonly (readonly [number, string])[] = [
  [2, 'counted twice'],
  [3, 'counted three times'],
  [-1, 'subtracted'],
  [0.5, 'halved'],
];

/** Numbers of a case by which sums are scaled. */
export function scalesOf({ windows, shapes }: Terms): (readonly [string, number])[] {
  const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
  const positions = product(shapes.y.slice(1, -1));
  return [
    ['the number of images', shapes.x[0]],
    ['the number of output positions', positions],
    ['the number of images and output positions', shapes.x[0] * positions],
    ['the number of input cells', product(shapes.x.slice(1, -1))],
    ...(windows
      ? ([
          ['the number of taps', product(windows.g.axes.map(({ size }) => size))],
          ['the stride', product(windows.g.axes.map(({ stride }) => stride))],
          ['the number of groups', windows.g.groups],
          ['the number of channels of a group', windows.g.channels],
          ['the number of filters of a group', windows.g.filters],
        ] as const)
      : []),
    ['the number of input channels', shapes.x.at(-1)!],
    ['the number of output channels', shapes.y.at(-1)!],
  ];
}

/** Other divisors of an average. */
function divisorChanges({ windows, shapes, list }: Terms): Change[] {
  const { g, rank } = windows!;
  const axes = g.axes.slice(3 - rank);
  const counts = (test: (value: number, axis: (typeof axes)[number]) => boolean): Map<string, number> => {
    const found = new Map<string, number>();
    for (const { x, y } of list) {
      const key = y.join();
      const isCounted = axes.every((axis, i) => test(x[1 + i], axis));
      found.set(key, (found.get(key) ?? 0) + Number(isCounted));
    }
    return found;
  };
  const inside = counts((v, { input }) => v >= 0 && v < input);
  const padded = counts((v, { input, before, after }) => v >= -before && v < input + after);
  const full = axes.reduce((product, { size }) => product * size, 1);
  const by = (text: string, cost: number, divisor: (term: Term) => number): Change => ({
    text,
    cost,
    apply: (term) => ({ ...term, factor: 1 / divisor(term) }),
  });
  const stride = axes.reduce((product, axis) => product * axis.stride, 1);
  return [
    by('the sum is not divided', 2, () => 1),
    by('the sum is divided by the size of the window', 2, () => full),
    by('the sum is divided by the cells inside the input', 2, ({ y }) => inside.get(y.join())!),
    by('the sum is divided by the cells inside the padded input', 2, ({ y }) => padded.get(y.join())!),
    by('the sum is divided by the size of the window on the first axis', 5, () => axes[0].size),
    by('the sum is divided by the size of the window on the last axis', 5, () => axes[rank - 1].size),
    by('the sum is divided by the stride', 5, () => stride),
    by('the sum is divided by the number of output positions', 6, () =>
      shapes.y.slice(1, -1).reduce((a, b) => a * b, 1),
    ),
  ];
}
