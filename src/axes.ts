// Tensors with their axes in another order, which letters name: `NHWC` to `NCHW`, where HW stands for all spatial axes.

import { SpecError, show } from './errors.ts';
import { indexAt, placeOf } from './places.ts';
import type { Tensor } from './tensor.ts';

/** The letters of an order as names of axes, for a tensor of `rank` axes; `HW` becomes as many as are left. */
function axesIn(letters: string, rank: number): string[] {
  const space = Array.from({ length: rank - (letters.length - 2) }, (_, i) => String(i));
  return letters.split(/(HW)/).flatMap((part) => (part === 'HW' ? space : [...part]));
}

/** A copy with the axes in the order `to` of a tensor that has them in the order `from`; the same tensor if they are equal. */
export function reordered(tensor: Tensor, from: string, to: string): Tensor {
  const { shape, data } = tensor;
  const own = axesIn(from, shape.length);
  const source = axesIn(to, shape.length).map((axis) => own.indexOf(axis));
  if (source.every((axis, i) => axis === i)) return tensor;
  const other = source.map((axis) => shape[axis]);
  const result = data.slice();
  const place = new Array<number>(shape.length);
  for (let i = 0; i < result.length; i++) {
    for (const [j, at] of placeOf(other, i).entries()) place[source[j]] = at;
    result[i] = data[indexAt(shape, place)];
  }
  return { shape: other, data: result };
}

/** An order of the letters of `own`, H and W side by side. */
export function readOrder(clause: string, what: string, value: unknown, own: string): string {
  const sorted = (letters: string): string => [...letters].sort().join('');
  if (typeof value !== 'string' || sorted(value) !== sorted(own) || !value.includes('HW'))
    throw new SpecError(clause, `${what} must be a permutation of '${own}' that holds 'HW', got ${show(value)}`);
  return value;
}
