// The sum of x and another tensor, and both one behind the other. Spec bound-branches.

import { concat, sum } from '../../layer/branches.ts';
import type { Tensor } from '../../tensor.ts';
import { type Bound, chosen, toDoubles } from '../bounds/bound.ts';
import { boundFrom, operationsOf } from '../bounds/rounded.ts';
import type { Words } from '../family.ts';
import type { ShapedCase } from '../shapes/case.ts';
import { axisIn, shapedFamily } from '../shapes/family.ts';
import { gradientsOf, inputTensor, type ShapedMistake } from '../shapes/setting.ts';
import { said } from './common.ts';
import { asX, everyday, gradients, inEvery, merged, ofTwo, otherOf } from './of-two-tensors.ts';

// The sum

type Nothing = object;

export const sumFamily = shapedFamily<Nothing>({
  place: 46,
  name: 'sum',
  make: ofTwo<Nothing>('sum', sum, (x) => x),
  inCall: 'other, of the shape of x; gradients x and other',
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
  inCall: 'more: the channels of other; other; gradients x and other',
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
