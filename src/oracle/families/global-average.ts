// The average over all of space.

import { globalAvgPool } from '../../ops/global-pool.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import { type Bound, boundOf, toDoubles } from '../bounds/bound.ts';
import { shapedFamily } from '../shapes/family.ts';
import { eachGradient, eachOutput } from '../shapes/setting.ts';
import {
  everyday,
  globalWords,
  images,
  type Keep,
  keptIfSaid,
  overSpace,
  ownKeep,
  ranged,
  sizesOf,
  spread,
} from './global-pools.ts';

/** Σ over space, for every image and channel. */
function sums(x: Shape, a: ArrayLike<number>): Float64Array {
  const [N, C] = [x[0], x[x.length - 1]];
  const y = new Float64Array(N * C);
  for (let i = 0; i < a.length; i++) y[Math.floor((i * N) / a.length) * C + (i % C)] += a[i];
  return y;
}

export const globalAvgPoolFamily = shapedFamily<Keep>({
  place: 19,
  name: 'globalAvgPool',
  make: globalAvgPool,
  inCall: 'keep: y is [n, 1, 1, c], else [n, c]',
  own: ownKeep,
  shapes: keptIfSaid,
  tensors: { y: 'none', dy: 'none' },
  everyday,
  within: ranged,
  bounds(_, { x: { shape, data }, dy }, profile): Readonly<Record<string, Bound>> {
    const P = sizeOf(shape.slice(1, -1));
    if (!dy) {
      const divisor = new Float64Array(shape[0] * shape[shape.length - 1]).fill(P);
      return { y: boundOf({ a: toDoubles(data), apply: (a) => sums(shape, a), divisor }, profile) };
    }
    const shares = new Float64Array(dy.data.length).fill(P);
    return { x: boundOf({ a: toDoubles(dy.data), apply: (each) => spread(shape, each), shares }, profile) };
  },
  words: globalWords('AVE'),
  nearest: images,
  mistakes: [
    { name: 'the sum were not divided', result: (s) => eachOutput(s, (y) => y * sizesOf(s).P) },
    { name: 'the sum were divided by the cells of all images', result: (s) => eachOutput(s, (y) => y / s.case.batch) },
    {
      name: 'the sum were divided by the first spatial axis alone',
      result: (s) => eachOutput(s, (y) => (y * sizesOf(s).P) / s.case.space[0]),
    },
    ...overSpace(0),
    {
      name: 'the gradient of an average were not divided',
      gradient: (s) => eachGradient(s, 'x', (d) => d * sizesOf(s).P),
    },
    {
      name: 'the gradient went to the first cell alone',
      gradient: (s) =>
        eachGradient(s, 'x', (d, i) => (Math.floor(i / s.case.channels) % sizesOf(s).P === 0 ? d * sizesOf(s).P : 0)),
    },
  ],
});
