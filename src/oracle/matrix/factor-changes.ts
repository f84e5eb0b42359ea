// Products counted with another factor, and other divisors of an average.

import { indexAt } from '../../places.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import type { Axis } from '../../window.ts';
import { type Change, namesOf } from './change.ts';
import { type Definition, defined, otherDefinitions } from './formulas.ts';
import type { Place, Term, Terms, Windows } from './terms.ts';
import { otherNumbers } from './window-numbers.ts';

const times = (text: string, cost: number, factor: number): Change => ({
  text,
  cost,
  apply: (term) => ({ ...term, factor: term.factor * factor }),
});

/** The products counted with another factor: a plain one, one that follows from the case, or the one that all have. */
export function* factorChanges(terms: Terms, ratios: readonly number[]): Iterable<Change> {
  for (const [factor, text] of words) yield times(`the products are ${text}`, 2, factor);
  for (const [name, value] of scalesOf(terms)) {
    if (value <= 1) continue;
    yield times(`the products are divided by ${name}`, 3, 1 / value);
    yield times(`the products are multiplied by ${name}`, 3, value);
  }
  const [ratio] = ratios;
  if (ratio !== undefined && ratio !== 0 && ratios.every((each) => Math.abs(each - ratio) <= 1e-5 * Math.abs(ratio)))
    yield multipliedBy(ratio);
  if (terms.structure.kind === 'sum' && terms.structure.weight === undefined && terms.windows)
    yield* divisorChanges(terms, terms.windows);
}

export const multipliedBy = (factor: number): Change =>
  times(`the products are multiplied by ${Number(factor.toPrecision(9))}`, 12, factor);

const words: readonly (readonly [number, string])[] = [
  [2, 'counted twice'],
  [3, 'counted three times'],
  [-1, 'subtracted'],
  [0.5, 'halved'],
];

/** Numbers of a case by which sums are scaled. */
export function scalesOf({ shapes, beside, windows = beside?.windows }: Terms): (readonly [string, number])[] {
  const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
  const positions = product(shapes.y.slice(1, -1));
  const [images] = shapes.y; // a bias has no x
  return [
    ['the number of images', images],
    ['the number of output positions', positions],
    ['the number of images and output positions', images * positions],
    ['the number of input cells', product(shapes.x.slice(1, -1))],
    ...(windows
      ? ([
          ['the number of taps', product(windows.g.axes.map(({ size }) => size))],
          ...(windows.rank > 1 ? ofAxes(windows) : []),
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

/** The taps and the stride of each axis. */
const ofAxes = ({ g, rank }: Windows): (readonly [string, number])[] =>
  namesOf(rank).flatMap((name, i) => {
    const { size, stride } = g.axes[3 - rank + i];
    return [
      [`the number of tap ${name}s`, size],
      [`the stride of the ${name}s`, stride],
    ] as const;
  });

const by = (text: string, cost: number, divisor: (term: Term) => number): Change => ({
  text,
  cost,
  apply: (term) => ({ ...term, factor: 1 / divisor(term) }),
});

/** How many cells of the input the window of a position has. */
const cellsInside = (axes: readonly Axis[], position: readonly number[]): number =>
  axes.reduce((product, { input, size, stride, dilation, before }, i) => {
    const first = position[i] * stride - before;
    const taps = Array.from({ length: size }, (_, k) => first + k * dilation);
    return product * taps.filter((cell) => cell >= 0 && cell < input).length;
  }, 1);

/** Other divisors of an average. */
function* divisorChanges({ shapes, list }: Terms, windows: Windows): Iterable<Change> {
  const { g, rank } = windows;
  const axes = g.axes.slice(3 - rank);
  const of = (y: Place): number => indexAt(shapes.y, y);
  const counts = (test: (value: number, axis: Axis) => boolean): ((term: Term) => number) => {
    const found = new Uint32Array(sizeOf(shapes.y));
    for (const { x, y } of list) if (axes.every((axis, i) => test(x[1 + i], axis))) found[of(y)]++;
    return ({ y }) => found[of(y)];
  };
  const product = (numbers: readonly number[]): number => numbers.reduce((all, n) => all * n, 1);
  const sizes = axes.map(({ size }) => size);
  const all = (n: number) => () => n;
  yield by('the sum is not divided', 2, all(1));
  yield by('the sum is divided by the size of the window', 2, all(product(sizes)));
  yield by(
    'the sum is divided by the cells inside the input',
    2,
    counts((v, { input }) => v >= 0 && v < input),
  );
  yield by(
    'the sum is divided by the cells inside the padded input',
    2,
    counts((v, { input, before, after }) => v >= -before && v < input + after),
  );
  yield by(
    'of the padding only that after the last cell is counted in the divisor',
    3,
    counts((v, { input, after }) => v >= 0 && v < input + after),
  );
  yield by(
    'of the padding only that before the first cell is counted in the divisor',
    3,
    counts((v, { input, before }) => v >= -before && v < input),
  );
  yield by('the sum is divided by the size of the window on the first axis', 5, all(sizes[0]));
  yield by('the sum is divided by the size of the window on the last axis', 5, all(sizes[rank - 1]));
  const used = (n: number): number => product(sizes.map(() => n));
  yield by('the size of the window on the first axis is used on all axes of the divisor', 4, all(used(sizes[0])));
  yield by('the size of the window on the last axis is used on all axes of the divisor', 4, all(used(sizes[rank - 1])));
  yield by('the sum is divided by the stride', 5, all(product(axes.map(({ stride }) => stride))));
  yield by('the sum is divided by the number of output positions', 6, all(product(shapes.y.slice(1, -1))));
  for (const { text, cost, axes: other } of otherNumbers(windows)) yield byNumbers(text, cost + 4, other, shapes.y);
  yield* byFormulas(windows);
}

/** The cells inside the input, counted of windows with other numbers; those of a position once. */
function byNumbers(text: string, cost: number, axes: readonly Axis[], shape: Shape): Change {
  const counted = new Map<number, number>();
  return by(`the divisor is counted as if ${text}`, cost, ({ y }) => {
    const key = indexAt(shape, y);
    const known = counted.get(key) ?? cellsInside(axes, y.slice(1, -1));
    counted.set(key, known);
    return known;
  });
}

/** How many cells of one axis a window is divided by, by formulas of which one part is another one. Spec pool-divisor. */
function* byFormulas({ g, rank, attributes }: Windows): Iterable<Change> {
  const axes = g.axes.slice(3 - rank);
  const isPadded = attributes.countPadding === true;
  const right: readonly Definition[] = [
    ['start', 'p · stride − before'],
    ['least', isPadded ? '0 − before' : '0'],
    ['end', isPadded ? 'input + after' : 'input'],
    ['first', 'max(0, ceil((least − start) / dilation))'],
    ['last', 'min(size − 1, floor((end − 1 − start) / dilation))'],
    ['cells', 'max(0, last − first + 1)'],
  ];
  const given = ['size', 'stride', 'dilation', 'input', 'output', 'before', 'after'];
  for (const { text, definitions } of otherDefinitions(right, given)) {
    let known: number[][] | undefined;
    const cells = (): number[][] =>
      axes.map((axis) => Array.from({ length: axis.output }, (_, p) => defined(definitions, { ...axis, p }).cells));
    yield by(`the divisor is counted by ${text}`, 8, ({ y }) => {
      known ??= cells();
      return known.reduce((product, each, i) => product * each[y[1 + i]], 1);
    });
  }
}
