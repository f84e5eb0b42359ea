// Tensors with their axes in another order, which letters name: `NHWC` to `NCHW`. HW stands for all spatial axes, and an axis that
// runs over two things, the first of them slowly, has both letters in brackets: `HWI(GO)`.

import { SpecError, show } from './errors.ts';
import { sizeOf, type Tensor } from './tensor.ts';

/** For each axis the names of what it runs over. */
export type Axes = readonly (readonly string[])[];

/** The axes of a tensor of `rank` axes: `HW` becomes as many as are left. */
export function axesOf(letters: string, rank: number): Axes {
  const parts = letters.match(/HW|\(\w+\)|\w/g) ?? [];
  const space = Array.from({ length: rank - parts.length + 1 }, (_, i) => [String(i)]);
  return parts.flatMap((part) => (part === 'HW' ? space : [[...part.replace(/[()]/g, '')]]));
}

/**
 * A copy with the axes in another order; the same tensor if they are in order. `sizes` says how long what the first letter in
 * brackets stands for is. Undefined where the tensor cannot have such axes.
 */
export function rearranged(
  tensor: Tensor,
  from: Axes,
  to: Axes,
  sizes: Readonly<Record<string, number>> = {},
): Tensor | undefined {
  const { shape, data } = tensor;
  if (shape.length !== from.length) return undefined;
  const own = from.flat();
  const lengths = from.flatMap((names, axis) =>
    names.length === 1 ? [shape[axis]] : [sizes[names[0]], shape[axis] / sizes[names[0]]],
  );
  if (!lengths.every(Number.isInteger)) return undefined;
  const source = to.flat().map((name) => own.indexOf(name));
  const other = source.map((axis) => lengths[axis]);
  const found = to.map((names) => names.reduce((all, name) => all * lengths[own.indexOf(name)], 1));
  if (source.every((axis, i) => axis === i))
    return found.length === shape.length && found.every((n, i) => n === shape[i]) ? tensor : { shape: found, data };
  const steps = source.map((axis) => sizeOf(lengths.slice(axis + 1)));
  const result = data.slice();
  const place = other.map(() => 0);
  let at = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = data[at];
    // The next place in the other order: the last axis runs fastest.
    for (let axis = other.length - 1; axis >= 0; axis--) {
      at += steps[axis];
      if (++place[axis] < other[axis]) break;
      at -= steps[axis] * other[axis];
      place[axis] = 0;
    }
  }
  return { shape: found, data: result };
}

/** The same between two orders of the same letters. */
export const reordered = (tensor: Tensor, from: string, to: string): Tensor =>
  rearranged(tensor, axesOf(from, tensor.shape.length), axesOf(to, tensor.shape.length))!;

/** An order of the letters of `own`, H and W side by side. */
export function readOrder(clause: string, what: string, value: unknown, own: string): string {
  const sorted = (letters: string): string => [...letters].sort().join('');
  if (typeof value !== 'string' || sorted(value) !== sorted(own) || (own.includes('HW') && !value.includes('HW')))
    throw new SpecError(
      clause,
      `${what} must be a permutation of '${own}'${own.includes('HW') ? " that holds 'HW'" : ''}, got ${show(value)}`,
    );
  return value;
}
