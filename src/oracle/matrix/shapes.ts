// Outputs of another shape: the formula of their size with one part taken otherwise, or one axis as long as another one.
// Spec oracle-instead.
//
//   output = ceil(room / stride) + 1       the output has the number of the input channels as that of its channels

import { type Shape, sameShape, sizeOf } from '../../tensor.ts';
import type { Case } from '../case.ts';
import { layerOf, shapeOf } from '../cases/tensors.ts';
import type { Mistake } from '../mistake.ts';
import { ofPresentOperator } from '../recent.ts';
import { namesOf } from './change.ts';
import { otherDefinitions } from './formulas.ts';
import { type Windows, windowsOf } from './terms.ts';
import { placedBy, sizeDefinitions } from './window-formulas.ts';

/** A shape that the output may have instead, by what it follows from. */
interface OtherShape {
  readonly text: string;
  readonly cost: number;
  readonly shape: Shape;
}

/** Every mistake that gives the output of a case this shape; each predicts the shape in any case, and no values. */
export function shapeMistakes(c: Case, theirs: Shape): { readonly mistake: Mistake; readonly cost: number }[] {
  return shapesOf(c)
    .filter(({ shape }) => sameShape(shape, theirs))
    .map(({ text, cost }) => ({ mistake: mistakeOf(text), cost }));
}

const mistakeOf = (text: string): Mistake => ({
  name: text,
  result({ case: c }) {
    const other = shapesOf(c).find((each) => each.text === text);
    if (!other || sameShape(other.shape, layerOf(c).shape(shapeOf(c)))) return undefined;
    const size = sizeOf(other.shape);
    return { shape: other.shape, data: new Float64Array(size), open: new Uint8Array(size).fill(1) };
  },
});

const shapesOf = ofPresentOperator((c): readonly OtherShape[] =>
  [...sizes(c), ...lengths(c)].filter(({ shape }) => isShape(shape)),
);

/** An output that would be larger than this is not predicted. */
const MOST = 1 << 20;

const isShape = (shape: Shape): boolean => shape.every((n) => Number.isInteger(n) && n >= 0) && sizeOf(shape) <= MOST;

/** Other formulas of the number of outputs, on all axes or on one. */
function sizes(c: Case): OtherShape[] {
  const windows = windowsOf(c);
  if (!windows || windows.rank === 0) return [];
  const right = layerOf(c).shape(shapeOf(c));
  const { definitions, given } = sizeDefinitions(windows);
  const axes = givenOf(windows);
  return otherDefinitions(definitions, given).flatMap(({ text, definitions: other }) => {
    const counts = axes.map((numbers) => placedBy(other, numbers, windows).output);
    const on = (only: number | undefined, suffix: string, cost: number): OtherShape => ({
      text: `the size of the output follows from ${text}${suffix}`,
      cost,
      shape: right.map((n, i) => (i > 0 && i <= axes.length && (only ?? i) === i ? counts[i - 1] : n)),
    });
    const single = axes.length > 1 ? namesOf(axes.length).map((name, i) => on(i + 1, ` for the ${name}s`, 7)) : [];
    return [on(undefined, '', 5), ...single];
  });
}

/** The numbers of each axis, as the formulas name them: `input` is always the length of x. */
function givenOf({ over, g, rank, attributes }: Windows): Readonly<Record<string, number>>[] {
  const outputPadding = (attributes.outputPadding ?? []) as readonly number[];
  return g.axes.slice(3 - rank).map((axis, i) => ({
    ...axis,
    input: over === 'x' ? axis.input : axis.output,
    outputPadding: outputPadding[i] ?? 0,
  }));
}

/** One axis as long as another one, or of length 1. */
function lengths(c: Case): OtherShape[] {
  const x = shapeOf(c);
  const layer = layerOf(c);
  const y = layer.shape(x);
  const name = (shape: Shape, axis: number, what: string): string =>
    axis === 0
      ? 'images'
      : axis === shape.length - 1
        ? `${what} channels`
        : `${what} ${namesOf(shape.length - 2)[axis - 1]}s`;
  const windows = windowsOf(c);
  const numbers: (readonly [string, number])[] = [
    ['1', 1],
    ...x.map((n, i) => [`that of the ${name(x, i, 'input')}`, n] as const),
    ...y.slice(1).map((n, i) => [`that of the ${name(y, i + 1, 'output')}`, n] as const),
    ...(windows
      ? ([
          ['that of the groups', windows.g.groups],
          ['that of the channels of a group', windows.g.channels],
          ['that of the filters of a group', windows.g.filters],
        ] as const)
      : []),
  ];
  return y.flatMap((_, axis) =>
    numbers.map(([text, n]) => ({
      text: `the number of the ${name(y, axis, 'output')} is ${text}`,
      cost: 8,
      shape: y.with(axis, n),
    })),
  );
}
