// Softmax along an axis: y = exp(x − m) / Σ exp(x − m), m the maximum; dx = y·(dy − Σ dy·y).

import { softmax } from '../../ops/softmax.ts';
import { exp, log } from '../../reference/math.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import type { Bound } from '../bounds/bound.ts';
import { boundFrom, type Operations, operationsOf, type Rounded, widest } from '../bounds/rounded.ts';
import type { Prediction } from '../mistake.ts';
import { inputOf, type ShapedCase, shapedRanges } from '../shapes/case.ts';
import { axisIn, shapedFamily } from '../shapes/family.ts';
import { eachGradient, eachOutput, evaluated, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { said } from './common.ts';

interface Along {
  readonly axis: number;
}

type Setting = ShapedSetting<Along>;

/** The places of every row along an axis. */
export function rowsAlong(x: Shape, axis: number): number[][] {
  const at = axis < 0 ? axis + x.length : axis;
  const [length, step] = [x[at], sizeOf(x.slice(at + 1))];
  const firsts = Array.from(
    { length: sizeOf(x) / length },
    (_, row) => Math.floor(row / step) * length * step + (row % step),
  );
  return firsts.map((first) => Array.from({ length }, (_, i) => first + i * step));
}

/** Far from overflow, where the maximum need not be taken away first. */
const SAFE = 80;

/** A row of x, its exponentials and their sum. Spec bound-softmax. */
export function exponentialsOf({ sub, exp, sum, online }: Operations, x: readonly Rounded[]) {
  const m = x.reduce((most, each) => (most.v !== most.v || each.v <= most.v ? most : each));
  const below = x.map((each) => sub(each, m));
  const e = below.map(exp);
  const total = sum(e.length, (i) => e[i]);
  const range = below.reduce((most, { v }) => Math.max(most, Number.isFinite(v) ? -v : 0), 0);
  return { m, below, e, total: widest(total, online(total, e.length, range)) };
}

/** By every formula: one division, exp(x − m − log Σ), or without m. */
export function softmaxOf(o: Operations, x: readonly Rounded[]): Rounded[] {
  const { sub, exp, log, div, sum } = o;
  const { below, e, total } = exponentialsOf(o, x);
  const isSafe = x.every(({ v }) => Math.abs(v) < SAFE);
  const direct = isSafe ? x.map(exp) : e;
  const all = sum(direct.length, (i) => direct[i]);
  return e.map((each, i) => widest(div(each, total), exp(sub(below[i], log(total))), div(direct[i], all)));
}

const right = (s: Setting): Prediction => evaluated(s);

/** y of other numbers. */
const ofOthers = (name: string, change: (x: number) => number): ShapedMistake<Along> => ({
  name,
  setting: (s) => ({ ...s, x: s.x.map(change) }),
});

const along = (name: string, axis: (c: ShapedCase<Along>) => number): ShapedMistake<Along> => ({
  name,
  instead: (c) =>
    axis(c) === (c.axis < 0 ? c.axis + c.space.length + 2 : c.axis) ? undefined : { ...c, axis: axis(c) },
});

/** Every row as it is with another factor. */
const perRow = (name: string, factor: (s: Setting, row: readonly number[]) => number): ShapedMistake<Along> => ({
  name,
  result(s) {
    const y = right(s);
    for (const row of rowsAlong(inputOf(s.case), s.case.axis)) {
      const by = factor(s, row);
      for (const i of row) y.data[i] *= by;
    }
    return y;
  },
});

/** Another number than the maximum is taken away first. */
const lessThan = (name: string, taken: (row: readonly number[]) => number): ShapedMistake<Along> => ({
  name,
  result(s) {
    const y = right(s);
    for (const row of rowsAlong(inputOf(s.case), s.case.axis)) {
      const away = taken(row.map((i) => s.x[i]));
      const e = row.map((i) => Math.fround(exp(s.x[i] - away)));
      const total = Math.fround(e.reduce((sum, each) => sum + each, 0));
      for (const [at, i] of row.entries()) y.data[i] = e[at] / total;
    }
    return y;
  },
});

/** What is asked of a function along an axis. */
export const alongAxis = {
  own: { axis: { letter: 'x', values: [-1, 1, 2, 0, -2, 3, -3], refused: [9, -9] } },
  everyday: [
    [[1, 10], 'exact'],
    [[4, 10], 'real'],
    [[2, 3, 4, 5], 'exact'],
    [[1, 3, 3, 21], 'real'],
    [[4, 10], 'large'],
    [[2, 5], 'low'],
  ],
  ranges: [...shapedRanges, { values: 'large' }, { rank: [1, 2], own: { axis: [1, 0, -2] } }],
} as const;

export const softmaxFamily = shapedFamily<Along>({
  place: 12,
  name: 'softmax',
  make: softmax,
  inCall: 'axis: of x, the images included',
  ...alongAxis,
  bounds(layer, operands, profile): Readonly<Record<string, Bound>> {
    const o = operationsOf(profile);
    const { mul, sub, sum } = o;
    const [x, dy] = [operands.x, operands.dy].map((each) => each && Array.from(each.data, o.given));
    const result: Rounded[] = new Array(x!.length);
    for (const row of rowsAlong(operands.x.shape, layer.attributes.axis as number)) {
      const y = softmaxOf(
        o,
        row.map((i) => x![i]),
      );
      const total = dy && sum(row.length, (i) => mul(dy[row[i]], y[i]));
      for (const [at, i] of row.entries())
        result[i] = total ? widest(mul(y[at], sub(dy[i], total)), sub(mul(y[at], dy[i]), mul(y[at], total))) : y[at];
    }
    return { [dy ? 'x' : 'y']: boundFrom(result, profile, true) };
  },
  words: {
    onnx: said((c, layout) => ({ axis: axisIn(c, layout, c.axis) })),
    torch: said((c, layout) => ({ dim: axisIn(c, layout, c.axis) })),
    tensorflow: said((c, layout) => ({ axis: axisIn(c, layout, c.axis) })),
    webnn: said((c, layout) => ({ axis: axisIn(c, layout, c.axis) })),
    caffe: said((c, layout) => ({ axis: axisIn(c, layout, c.axis) })),
  },
  mistakes: [
    along('the axis were the last one, whatever is given', (c) => c.space.length + 1),
    along('the axis were the first behind the images, whatever is given', () => 1),
    along('the axis were that of the images', () => 0),
    {
      name: 'all axes from the given one on were one (the rule of ONNX before version 13)',
      result(s) {
        const shape = inputOf(s.case);
        const axis = s.case.axis < 0 ? s.case.axis + shape.length : s.case.axis;
        if (axis === shape.length - 1) return undefined;
        const flat = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
        const { data } = softmax().forward({ shape: flat, data: s.x }, {});
        return { shape, data: Float64Array.from(data) };
      },
    },
    {
      name: 'all elements of an image were one row',
      result(s) {
        const shape = inputOf(s.case);
        const { data } = softmax().forward({ shape: [shape[0], sizeOf(shape.slice(1))], data: s.x }, {});
        return { shape, data: Float64Array.from(data) };
      },
    },
    perRow('the exponentials were not divided by their sum', (s, row) =>
      row.reduce((sum, i) => sum + exp(s.x[i] - Math.max(...row.map((j) => s.x[j]))), 0),
    ),
    lessThan('the maximum were not taken away first, so that exp overflows', () => 0),
    lessThan('the maximum began at 0, so that exp gives 0 where all values are far below it', (row) =>
      Math.max(0, ...row),
    ),
    ofOthers('exp were 2 to the power', (x) => x * Math.LN2),
    ofOthers('the values were negated', (x) => -x),
    {
      name: 'the result were its logarithm',
      result: (s) => eachOutput(s, (y) => (y > 0 ? log(y) : -Infinity)),
    },
    {
      name: 'the gradient were y·(1 − y)·dy, of each element by itself',
      gradient(s) {
        const { data } = right(s);
        return eachGradient(s, 'x', (_, i) => s.dy[i] * data[i] * (1 - data[i]));
      },
    },
    {
      name: 'the gradient were y·dy, without the sum',
      gradient(s) {
        const { data } = right(s);
        return eachGradient(s, 'x', (_, i) => s.dy[i] * data[i]);
      },
    },
    {
      name: 'the gradient were that of the logarithm, dy − y·Σ dy',
      gradient(s) {
        const { shape, data } = right(s);
        const dx = data.slice();
        for (const row of rowsAlong(inputOf(s.case), s.case.axis)) {
          const total = row.reduce((sum, i) => sum + s.dy[i], 0);
          for (const i of row) dx[i] = s.dy[i] - data[i] * total;
        }
        return { x: { shape, data: dx } };
      },
    },
  ],
});
