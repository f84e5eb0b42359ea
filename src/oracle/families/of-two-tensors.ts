// What operators of two tensors share: x and another one, as of the branches of a network.

import { filled } from '../../layer/declared-params.ts';
import { identity } from '../../layer/identity.ts';
import type { Attributes, Layer, Params } from '../../layer/layer.ts';
import { operator } from '../../layer/operator.ts';
import type { Shape, Tensor } from '../../tensor.ts';
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
    gradient: ({ x, dy }) => ({
      x: { shape: x.shape, data: x.data.map(() => 0) },
      params: { other: { shape, data: dy.data.slice() } },
    }),
  });

/** The branches x and another tensor, as one operator: what an engine is asked is that other tensor too. */
export const ofTwo = <A extends object>(
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

export const asX = { other: 'x', y: 'x', dy: 'x' } as const;
export const everyday = [
  [[1, 6, 6, 8], 'exact'],
  [[3, 10], 'exact'],
  [[2, 4, 5, 3], 'real'],
] as const;

export const otherOf = (s: ShapedSetting): Tensor => s.p.other;
/** Another result from x and the other tensor, where both have the shape of y. */
export const merged = <A extends object>(name: string, f: (x: number, other: number) => number): ShapedMistake<A> => ({
  name,
  result(s) {
    const other = otherOf(s);
    if (other.data.length !== s.x.length) return undefined;
    return { shape: inputTensor(s).shape, data: s.x.map((x, i) => f(x, other.data[i])) };
  },
});

/** The gradients of both exchanged, or one in place of both. */
export const gradients = <A extends object>(
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

const nothing = said<never>(() => ({}));
export const inEvery = { onnx: nothing, torch: nothing, tensorflow: nothing, webnn: nothing };
