// The weight of a layer as other libraries take it: they do not turn it around.

import { sizeOf, type Tensor } from '../../tensor.ts';
import type { Lab } from './lab.ts';

/** The weight of the correlation that gives the same: the layer's own, or turned around where it flips. */
export function plainWeight({ weight, flips, rank }: Lab): Tensor | undefined {
  if (!weight || !flips) return weight;
  const each = sizeOf(weight.shape.slice(rank));
  const K = weight.data.length / each;
  const data = Float32Array.from(
    weight.data,
    (_, i) => weight.data[(K - 1 - Math.floor(i / each)) * each + (i % each)],
  );
  return { shape: weight.shape, data };
}
