// The logarithm of softmax along an axis: y = x − m − log Σ exp(x − m), m the maximum; dx = dy − exp(y)·Σ dy. Spec bound-softmax.

import { logSoftmax } from '../../ops/log-softmax.ts';
import { exp } from '../../reference/math.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import type { Bound } from '../bounds/bound.ts';
import { boundFrom, type Operations, operationsOf, type Rounded, widest } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import { inputOf, type ShapedCase } from '../shapes/case.ts';
import { axisIn, shapedFamily } from '../shapes/family.ts';
import { eachGradient, eachOutput, evaluated, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { said } from './common.ts';
import { alongAxis, exponentialsOf, rowsAlong, softmaxOf } from './softmax.ts';

interface Along {
  readonly axis: number;
}

type Setting = ShapedSetting<Along>;

/** (x − m) − log s, or x − (m + log s). */
function logSoftmaxOf(o: Operations, x: readonly Rounded[]): Rounded[] {
  const { m, below, total } = exponentialsOf(o, x);
  const logarithm = o.log(total);
  const whole = o.add(m, logarithm);
  return x.map((each, i) => widest(o.sub(below[i], logarithm), o.sub(each, whole)));
}

const along = (name: string, axis: (c: ShapedCase<Along>) => number): ShapedMistake<Along> => ({
  name,
  instead: (c) =>
    axis(c) === (c.axis < 0 ? c.axis + c.space.length + 2 : c.axis) ? undefined : { ...c, axis: axis(c) },
});

/** Something of each row, by the places of its elements. */
function ofRows(s: Setting, f: (row: readonly number[]) => number): Float64Array {
  const all = new Float64Array(s.x.length);
  for (const row of rowsAlong(inputOf(s.case), s.case.axis)) {
    const value = f(row);
    for (const i of row) all[i] = value;
  }
  return all;
}

const sumOf = (of: ArrayLike<number>) => (row: readonly number[]) => row.reduce((sum, i) => sum + of[i], 0);

export const logSoftmaxFamily = shapedFamily<Along>({
  place: 37,
  name: 'logSoftmax',
  make: logSoftmax,
  inCall: 'axis: as for softmax',
  ...alongAxis,
  bounds(layer, operands, profile): Readonly<Record<string, Bound>> {
    const o = operationsOf(profile);
    const [x, dy] = [operands.x, operands.dy].map((each) => each && Array.from(each.data, o.given));
    const result: Rounded[] = new Array(x!.length);
    for (const row of rowsAlong(operands.x.shape, layer.attributes.axis as number)) {
      const own = row.map((i) => x![i]);
      const y = logSoftmaxOf(o, own);
      const share = dy && softmaxOf(o, own).map((each, at) => widest(each, o.exp(y[at])));
      const total = dy && o.sum(row.length, (i) => dy[row[i]]);
      for (const [at, i] of row.entries()) result[i] = total ? o.sub(dy[i], o.mul(share![at], total)) : y[at];
    }
    return { [dy ? 'x' : 'y']: boundFrom(result, profile, true) };
  },
  words: {
    onnx: said((c, layout) => ({ axis: axisIn(c, layout, c.axis) })),
    torch: said((c, layout) => ({ dim: axisIn(c, layout, c.axis) })),
    tensorflow: said((c, layout) => ({ axis: axisIn(c, layout, c.axis) })),
    webnn: absent,
    caffe: absent,
  },
  mistakes: [
    along('the axis were the last one, whatever is given', (c) => c.space.length + 1),
    along('the axis were the first behind the images, whatever is given', () => 1),
    along('the axis were that of the images', () => 0),
    {
      name: 'all elements of an image were one row',
      result(s) {
        const shape: Shape = inputOf(s.case);
        const { data } = logSoftmax().forward({ shape: [shape[0], sizeOf(shape.slice(1))], data: s.x }, {});
        return { shape, data: Float64Array.from(data) };
      },
    },
    { name: 'the logarithm were forgotten', result: (s) => eachOutput(s, exp) },
    { name: 'the logarithm were that to the base 2', result: (s) => eachOutput(s, (y) => y * Math.LOG2E) },
    {
      name: 'the logarithm of the sum were not subtracted',
      result(s) {
        const most = ofRows(s, (row) => row.reduce((all, i) => Math.max(all, s.x[i]), -Infinity));
        return eachOutput(s, (_, i) => s.x[i] - most[i]);
      },
    },
    {
      name: 'the gradient were dy − exp(y), without the sum',
      gradient(s) {
        const { data } = evaluated(s);
        return eachGradient(s, 'x', (_, i) => s.dy[i] - exp(data[i]));
      },
    },
    {
      name: 'the gradient were dy',
      gradient: (s) => eachGradient(s, 'x', (_, i) => s.dy[i]),
    },
    {
      name: 'the gradient were that of softmax, y·(dy − Σ dy·y)',
      gradient(s) {
        const y = evaluated(s).data.map(exp);
        const total = ofRows(s, sumOf(y.map((each, i) => each * s.dy[i])));
        return eachGradient(s, 'x', (_, i) => y[i] * (s.dy[i] - total[i]));
      },
    },
  ],
});
