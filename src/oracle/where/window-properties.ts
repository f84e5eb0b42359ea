// What can be said of windows: padding in cells, the cells that windows reach, terms and taps. Spec oracle-where.

import type { Layer } from '../../layer/layer.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import type { Axis, ConvGeometry } from '../../window.ts';
import type { Fact, Quantity } from './property.ts';

/** The spatial axes alone. */
const axesOf = (g: ConvGeometry, x: Shape): readonly Axis[] => g.axes.slice(3 - (x.length - 2));

const reachOf = ({ size, dilation }: Axis): number => (size - 1) * dilation + 1;

/** How many taps of the window at each position meet a cell. */
const cellsOf = (axis: Axis): number[] =>
  Array.from({ length: axis.output }, (_, p) => {
    let cells = 0;
    for (let k = 0; k < axis.size; k++) {
      const cell = p * axis.stride + k * axis.dilation - axis.before;
      if (cell >= 0 && cell < axis.input) cells++;
    }
    return cells;
  });

/** The cell behind the last that a window reaches. */
const endOf = (axis: Axis): number => (axis.output - 1) * axis.stride + reachOf(axis) - axis.before;

/** How many windows lie across the border at the start, or at the end if there are more. */
const overBorder = (axis: Axis): number => {
  const starts = Array.from({ length: axis.output }, (_, p) => p * axis.stride - axis.before);
  const before = starts.filter((start) => start < 0).length;
  return Math.max(before, starts.filter((start) => start + reachOf(axis) > axis.input).length);
};

/** Whether a window more would begin before the end of the padded input, if it might begin beyond the input itself. */
const isDropped = (axis: Axis): boolean => {
  const room = axis.input + axis.before + axis.after - reachOf(axis);
  return Math.ceil(room / axis.stride) + 1 > axis.output;
};

/** How many windows there are without ceil: as many, fewer by one that hangs over, or more by one that ceil drops. */
const floored = (axis: Axis): number =>
  Math.floor((axis.input + axis.before + axis.after - reachOf(axis)) / axis.stride) + 1;

const product = (values: readonly number[]): number => values.reduce((all, each) => all * each, 1);

export function windowNumbers(layer: Layer, g: ConvGeometry, x: Shape): Quantity[] {
  const axes = axesOf(g, x);
  const weight = layer.params(x).weight as Shape | undefined;
  const one = (name: string, value: number, cost: number): Quantity => ({ name, values: [value], cost });
  const perAxis = (name: string, cost: number, of: (axis: Axis) => number): Quantity[] =>
    axes.length > 0 ? [{ name, values: axes.map(of), cost }] : [];
  const [least, most] = [Math.min, Math.max].map((choice) => product(axes.map((axis) => choice(...cellsOf(axis)))));
  const taps = product(axes.map(({ size }) => size));
  return [
    ...perAxis('padding before', 4, ({ before }) => before),
    ...perAxis('padding after', 4, ({ after }) => after),
    ...perAxis('padding', 3.5, ({ before, after }) => Math.max(before, after)),
    ...perAxis('reach of the window', 5, reachOf),
    ...perAxis('windows over a border', 6, overBorder),
    ...perAxis('unread cells at the end', 5.5, (axis) => Math.max(0, axis.input - endOf(axis))),
    ...perAxis('cells that the last window lacks', 6, (axis) => Math.max(0, endOf(axis) - axis.input - axis.after)),
    ...(axes.length > 0
      ? [
          one('taps', taps, 4.5),
          one('cells of the smallest window', least, 6),
          one('cells of the largest window', most, 6.5),
          one('padding in a window', taps - least, 6),
        ]
      : []),
    ...(layer.attributes.groups !== undefined
      ? [one('channels per group', g.channels, 4.5), one('filters per group', g.filters, 4.5)]
      : []),
    ...(weight
      ? [
          one('terms', most * g.channels, 4),
          one('products of a weight', g.batch * product(axes.map((axis) => axis.output)), 7.5),
        ]
      : []),
    one('numbers in all', sizeOf(x) + (weight ? sizeOf(weight) : 0), 8),
  ];
}

export function windowFacts(layer: Layer, g: ConvGeometry, x: Shape): Fact[] {
  const axes = axesOf(g, x);
  if (axes.length === 0) return [];
  const { padding } = layer.attributes as { readonly padding?: unknown };
  const isSame = padding === 'same-upper' || padding === 'same-lower';
  const totals = axes.map((axis) => (axis.output - 1) * axis.stride + reachOf(axis) - axis.input);
  const fact = (yes: string, no: string, holds: boolean, cost: number): Fact => ({ yes, no, holds, cost });
  const [some, every] = axes.length > 1 ? [' on some axis', ' on every axis'] : ['', ''];
  const { ceil, countPadding } = layer.attributes as { readonly ceil?: boolean; readonly countPadding?: boolean };
  const isPadded = axes.some(({ before, after }) => before + after > 0);
  const isResized = axes.some((axis) => axis.output !== floored(axis));
  return [
    fact('padding = valid', 'padding ≠ valid', padding === 'valid', 4),
    fact('same padding', 'no same padding', isSame, 3.5),
    fact('padding = same-upper', 'padding ≠ same-upper', padding === 'same-upper', 4.5),
    fact('padding = same-lower', 'padding ≠ same-lower', padding === 'same-lower', 4.5),
    fact('padding in numbers', 'padding in a word', typeof padding !== 'string', 4),
    fact('padded cells', 'no padded cells', isPadded, 3.5),
    fact(
      `padding before ≠ after${some}`,
      `padding before = after${every}`,
      axes.some((a) => a.before !== a.after),
      4,
    ),
    fact(
      `padding before > after${some}`,
      `padding before ≤ after${every}`,
      axes.some((a) => a.before > a.after),
      5,
    ),
    fact(
      `padding before < after${some}`,
      `padding before ≥ after${every}`,
      axes.some((a) => a.before < a.after),
      5,
    ),
    fact(
      `a negative total of same padding${some}`,
      'no negative total of same padding',
      isSame && totals.some((t) => t < 0),
      5,
    ),
    fact(
      `an odd total of same padding${some}`,
      'no odd total of same padding',
      isSame && totals.some((t) => t > 0 && t % 2 === 1),
      5,
    ),
    fact(
      `same padding before ≠ half the window${some}`,
      'no same padding before ≠ half the window',
      isSame && axes.some((axis) => axis.before !== reachOf(axis) >> 1),
      5.5,
    ),
    fact('ceil with another size than floor', 'the size of floor', ceil === true && isResized, 5),
    fact('a window that ceil drops', 'no window that ceil drops', ceil === true && axes.some(isDropped), 5),
    fact('counted padding', 'no counted padding', countPadding === true && isPadded, 4.5),
    fact('uncounted padding', 'no uncounted padding', countPadding === false && isPadded, 4.5),
    fact(
      'a window wholly in padding',
      'no window wholly in padding',
      axes.some((axis) => cellsOf(axis).includes(0)),
      5,
    ),
    fact(
      'a window that begins beyond the input',
      'no window that begins beyond the input',
      axes.some((axis) => (axis.output - 1) * axis.stride - axis.before >= axis.input),
      5.5,
    ),
    fact(
      'overlapping windows',
      'no overlapping windows',
      axes.some((axis) => reachOf(axis) > axis.stride && axis.output > 1),
      5,
    ),
    fact(
      `a window as long as the padded input${some}`,
      'no window as long as the padded input',
      axes.some((axis) => reachOf(axis) === axis.input + axis.before + axis.after),
      5.5,
    ),
    fact(
      `a window longer than the input${some}`,
      'no window longer than the input',
      axes.some((axis) => reachOf(axis) > axis.input),
      5.5,
    ),
    fact('a group for each channel', 'no group for each channel', g.groups > 1 && g.channels === 1, 5),
    fact(
      '1×1 windows',
      'larger windows than 1×1',
      axes.every(({ size }) => size === 1),
      4,
    ),
    fact(
      'one position',
      'several positions',
      axes.every(({ output }) => output === 1),
      5,
    ),
  ];
}
