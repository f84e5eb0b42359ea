// The product of x and another tensor, one of which may be repeated on some axes. Spec bound-branches.

import type { Layer } from '../../layer/layer.ts';
import { product } from '../../layer/product.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { type Bound, boundOf, type Profile, toDoubles } from '../bounds/bound.ts';
import type { Operands } from '../case.ts';
import { type ShapedRanges, shapedRanges } from '../shapes/case.ts';
import { shapedFamily } from '../shapes/family.ts';
import { gradientsOf, inputTensor } from '../shapes/setting.ts';
import { said } from './common.ts';
import { asX, everyday, gradients, inEvery, merged, ofTwo, otherOf } from './of-two-tensors.ts';

const doubles = (data: ArrayLike<number>): Float64Array => new Float64Array(data);

interface Repeated {
  /** The axes on which the other tensor has one cell or channel; `'x'`: x has, and the other has 3 in place of 1. */
  readonly repeated: 'none' | 'space' | 'channels' | 'all' | 'x';
}

function factorOf(x: Shape, { repeated }: Repeated): Shape {
  const last = x.length - 1;
  return x.map((n, k) => {
    if (k === 0) return n;
    if (repeated === 'x') return k < last && n === 1 ? 3 : n;
    return repeated === 'all' || repeated === (k === last ? 'channels' : 'space') ? 1 : n;
  });
}

/** y and both gradients are sums of products, linear in each factor. */
function productBounds(layer: Layer, { x, other, dy }: Operands, profile: Profile): Readonly<Record<string, Bound>> {
  const tensor = (shape: Shape, data: Float64Array): Tensor => ({ shape, data });
  const [a, b] = [toDoubles(x.data), toDoubles(other!.data)];
  const pulled = (by: Float64Array, first: Float64Array, second: Float64Array) => {
    const [, pull] = layer.vjp(tensor(x.shape, first), { other: tensor(other!.shape, second) });
    return pull(tensor(dy!.shape, by));
  };
  if (!dy) {
    const apply = (first: Float64Array, second?: Float64Array): Float64Array =>
      doubles(layer.forward(tensor(x.shape, first), { other: tensor(other!.shape, second!) }).data);
    return { y: boundOf({ a, w: b, apply }, profile) };
  }
  const given = toDoubles(dy.data);
  return {
    x: boundOf({ a: given, w: b, apply: (by, second) => doubles(pulled(by, a, second!).x.data) }, profile),
    other: boundOf(
      { a: given, w: a, apply: (by, first) => doubles((pulled(by, first!, b).params.other as Tensor).data) },
      profile,
    ),
  };
}

const broadcast: readonly Partial<ShapedRanges<Repeated>>[] = [
  ...shapedRanges,
  { rank: [1, 2], space: [1, 1], own: { repeated: ['x'] } },
  { rank: [1, 3], space: [2, 4], channels: [2, 9], own: { repeated: ['space', 'all'] } }, // gates
];

export const productFamily = shapedFamily<Repeated>({
  place: 45,
  name: 'product',
  make: ofTwo('product', product, factorOf),
  inCall: `repeated: the axes on which other has 1: 'space', 'channels', 'all',
    'none', or 'x': x has; other; gradients x and other`,
  own: { repeated: { letter: 'r', values: ['none', 'space', 'channels', 'all', 'x'] } },
  tensors: asX,
  everyday: [
    ...everyday,
    [[2, 5, 4, 8], 'exact', { repeated: 'space' }],
    [[1, 6, 6, 16], 'real', { repeated: 'space' }],
  ],
  ranges: broadcast,
  bounds: productBounds,
  words: { ...inEvery, caffe: said(() => ({ operation: 'PROD' })) },
  /** Its layer broadcasts nothing. */
  nearest: { caffe: (c) => (c.repeated === 'none' ? c : { ...c, repeated: 'none' }) },
  mistakes: [
    merged('the sum were taken', (x, other) => x + other),
    {
      name: 'the other tensor were ignored',
      result: (s) => (s.case.repeated === 'x' ? undefined : { shape: inputTensor(s).shape, data: s.x.slice() }),
    },
    {
      name: 'one number of the other tensor counted everywhere',
      setting(s) {
        const { shape, data } = otherOf(s);
        return { ...s, p: { other: { shape, data: data.map(() => data[0]) } } };
      },
    },
    {
      name: 'what is repeated were that of the first image',
      setting(s) {
        const { shape, data } = otherOf(s);
        if (s.case.repeated === 'none' || s.case.batch === 1) return undefined;
        return { ...s, p: { other: { shape, data: data.map((_, i) => data[i % (data.length / s.case.batch)]) } } };
      },
    },
    {
      name: 'the gradient of what is repeated were a mean',
      gradient(s) {
        const all = gradientsOf(s);
        const mean = (part: 'x' | 'other') => {
          const { shape, data } = all[part];
          return { shape, data: data.map((d) => (d * data.length) / s.dy.length) };
        };
        return s.case.repeated === 'none' ? undefined : { x: mean('x'), other: mean('other') };
      },
    },
    {
      name: 'the gradient of what is repeated were that of its last place',
      gradient(s) {
        const { repeated } = s.case;
        if (repeated !== 'channels') return undefined;
        const { x, other } = gradientsOf(s);
        const C = s.case.channels;
        return {
          x,
          other: { shape: other.shape, data: other.data.map((_, i) => s.dy[i * C + C - 1] * s.x[i * C + C - 1]) },
        };
      },
    },
    gradients('the gradients of both were exchanged', (x, other) => [other, x]),
    gradients('both had the gradient of x', (x) => [x, x]),
  ],
});
