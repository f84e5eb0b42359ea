// Operators of two tensors: product, sum and concat of x and another one, as of the branches of a network. Spec bound-branches.

import { concat, sum } from '../../layer/branches.ts';
import { identity } from '../../layer/identity.ts';
import type { Attributes, Layer, Params } from '../../layer/layer.ts';
import { operator } from '../../layer/operator.ts';
import { filled } from '../../layer/parameter.ts';
import { product } from '../../layer/product.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { type Bound, boundOf, chosen, type Profile, toDoubles } from '../bounds/bound.ts';
import { boundFrom, operationsOf } from '../bounds/rounded.ts';
import type { Operands } from '../case.ts';
import type { Words } from '../family.ts';
import { type ShapedCase, type ShapedRanges, shapedRanges } from '../shapes/case.ts';
import { axisIn, shapedFamily } from '../shapes/family.ts';
import { gradientsOf, inputTensor, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { said } from './common.ts';

/** A branch that gives a parameter of a fixed shape, whatever x is. */
const held = (shape: Shape): Layer =>
  operator({
    name: 'held',
    attributes: {},
    make: () => held(shape),
    shape: () => shape,
    parameters: () => ({ other: { shape, first: filled(0) } }),
    forward: (_, { other }) => ({ shape, data: other.data.slice() }),
    gradient: ({ x, dy }) => ({ x: { shape: x.shape, data: x.data.map(() => 0) }, params: { other: { shape, data: dy.data.slice() } } }),
  });

/** The branches x and another tensor, as one operator: what an engine is asked is that other tensor too. */
const ofTwo = <A extends object>(
  name: string,
  merge: (parts: readonly Layer[]) => Layer,
  otherOf: (x: Shape, attributes: A) => Shape,
) =>
  function make(attributes: A): Layer {
    const layerFor = (x: Shape): Layer => merge([identity(), held(otherOf(x, attributes))]);
    const params = (other: Tensor): Params<Tensor> => ({ 0: {}, 1: { other } });
    return operator({
      name,
      attributes: { ...attributes } as Attributes,
      make: make as (attributes: never) => Layer,
      shape: (x) => layerFor(x).shape(x),
      parameters: (x) => ({ other: { shape: otherOf(x, attributes), first: filled(1) } }),
      forward: (x, { other }) => layerFor(x.shape).forward(x, params(other)),
      gradient({ x, p: { other }, dy }) {
        const { x: dx, params: all } = layerFor(x.shape).vjp(x, params(other))[1](dy);
        return { x: dx, params: (all as Record<string, Record<string, Tensor>>)[1] };
      },
    });
  };

const asX = { other: 'x', y: 'x', dy: 'x' } as const;
const everyday = [
  [[1, 6, 6, 8], 'exact'],
  [[3, 10], 'exact'],
  [[2, 4, 5, 3], 'real'],
] as const;

const otherOf = (s: ShapedSetting): Tensor => s.p.other;
const doubles = (data: ArrayLike<number>): Float64Array => Float64Array.from(data);

/** Another result from x and the other tensor, where both have the shape of y. */
const merged = <A extends object>(name: string, f: (x: number, other: number) => number): ShapedMistake<A> => ({
  name,
  result(s) {
    const other = otherOf(s);
    if (other.data.length !== s.x.length) return undefined;
    return { shape: inputTensor(s).shape, data: s.x.map((x, i) => f(x, other.data[i])) };
  },
});

/** The gradients of both exchanged, or one in place of both. */
const gradients = <A extends object>(
  name: string,
  of: (x: Float64Array, other: Float64Array) => readonly Float64Array[],
) =>
  ({
    name,
    gradient(s) {
      const { x, other } = gradientsOf(s);
      if (x.data.length !== other.data.length) return undefined;
      const [dx, rest] = of(x.data, other.data);
      return { x: { shape: x.shape, data: dx }, other: { shape: other.shape, data: rest } };
    },
  }) satisfies ShapedMistake<A>;

// The product

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

const nothing = said<never>(() => ({}));
const inEvery = { onnx: nothing, torch: nothing, tensorflow: nothing, webnn: nothing };

const broadcast: readonly Partial<ShapedRanges<Repeated>>[] = [
  ...shapedRanges,
  { rank: [1, 2], space: [1, 1], own: { repeated: ['x'] } },
  { rank: [1, 3], space: [2, 4], channels: [2, 9], own: { repeated: ['space', 'all'] } }, // gates
];

export const productFamily = shapedFamily<Repeated>({
  place: 45,
  name: 'product',
  make: ofTwo('product', product, factorOf),
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

// The sum

type Nothing = object;

export const sumFamily = shapedFamily<Nothing>({
  place: 46,
  name: 'sum',
  make: ofTwo<Nothing>('sum', sum, (x) => x),
  tensors: asX,
  everyday,
  bounds(_, { x, other, dy }, profile): Readonly<Record<string, Bound>> {
    if (dy) return { x: chosen(toDoubles(dy.data), profile), other: chosen(toDoubles(dy.data), profile) };
    const { add, given } = operationsOf(profile);
    const both = Array.from(x.data, (v, i) => add(given(v), given(other!.data[i])));
    return { y: boundFrom(both, profile, false) };
  },
  words: { ...inEvery, caffe: said(() => ({ operation: 'SUM' })) },
  mistakes: [
    merged('the other tensor were ignored', (x) => x),
    merged('the other tensor were taken away', (x, other) => x - other),
    merged('the product were taken', (x, other) => x * other),
    merged('the mean were taken', (x, other) => (x + other) / 2),
    gradients('the gradient were divided between both', (x, other) => [x.map((d) => d / 2), other.map((d) => d / 2)]),
    gradients('x had the whole gradient', (x, other) => [x, other.map(() => 0)]),
  ],
});

// The concatenation

interface More {
  /** Channels of the other tensor. */
  readonly more: number;
}

const axis = <A>(name: string): Words<ShapedCase<A>> => said((c, layout) => ({ [name]: axisIn(c, layout, -1) }));

/** y where every pixel has these channels: those of x count from 0, the others behind them. */
const arranged = (name: string, from: (c: number, C: number, D: number) => number): ShapedMistake<More> => ({
  name,
  result(s) {
    const [C, D] = [s.case.channels, s.case.more];
    const { data: other } = otherOf(s);
    const data = Float64Array.from({ length: (s.x.length / C) * (C + D) }, (_, i) => {
      const [pixel, k] = [Math.floor(i / (C + D)), from(i % (C + D), C, D)];
      return k < C ? s.x[pixel * C + k] : other[pixel * D + k - C];
    });
    return { shape: s.layer.shape(inputTensor(s).shape), data };
  },
});

export const concatFamily = shapedFamily<More>({
  place: 47,
  name: 'concat',
  make: ofTwo('concat', concat, (x, { more }) => [...x.slice(0, -1), more]),
  own: { more: { letter: 'm', values: [1, 2, 3, 5, 8], refused: [0] } },
  tensors: asX,
  everyday: [
    [[1, 6, 6, 8], 'exact', { more: 8 }],
    [[3, 10], 'exact', { more: 3 }],
    [[2, 4, 5, 3], 'real', { more: 5 }],
  ],
  bounds(layer, { x, other, dy }, profile): Readonly<Record<string, Bound>> {
    const p = { other: { shape: other!.shape, data: toDoubles(other!.data) } };
    const [y, pull] = layer.vjp({ shape: x.shape, data: toDoubles(x.data) }, p);
    if (!dy) return { y: chosen(toDoubles(y.data), profile) };
    const { x: dx, params } = pull({ shape: dy.shape, data: toDoubles(dy.data) });
    const rest = (params.other as Tensor).data;
    return { x: chosen(toDoubles(dx.data), profile), other: chosen(toDoubles(rest), profile) };
  },
  words: {
    onnx: axis('axis'),
    torch: axis('dim'),
    tensorflow: axis('axis'),
    webnn: axis('axis'),
    caffe: axis('axis'),
  },
  mistakes: [
    arranged('the other tensor came first', (k, C, D) => (k < D ? C + k : k - D)),
    arranged('the channels of both took turns', (k, C, D) => {
      const both = 2 * Math.min(C, D);
      if (k >= both) return C > D ? k - D : k;
      return k % 2 === 0 ? k / 2 : C + (k - 1) / 2;
    }),
    arranged('x came again in place of the other tensor', (k, C) => k % C),
    {
      name: 'the gradient of x were taken from the end of dy',
      gradient(s) {
        const [C, D] = [s.case.channels, s.case.more];
        const all = gradientsOf(s);
        return {
          ...all,
          x: { shape: all.x.shape, data: all.x.data.map((_, i) => s.dy[Math.floor(i / C) * (C + D) + D + (i % C)]) },
        };
      },
    },
  ],
});
