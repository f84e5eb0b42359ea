// The numbers of windows taken otherwise: the cell that a tap meets is computed by another stride, dilation or padding.
//
//   cell = position · stride + tap · dilation − before

import type { Axis } from '../../window.ts';
import { type Change, moved, namesOf } from './change.ts';
import type { Terms } from './terms.ts';

/** What the cells along one axis are computed by. */
export type Numbers = Readonly<Record<'stride' | 'dilation' | 'before', number>>;

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
  ['the padding before the first cell* is taken as 0', 2, () => ({ before: 0 })],
  ['the padding after the last cell is taken as that before the first*', 3, ({ after }) => ({ before: after })],
  ['the padding before the first cell* is taken one larger', 4, ({ before }) => ({ before: before + 1 })],
  ['the padding before the first cell* is taken one smaller', 4, ({ before }) => ({ before: before - 1 })],
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
  ...otherTotals(),
];

/** The padding of `same`, (output − 1) · stride + (size − 1) · dilation + 1 − input in all, computed by another formula. */
function otherTotals(): [text: string, cost: number, instead: Instead][] {
  const half = (total: number, { before, after }: Axis): number =>
    before > after ? Math.ceil(total / 2) : Math.floor(total / 2);
  const from = (text: string, total: (axis: Axis) => number): [string, number, Instead] => [
    `the padding* is computed ${text}`,
    7.5,
    (axis) => ({ before: half(Math.max(0, total(axis)), axis) }),
  ];
  const reach = ({ size, dilation }: Axis): number => (size - 1) * dilation + 1;
  return [
    from('from the size without dilation', ({ output, stride, size, input }) => (output - 1) * stride + size - input),
    from('from a size that is one larger', (axis) => (axis.output - 1) * axis.stride + reach(axis) + 1 - axis.input),
    from('from a size that is one smaller', (axis) => (axis.output - 1) * axis.stride + reach(axis) - 1 - axis.input),
    from(
      'with the dilation added to the size',
      (axis) => (axis.output - 1) * axis.stride + axis.size + axis.dilation - axis.input,
    ),
    from(
      'from the size times the dilation',
      (axis) => (axis.output - 1) * axis.stride + axis.size * axis.dilation - axis.input,
    ),
    from('for one output too many', (axis) => axis.output * axis.stride + reach(axis) - axis.input),
    from('for two outputs too many', (axis) => (axis.output + 1) * axis.stride + reach(axis) - axis.input),
    from('for one output too few', (axis) => (axis.output - 2) * axis.stride + reach(axis) - axis.input),
    from('for as many outputs as inputs', (axis) => (axis.input - 1) * axis.stride + reach(axis) - axis.input),
    from(
      'for the inputs times the stride as outputs',
      (axis) => (axis.input * axis.stride - 1) * axis.stride + reach(axis) - axis.input,
    ),
    from(
      'for outputs rounded down',
      (axis) => (Math.floor(axis.input / axis.stride) - 1) * axis.stride + reach(axis) - axis.input,
    ),
    from('with the input added', (axis) => (axis.output - 1) * axis.stride + reach(axis) + axis.input),
    from('with the stride added to the outputs', (axis) => axis.output - 1 + axis.stride + reach(axis) - axis.input),
    [
      'the padding* is not taken as 0 if it is less',
      7.5,
      (axis) => ({ before: half((axis.output - 1) * axis.stride + reach(axis) - axis.input, axis) }),
    ],
  ];
}

/** Other numbers for all axes, for one of them, or for one axis those of another. */
export interface OtherNumbers {
  readonly text: string;
  readonly cost: number;
  readonly axes: readonly Axis[];
}

/** Every way in which the numbers of a case may be taken otherwise. */
export function otherNumbers(axes: readonly Axis[]): OtherNumbers[] {
  const found: OtherNumbers[] = [];
  const rank = axes.length;
  const add = (text: string, cost: number, instead: (axis: Axis, i: number) => Partial<Numbers>): void => {
    const other = axes.map((axis, i) => ({ ...axis, ...instead(axis, i) }));
    const isSame = axes.every(({ stride, dilation, before }, i) => {
      const { [i]: own } = other;
      return own.stride === stride && own.dilation === dilation && own.before === before;
    });
    if (!isSame) found.push({ text, cost, axes: other });
  };
  for (const [text, cost, instead] of others) {
    add(text.replace('*', ''), cost, instead);
    if (rank === 1) continue;
    for (const [only, name] of namesOf(rank).entries())
      add(text.replace('*', ` of the ${name}s`), cost + 2, (axis, i) => (i === only ? instead(axis) : {}));
  }
  if (rank === 1) return found;
  const last = rank - 1;
  for (const key of ['stride', 'dilation', 'before'] as const) {
    const what = key === 'before' ? 'padding before the first cell' : key;
    add(`the ${what} of the first axis is used on all axes`, 3, () => ({ [key]: axes[0][key] }));
    add(`the ${what} of the last axis is used on all axes`, 3, () => ({ [key]: axes[last][key] }));
    add(`the ${what} of the axes is exchanged`, 4, (_, i) => ({ [key]: axes[last - i][key] }));
  }
  return found;
}

/** Changes of the cells by other numbers. */
export function numberChanges({ windows }: Terms): Change[] {
  if (!windows || windows.rank === 0) return [];
  const { over, g, rank } = windows;
  const at = over === 'x' ? 'y' : 'x';
  return otherNumbers(g.axes.slice(3 - rank)).map(({ text, cost, axes }) => ({
    text,
    cost,
    apply(term) {
      const place = axes.map(
        ({ stride, dilation, before }, i) => term[at][1 + i] * stride + term.w[i] * dilation - before,
      );
      return moved(term, over, [term[over][0], ...place, term[over].at(-1)!]);
    },
  }));
}
