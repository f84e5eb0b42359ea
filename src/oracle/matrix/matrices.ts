// Products as a matrix: the factor of each by its elements of x, of the weight and of the output.

import { indexAt } from '../../places.ts';
import type { Part } from '../case.ts';
import { isBeyond } from './change.ts';
import { isNear, keyOf, type Matrix, sidesOf, sizesOf } from './matrix-from-answers.ts';
import { isInside, type Term, type Terms } from './terms.ts';

/** The index of a product's element in one tensor. */
export const at = (shape: readonly number[], place: readonly number[]): number =>
  shape.length === 0 ? 0 : indexAt(shape, place);

/** The key of a product, or −1 where it counts nothing. */
export function keyIn({ shapes, structure }: Terms, { x, w, y }: Term, sizes: ReturnType<typeof sizesOf>): number {
  if (!isInside(shapes.x, x) || !isInside(shapes.y, y)) return -1;
  const hasWeight = structure.weight !== undefined;
  if (hasWeight && !isInside(shapes.w, w)) return -1;
  return keyOf(sizes, at(shapes.x, x), hasWeight ? at(shapes.w, w) : 0, at(shapes.y, y));
}

/** Products as a matrix; those of one key are added. */
export function matrixOf(terms: Terms, list: readonly Term[] = terms.list): Map<number, number> {
  const sizes = sizesOf(terms);
  const isMaximum = terms.structure.kind === 'maximum';
  const found = new Map<number, number>();
  for (const term of list) {
    const key = keyIn(terms, term, sizes);
    if (key < 0) continue;
    const sum = isMaximum ? term.factor : (found.get(key) ?? 0) + term.factor;
    if (sum === 0) found.delete(key);
    else found.set(key, sum);
  }
  return found;
}

export const isSameMatrix = (a: Matrix, b: Matrix): boolean => {
  if (a.size !== b.size) return false;
  for (const [key, factor] of a) if (!isNear(b.get(key) ?? 0, factor)) return false;
  return true;
};

/** Whether a product is read beyond the end of a tensor, and counts. */
export function readsBeyond(terms: Terms, part: Part, term: Term): boolean {
  const { out, from } = sidesOf(terms, part);
  return (
    from.some((side) => isBeyond(term[side])) &&
    isInside(terms.shapes[out], term[out]) &&
    from.every((side) => isBeyond(term[side]) || isInside(terms.shapes[side], term[side]))
  );
}

/** The elements of a part that are computed from what lies beyond the end of a tensor. */
export function outputsBeyond(terms: Terms, part: Part, list: readonly Term[]): Set<number> {
  const { out } = sidesOf(terms, part);
  const reading = list.filter((term) => readsBeyond(terms, part, term));
  return new Set(reading.map((term) => indexAt(terms.shapes[out], term[out])));
}

/** A matrix but for some outputs. */
export function exceptOutputs(terms: Terms, part: Part, matrix: Matrix, outputs: ReadonlySet<number>): Matrix {
  if (outputs.size === 0) return matrix;
  const sizes = sizesOf(terms);
  const { out } = sidesOf(terms, part);
  const outputOf = (key: number): number => {
    const xw = Math.floor(key / sizes.y);
    return { x: Math.floor(xw / sizes.w), w: xw % sizes.w, y: key % sizes.y }[out];
  };
  return new Map([...matrix].filter(([key]) => !outputs.has(outputOf(key))));
}

export const isSameSet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
  a.size === b.size && [...a].every((each) => b.has(each));
