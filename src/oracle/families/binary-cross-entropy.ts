// Binary cross entropy of logits with targets from 0 to 1. Spec loss-binary.

import { binaryCrossEntropy } from '../../ops/loss.ts';
import { exp, log } from '../../reference/math.ts';
import { sizeOf } from '../../tensor.ts';
import type { Bound } from '../bounds/bound.ts';
import { boundFrom, exactly, type Operations, operationsOf, type Rounded, widest } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import { shapedRanges } from '../shapes/case.ts';
import { shapedFamily } from '../shapes/family.ts';
import type { ShapedSetting } from '../shapes/setting.ts';
import { said } from './common.ts';
import {
  attached,
  averaged,
  everyday,
  gradientOf,
  outputOf,
  scalar,
  scaledBy,
  shared,
  value,
  withoutDy,
} from './loss.ts';

/** Where drawn numbers become targets from 0 to 1, many of them 1. */
const toTargets = (data: Float32Array): Float32Array => data.map((v) => Math.min(1, Math.abs(v) / 8));

/** log(1 + exp −|x|), by one function of two, and x·(1 − t) or −x·t beside it. Spec bound-losses. */
function binaryLoss(o: Operations, x: Rounded, t: Rounded): Rounded {
  const { add, sub, mul, exp: expOf, log: logOf, negated } = o;
  const size = { v: Math.abs(x.v), e: x.e };
  const small = logOf(add(exactly(1), expOf(negated(size))));
  const isAbove = x.v > 0;
  return widest(
    add(small, mul(size, isAbove ? sub(exactly(1), t) : t)),
    add(sub(isAbove ? x : exactly(0), mul(x, t)), small),
    add(sub(small, mul(x, t)), isAbove ? x : exactly(0)),
    add(sub(x, mul(x, t)), add(small, isAbove ? exactly(0) : negated(x))),
  );
}

export const binaryCrossEntropyFamily = shapedFamily<object>({
  place: 18,
  name: 'binaryCrossEntropy',
  make: binaryCrossEntropy,
  inCall: 'targets, of the shape of x; the loss is [1]',
  tensors: { targets: 'x', y: 'none', dy: 'none' },
  attached: { targets: { shape: (x) => x, fitted: toTargets } },
  everyday,
  ranges: [...shapedRanges, { values: 'large' }],
  bounds(_, operands, profile): Readonly<Record<string, Bound>> {
    const o = operationsOf(profile);
    const [x, t] = [operands.x, operands.targets!].map(({ data }) => Array.from(data, o.given));
    const M = exactly(sizeOf(operands.x.shape));
    if (!operands.dy)
      return outputOf(
        averaged(
          o,
          x.map((each, i) => binaryLoss(o, each, t[i])),
          M,
        ),
        profile,
        true,
      );
    const dy = o.given(operands.dy.data[0]);
    const slope = (each: Rounded, i: number): Rounded =>
      shared(
        o,
        widest(o.sub(o.sigmoid(each), t[i]), o.sub(o.sub(exactly(1), t[i]), o.sigmoid(o.negated(each)))),
        dy,
        M,
      );
    return { x: boundFrom(x.map(slope), profile, true) };
  },
  words: {
    onnx: absent,
    torch: { ...said(() => ({ reduction: 'mean' })), ...scalar },
    tensorflow: { ...said(() => ({ from_logits: true, reduction: 'sum_over_batch_size' })), ...scalar },
    webnn: absent,
    caffe: { ...said(() => ({ normalization: 'FULL' })), ...scalar },
  },
  mistakes: [
    scaledBy('the mean were a sum', (s) => s.x.length),
    scaledBy('the sum were divided by the batch alone', (s) => s.x.length / s.case.batch),
    scaledBy('the logarithm were that to the base 2', () => 1 / Math.LN2),
    { name: 'the sign of x were lost', setting: (s) => ({ ...s, x: s.x.map((x) => -x) }) },
    {
      name: 'the targets were rounded to 0 or 1',
      result: (s) => value(mean(s, (x, t) => softplus(x) - x * (t >= 0.5 ? 1 : 0))),
    },
    { name: 'the part of 1 − t were left out', result: (s) => value(mean(s, (x, t) => t * softplus(-x))) },
    { name: 'the part of t were left out', result: (s) => value(mean(s, (x, t) => (1 - t) * softplus(x))) },
    {
      name: 'the gradient were σ(x) alone, without the target',
      gradient: (s) => gradientOf(s, (i) => (s.dy[0] * sigma(s.x[i])) / s.x.length),
    },
    {
      name: 'the gradient were x − t',
      gradient: (s) => gradientOf(s, (i) => (s.dy[0] * (s.x[i] - attached(s, 'targets')[i])) / s.x.length),
    },
    withoutDy(),
  ],
});

const softplus = (x: number): number => Math.max(x, 0) + log(1 + exp(-Math.abs(x)));
const sigma = (x: number): number => 1 / (1 + exp(-x));
const mean = (s: ShapedSetting<object>, f: (x: number, t: number) => number): number =>
  s.x.reduce((sum, x, i) => sum + f(x, attached(s, 'targets')[i]), 0) / s.x.length;
