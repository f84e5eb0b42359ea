// The numbers of windows taken otherwise: the cell that a tap meets is computed by another stride, dilation or padding.
//
//   cell = position · stride + tap · dilation − before

import { indexAt, placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import type { Axis } from '../../window.ts';
import { type Change, moved, namesOf } from './change.ts';
import { MOST, type Term, type Terms, type Windows } from './terms.ts';
import { otherFormulas } from './window-formulas.ts';

/** What the cells along one axis are computed by; the padding after the last cell counts for the number of outputs alone. */
export type Numbers = Readonly<Record<'stride' | 'dilation' | 'before' | 'after', number>>;

type Instead = (axis: Axis) => Partial<Numbers>;

/** What may stand in place of the right numbers; `*` is where the axis is named if it is not all of them. */
const others: readonly (readonly [text: string, cost: number, instead: Instead])[] = [
  ['the stride* is taken as 1', 2, () => ({ stride: 1 })],
  ['the stride* is taken one larger', 6, ({ stride }) => ({ stride: stride + 1 })],
  ['the stride* is taken one smaller', 6, ({ stride }) => ({ stride: stride - 1 })],
  ['the size of the window is taken as the stride*', 5, ({ size }) => ({ stride: size })],
  ['the dilation is taken as the stride*', 6, ({ dilation }) => ({ stride: dilation })],
  [
    'the stride* is added to the position, which it should multiply',
    9,
    ({ stride, before }) => ({ stride: 1, before: before - stride }),
  ],
  ['the stride* divides the position, which it should multiply', 9, ({ stride }) => ({ stride: 1 / stride })],
  ['the dilation* is taken as 1', 2, () => ({ dilation: 1 })],
  ['the dilation* is taken one larger', 6, ({ dilation }) => ({ dilation: dilation + 1 })],
  ['the stride is taken as the dilation*', 6, ({ stride }) => ({ dilation: stride })],
  ['the size of the window is taken as the dilation*', 7, ({ size }) => ({ dilation: size })],
  ['the taps* go backwards from the first cell', 7, ({ dilation }) => ({ dilation: -dilation })],
  [
    'the dilation* is added to the tap, which it should multiply',
    9,
    ({ dilation, before }) => ({ dilation: 1, before: before - dilation }),
  ],
  ['the dilation* divides the tap, which it should multiply', 9, ({ dilation }) => ({ dilation: 1 / dilation })],
  ['the padding before the first cell* is taken as 0', 2, () => ({ before: 0 })],
  ['the padding after the last cell is taken as that before the first*', 3, ({ after }) => ({ before: after })],
  ['the padding before the first cell* is taken one larger', 4, ({ before }) => ({ before: before + 1 })],
  ['the padding before the first cell* is taken one smaller', 4, ({ before }) => ({ before: before - 1 })],
  [
    'the padding before the first cell* is multiplied by the dilation',
    5,
    ({ before, dilation }) => ({ before: before * dilation }),
  ],
  [
    'the padding before the first cell* is kept below the size of the window',
    6,
    ({ before, size }) => ({ before: Math.min(before, size - 1) }),
  ],
  ['half of the size is taken as the padding before the first cell*', 5, ({ size }) => ({ before: size >> 1 })],
  ['all padding* is put before the first cell', 5, ({ before, after }) => ({ before: before + after })],
  [
    'the padding before the first cell* is added, where it is to be taken away',
    6,
    ({ before }) => ({ before: -before }),
  ],
  [
    'half of the dilated size is taken as the padding before the first cell*',
    6,
    ({ size, dilation }) => ({ before: ((size - 1) * dilation) >> 1 }),
  ],
  [
    'half of one less than the size is taken as the padding before the first cell*',
    5.5,
    ({ size }) => ({ before: (size - 1) >> 1 }),
  ],
  ['the padding after the last cell* is taken as 0', 3, () => ({ after: 0 })],
  ['the padding after the last cell* is taken one larger', 4, ({ after }) => ({ after: after + 1 })],
  ['the padding after the last cell* is taken one smaller', 4, ({ after }) => ({ after: after - 1 })],
  ['the padding before the first cell is taken as that after the last*', 4, ({ before }) => ({ after: before })],
  ['the padding* is taken as 0', 3, () => ({ before: 0, after: 0 })],
];

/** Other numbers for all axes, for one of them, or for one axis those of another. */
export interface OtherNumbers {
  readonly text: string;
  readonly cost: number;
  readonly axes: readonly Axis[];
  /** Whether the axes say how many outputs there are instead. */
  readonly isCounted?: boolean;
}

/** Other numbers of single axes. */
type Others = (axis: Axis, i: number) => Partial<Axis>;

/** Every way in which the numbers of a case may be taken otherwise. */
export function* otherNumbers(windows: Windows): Iterable<OtherNumbers> {
  const axes = windows.g.axes.slice(3 - windows.rank);
  for (const [text, cost, instead, isCounted] of waysOf(windows, axes)) {
    const other = axes.map((axis, i) => ({ ...axis, ...instead(axis, i) }));
    const isSame = axes.every((axis, i) =>
      (['stride', 'dilation', 'before', 'after', 'output'] as const).every((key) => axis[key] === other[i][key]),
    );
    const isNumber = other.every(({ before, output }) => Number.isInteger(before) && Number.isInteger(output));
    if (!isSame && isNumber) yield { text, cost, axes: other, ...(isCounted && { isCounted }) };
  }
}

function* waysOf(
  windows: Windows,
  axes: readonly Axis[],
): Iterable<readonly [text: string, cost: number, instead: Others, isCounted?: boolean]> {
  const rank = axes.length;
  const names = rank === 1 ? [] : namesOf(rank);
  for (const { text, of } of otherFormulas(windows)) {
    yield [`windows are placed by ${text}`, 7.5, of, true];
    for (const [only, name] of names.entries())
      yield [`windows are placed by ${text} for the ${name}s`, 9.5, (axis, i) => (i === only ? of(axis) : {}), true];
  }
  for (const [text, cost, instead] of others) {
    yield [text.replace('*', ''), cost, instead];
    for (const [only, name] of names.entries())
      yield [text.replace('*', ` of the ${name}s`), cost + 2, (axis, i) => (i === only ? instead(axis) : {})];
  }
  if (rank === 1) return;
  const last = rank - 1;
  for (const key of ['stride', 'dilation', 'before'] as const) {
    const what = key === 'before' ? 'padding before the first cell' : key;
    yield [`the ${what} of the first axis is used on all axes`, 3, () => ({ [key]: axes[0][key] })];
    yield [`the ${what} of the last axis is used on all axes`, 3, () => ({ [key]: axes[last][key] })];
    const all = key === 'before' ? `the ${what} of the axes is` : `the ${key}s of the axes are`;
    yield [`${all} exchanged`, 4, (_, i) => ({ [key]: axes[last - i][key] })];
  }
}

/** Changes of the cells by other numbers; the outputs may be counted by them too. */
export function* numberChanges(terms: Terms): Iterable<Change> {
  const { windows } = terms;
  if (!windows || windows.rank === 0) return;
  const { over, g, rank } = windows;
  const at = over === 'x' ? 'y' : 'x';
  const own = g.axes.slice(3 - rank);
  for (const { text, cost, axes, isCounted } of otherNumbers(windows)) {
    const change: Change = {
      text,
      cost,
      apply(term) {
        const place = axes.map((axis, i) => cellAt(axis, term[at][1 + i], term.w[i]));
        return moved(term, over, [term[over][0], ...place, term[over].at(-1)!]);
      },
    };
    if (over !== 'x' || axes.some(({ stride }) => !Number.isInteger(stride))) {
      yield change;
      continue;
    }
    const counted = isCounted ? axes : axes.map((axis) => ({ ...axis, output: outputsOf(axis) }));
    const isOther = counted.some(({ output }, i) => output !== own[i].output);
    const recounted: Change = {
      ...change,
      text: `${text}, and the outputs are counted so`,
      cost: cost + 1,
      ...(isOther && { all: () => onGrid(terms, counted) }),
    };
    if (!isCounted) yield change;
    yield isCounted ? (isOther ? { ...recounted, text } : change) : recounted;
  }
}

/** Where a number divides, the quotient is rounded down; the least part above covers what 1 / n is rounded by. */
const cellAt = ({ stride, dilation, before }: Axis, position: number, tap: number): number =>
  Math.floor(position * stride + tap * dilation - before + 1e-9);

/** How many outputs there are by the numbers of an axis; none with a stride of 0, which would never end. */
const outputsOf = ({ input, before, after, size, dilation, stride }: Axis): number =>
  stride < 1 ? 0 : Math.max(0, Math.floor((input + before + after - ((size - 1) * dilation + 1)) / stride) + 1);

/** The products of windows on another grid, whose results are written one after another, as far as there is room. */
function onGrid({ shapes, list }: Terms, axes: readonly Axis[]): Term[] {
  const grid = shapes.y.map((n, i) => (i === 0 || i === shapes.y.length - 1 ? n : axes[i - 1].output));
  const byPosition = new Map<string, Term[]>();
  for (const term of list) {
    const key = term.y.slice(1, -1).join();
    const known = byPosition.get(key);
    if (known) known.push(term);
    else byPosition.set(key, [term]);
  }
  const positions = axes.map(({ output }) => output);
  const first = axes.map(() => 0).join();
  const found: Term[] = [];
  const room = sizeOf(shapes.y) / shapes.y.at(-1)!; // no position beyond it is written
  for (let p = 0; p < Math.min(room, sizeOf(positions)); p++) {
    const place = placeOf(positions, p);
    for (const term of byPosition.get(place.join()) ?? byPosition.get(first)!) {
      const index = indexAt(grid, [term.y[0], ...place, term.y.at(-1)!]);
      if (index >= sizeOf(shapes.y) || found.length > MOST) continue;
      const cell = axes.map((axis, i) => cellAt(axis, place[i], term.w[i]));
      found.push({ ...term, x: [term.x[0], ...cell, term.x.at(-1)!], y: placeOf(shapes.y, index) });
    }
  }
  return found;
}
