// What a list of products gives for the operands of a case: every output, or every gradient.

import { sizeOf } from '../../tensor.ts';
import type { Operands, Part } from '../case.ts';
import type { Prediction } from '../mistake.ts';
import { keyIn } from './matrices.ts';
import { type Matrix, type Reading, sizesOf } from './matrix-from-answers.ts';
import type { Term, Terms } from './terms.ts';

/** The products of a list with their elements, for one evaluation after another. */
export type Elements = readonly {
  readonly x: number;
  readonly w: number;
  readonly y: number;
  readonly factor: number;
}[];

export function elementsOf(terms: Terms, list: readonly Term[]): Elements {
  const sizes = sizesOf(terms);
  return list.flatMap((term) => {
    const key = keyIn(terms, term, sizes);
    return key < 0 ? [] : elementAt(sizes, key, term.factor);
  });
}

const elementAt = (sizes: ReturnType<typeof sizesOf>, key: number, factor: number) => {
  const xw = Math.floor(key / sizes.y);
  return { x: Math.floor(xw / sizes.w), w: xw % sizes.w, y: key % sizes.y, factor };
};

export const elementsIn = (terms: Terms, matrix: Matrix): Elements => {
  const sizes = sizesOf(terms);
  return [...matrix].map(([key, factor]) => elementAt(sizes, key, factor));
};

/** The products of the bias, with its element in place of that of the weight. */
export const biasElements = ({ biases, shapes }: Terms): Elements =>
  biases === 0 ? [] : Array.from({ length: sizeOf(shapes.y) }, (_, y) => ({ x: 0, w: y % biases, y, factor: 1 }));

export const biasElementsIn = ({ shapes }: Terms, matrix: Matrix): Elements => {
  const ny = sizeOf(shapes.y);
  return [...matrix].map(([key, factor]) => ({ x: 0, w: Math.floor(key / ny), y: key % ny, factor }));
};

/** The value of one part, and Σ|products| of each of its elements. */
export interface Value extends Prediction {
  readonly magnitude: Float64Array;
}

/** One part by its products and those of the bias. */
export function evaluatePart(
  terms: Terms,
  part: Part,
  operands: Operands,
  products: Elements,
  biases: Elements,
  constants?: Reading['constants'],
): Value {
  const { structure, shapes } = terms;
  const [X, W, B, DY] = ['x', structure.weight, structure.bias, 'dy'].map((name) => name && operands[name]?.data);
  const isBias = part === structure.bias;
  const shape = part === 'y' ? shapes.y : part === 'x' ? shapes.x : isBias ? [terms.biases] : shapes.w;
  const data = new Float64Array(sizeOf(shape));
  const magnitude = new Float64Array(data.length);
  if (structure.kind === 'maximum' && part === 'y') {
    data.fill(-Infinity);
    for (const { x, y } of products) data[y] = Math.max(data[y], (X as ArrayLike<number>)[x]);
    for (const [y, value] of constants ?? []) data[y] = Math.max(data[y], value);
    return { shape, data, magnitude };
  }
  const add = (i: number, value: number): void => {
    data[i] += value;
    magnitude[i] += Math.abs(value);
  };
  for (const [i, value] of constants ?? []) add(i, value);
  if (isBias) {
    for (const { w, y, factor } of biases) add(w, factor * (DY as ArrayLike<number>)[y]);
    return { shape, data, magnitude };
  }
  const of = (data: ArrayLike<number> | '' | undefined, i: number): number => (data ? data[i] : 1);
  for (const { x, w, y, factor } of products) {
    if (part === 'y') add(y, factor * of(X, x) * of(W, w));
    else if (part === 'x') add(x, factor * of(W, w) * of(DY, y));
    else add(w, factor * of(X, x) * of(DY, y));
  }
  if (part === 'y') for (const { w, y, factor } of biases) add(y, factor * of(B, w));
  return { shape, data, magnitude };
}

/** Every product of each output on its own, without bias, in the order of the right ones. */
export function productsOfOutputs(terms: Terms, part: Part, operands: Operands, products: Elements): number[][] {
  const { structure, shapes } = terms;
  const [X, W, DY] = ['x', structure.weight, 'dy'].map((name) =>
    name === undefined ? undefined : operands[name]?.data,
  );
  const found = Array.from(
    { length: sizeOf(part === 'y' ? shapes.y : part === 'x' ? shapes.x : shapes.w) },
    (): number[] => [],
  );
  for (const { x, w, y, factor } of products) {
    const [a, b, c] = [X?.[x] ?? 1, W?.[w] ?? 1, DY?.[y] ?? 1];
    if (part === 'y') found[y].push(factor * a * b);
    else if (part === 'x') found[x].push(factor * b * c);
    else found[w].push(factor * a * c);
  }
  return found;
}
