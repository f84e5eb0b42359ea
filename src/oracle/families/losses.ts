// Losses: one number for a batch. Labels and targets, which are attributes of the layer, come to an engine as tensors beside x.

import { binaryCrossEntropy, crossEntropy, squaredError } from '../../ops/loss.ts';
import { exp, log } from '../../reference/math.ts';
import { sizeOf, type Tensor } from '../../tensor.ts';
import type { Bound } from '../bounds/bound.ts';
import { boundFrom, exactly, type Operations, operationsOf, type Rounded, widest } from '../bounds/rounded.ts';
import type { Operands } from '../case.ts';
import type { Layout } from '../dialect.ts';
import { absent } from '../family.ts';
import type { Prediction, Predictions } from '../mistake.ts';
import { inputOf, type ShapedCase, shapedRanges } from '../shapes/case.ts';
import { axisIn, shapedFamily } from '../shapes/family.ts';
import { evaluated, gradientsOf, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { said } from './common.ts';
import { exponentialsOf, softmaxOf } from './softmax.ts';

/** Elsewhere a loss has no axes. */
const scalar = { shapes: () => ({ y: [], dy: [] }) };

const outputOf = (value: Rounded, profile: Parameters<typeof boundFrom>[1], isCalled: boolean) => ({
  y: boundFrom([value], profile, isCalled),
});

/** The mean or the sum of terms, divided at the end or each by itself. */
const averaged = ({ sum, div }: Operations, terms: readonly Rounded[], by: Rounded): Rounded =>
  widest(
    div(
      sum(terms.length, (i) => terms[i]),
      by,
    ),
    sum(terms.length, (i) => div(terms[i], by)),
  );

/** a·(dy / by) in the orders that engines have. */
const shared = ({ mul, div }: Operations, a: Rounded, dy: Rounded, by: Rounded): Rounded =>
  widest(mul(a, div(dy, by)), div(mul(a, dy), by), mul(dy, div(a, by)));

// The mistakes

const attached = <A extends object>(s: ShapedSetting<A>, name: string): ArrayLike<number> => {
  const value = s.layer.attributes[name] as Tensor | ArrayLike<number>;
  return 'data' in value ? value.data : value;
};

/** The loss, and its gradient, times another factor. */
const scaledBy = <A extends object>(name: string, factor: (s: ShapedSetting<A>) => number): ShapedMistake<A> => ({
  name,
  result(s) {
    const { shape, data } = evaluated(s);
    return { shape, data: data.map((v) => v * factor(s)) };
  },
  gradient(s) {
    const { x } = gradientsOf(s);
    return { x: { shape: x.shape, data: x.data.map((v) => v * factor(s)) } };
  },
});

const value = (v: number): Prediction => ({ shape: [1], data: Float64Array.of(v) });
const gradientOf = (s: ShapedSetting, f: (i: number) => number): Predictions => ({
  x: { shape: inputOf(s.case), data: s.x.map((_, i) => f(i)) },
});

const withoutDy = <A extends object>(): ShapedMistake<A> => ({
  name: 'the gradient were not multiplied by dy',
  gradient(s) {
    const { x } = gradientsOf(s);
    return { x: { shape: x.shape, data: x.data.map((v) => v / s.dy[0]) } };
  },
});

const squares = (s: ShapedSetting): number => {
  const t = attached(s, 'target');
  return s.x.reduce((sum, x, i) => sum + (x - t[i]) * (x - t[i]), 0);
};

const everyday = [
  [[4, 10], 'exact'],
  [[1, 2], 'exact'],
  [[2, 3, 3, 5], 'real'],
  [[8, 10], 'real'],
] as const;

export const squaredErrorFamily = shapedFamily<object>({
  place: 16,
  name: 'squaredError',
  make: squaredError,
  tensors: { target: 'x', y: 'none', dy: 'none' },
  attached: { target: { shape: (x) => x } },
  everyday,
  bounds(_, operands, profile): Readonly<Record<string, Bound>> {
    const o = operationsOf(profile);
    const { mul, sub } = o;
    const [x, target] = [operands.x, operands.target!].map(({ data }) => Array.from(data, o.given));
    const d = x.map((each, i) => sub(each, target[i]));
    const N = exactly(operands.x.shape[0]);
    if (!operands.dy)
      return outputOf(
        averaged(
          o,
          d.map((each) => mul(each, each)),
          N,
        ),
        profile,
        false,
      );
    const dy = o.given(operands.dy.data[0]);
    const twice = (a: Rounded): Rounded => mul(exactly(2), a);
    return {
      x: boundFrom(
        d.map((each) => shared(o, twice(each), dy, N)),
        profile,
        false,
      ),
    };
  },
  // torch and Keras take the mean over all elements, Caffe half of ours.
  words: { onnx: absent, torch: absent, tensorflow: absent, webnn: absent, caffe: absent },
  mistakes: [
    scaledBy('the sum were halved', () => 0.5),
    scaledBy('the sum were divided by all elements', (s) => (s.case.batch * 1) / s.x.length),
    scaledBy('the sum were not divided by the batch', (s) => s.case.batch),
    {
      name: 'the magnitudes of the differences were added',
      result: (s) => value(s.x.reduce((sum, x, i) => sum + Math.abs(x - attached(s, 'target')[i]), 0) / s.case.batch),
    },
    { name: 'the result were the root', result: (s) => value(Math.sqrt(squares(s) / s.case.batch)) },
    {
      name: 'the target were ignored',
      setting: (s) => ({ ...s, x: s.x.map((x, i) => x + attached(s, 'target')[i]) }),
    },
    {
      name: 'the gradient had the other sign',
      gradient: (s) => gradientOf(s, (i) => -gradientsOf(s).x.data[i]),
    },
    withoutDy(),
  ],
});

interface Entropy {
  readonly ignore: number;
  readonly smoothing: number;
}

/** Where drawn numbers become labels: one in eighteen is left out. */
const toLabels = (data: Float32Array, { channels, ignore }: ShapedCase<Entropy>): Float32Array =>
  data.map((v, i) => (v === 9 && i > 0 ? ignore : Math.floor(Math.abs(v)) % channels));

/** The share of each class in a label: 1 − ε and its part of ε, or its part of ε alone. Spec loss-smoothing. */
const massOf = ({ sub, add, div, constant }: Operations, smoothing: number, C: number, isLabel: boolean): Rounded => {
  if (smoothing === 0) return exactly(isLabel ? 1 : 0);
  const part = div(constant(smoothing), exactly(C));
  return isLabel ? add(sub(exactly(1), constant(smoothing)), part) : part;
};

function entropyBounds(own: Entropy, { x, labels, dy }: Operands, profile: Parameters<typeof boundFrom>[1]) {
  const o = operationsOf(profile);
  const { add, sub, mul, sum, log: logOf, negated } = o;
  const C = x.shape[x.shape.length - 1];
  const a = Array.from(x.data, o.given);
  const all = Array.from(labels!.data);
  const R = exactly(all.filter((label) => label !== own.ignore).length);
  const gradient: Rounded[] = new Array(a.length).fill(exactly(0));
  const losses: Rounded[] = [];
  for (const [row, label] of all.entries()) {
    if (label === own.ignore) continue;
    const of = a.slice(row * C, (row + 1) * C);
    const masses = of.map((_, c) => massOf(o, own.smoothing, C, c === label));
    const y = softmaxOf(o, of);
    if (dy) {
      const given = o.given(dy.data[0]);
      for (let c = 0; c < C; c++) {
        const two = shared(o, y[c], given, R);
        const share = shared(o, masses[c], given, R);
        gradient[row * C + c] = widest(shared(o, sub(y[c], masses[c]), given, R), sub(two, share));
      }
      continue;
    }
    const { m, below, total } = exponentialsOf(o, of);
    const logarithm = logOf(total);
    const lossOf = (c: number): Rounded =>
      widest(
        sub(logarithm, below[c]),
        sub(add(m, logarithm), of[c]),
        ...(y[c].v > 1e-30 ? [negated(logOf(y[c]))] : []),
      );
    const terms = of.flatMap((_, c) => (masses[c].v === 0 ? [] : [mul(masses[c], lossOf(c))]));
    losses.push(sum(terms.length, (i) => terms[i]));
  }
  if (dy) return { x: boundFrom(gradient, profile, true) };
  return outputOf(averaged(o, losses, R), profile, true);
}

/** −log softmax of the label of a row, by the layer's own numbers. */
const rowLoss = (s: ShapedSetting<Entropy>, row: number, label: number): number => {
  const of = s.x.subarray(row * s.case.channels, (row + 1) * s.case.channels);
  const m = of.reduce((a, b) => Math.max(a, b));
  return log(of.reduce((sum, x) => sum + exp(x - m), 0)) + m - of[label];
};

const counted = (s: ShapedSetting<Entropy>): number =>
  Array.from(attached(s, 'labels')).filter((label) => label !== s.case.ignore).length;

export const crossEntropyFamily = shapedFamily<Entropy>({
  place: 17,
  name: 'crossEntropy',
  make: crossEntropy,
  own: {
    smoothing: { letter: 's', values: [0, 0, 0.125, 0.1], refused: [1, -0.5] },
    ignore: { letter: 'i', values: [-100, 255] },
  },
  tensors: { labels: 'none', y: 'none', dy: 'none' },
  attached: { labels: { shape: (x) => x.slice(0, -1), fitted: toLabels } },
  everyday,
  ranges: [...shapedRanges, { values: 'large' }],
  isSettled: ({ given, ignore }) => given?.labels?.some((label) => label !== ignore) ?? true,
  bounds: ({ attributes }, operands, profile): Readonly<Record<string, Bound>> =>
    entropyBounds(attributes as unknown as Entropy, operands, profile),
  words: {
    onnx: { ...said(({ ignore }) => ({ ignore_index: ignore, reduction: 'mean' })), ...scalar },
    torch: {
      ...said(({ ignore, smoothing }) => ({ ignore_index: ignore, label_smoothing: smoothing, reduction: 'mean' })),
      ...scalar,
    },
    tensorflow: absent, // the mean of Keras counts labels that are left out
    webnn: absent,
    caffe: {
      ...said((c, layout: Required<Layout>) => ({
        axis: axisIn(c, layout, -1),
        ignore_label: c.ignore,
        normalization: 'VALID',
      })),
      ...scalar,
    },
  },
  nearest: { onnx: (c) => ({ ...c, smoothing: 0 }), caffe: (c) => ({ ...c, smoothing: 0 }) },
  mistakes: [
    scaledBy('the mean were a sum', (s) => counted(s)),
    scaledBy('the sum were divided by the batch alone', (s) => counted(s) / s.case.batch),
    scaledBy('labels that are left out were counted', (s) => counted(s) / attached(s, 'labels').length),
    scaledBy('the logarithm were that to the base 2', () => 1 / Math.LN2),
    { name: 'smoothing were ignored', instead: (c) => (c.smoothing > 0 ? { ...c, smoothing: 0 } : undefined) },
    {
      name: 'smoothing gave its share to the other classes alone',
      result(s) {
        const { smoothing, ignore, channels } = s.case;
        if (smoothing === 0 || channels === 1) return undefined;
        const labels = Array.from(attached(s, 'labels'));
        const losses = labels.map((label, row) => {
          if (label === ignore) return 0;
          let rest = 0;
          for (let c = 0; c < channels; c++) if (c !== label) rest += rowLoss(s, row, c);
          return (1 - smoothing) * rowLoss(s, row, label) + (smoothing / (channels - 1)) * rest;
        });
        return value(losses.reduce((sum, each) => sum + each, 0) / counted(s));
      },
    },
    {
      name: 'x were probabilities, not logits',
      result(s) {
        const labels = Array.from(attached(s, 'labels'));
        const losses = labels.map((label, row) =>
          label === s.case.ignore ? 0 : -log(s.x[row * s.case.channels + label]),
        );
        return s.case.smoothing > 0 ? undefined : value(losses.reduce((sum, each) => sum + each, 0) / counted(s));
      },
    },
    {
      name: 'the labels were shifted by one class',
      result(s) {
        const labels = Array.from(attached(s, 'labels'));
        if (s.case.smoothing > 0) return undefined;
        const losses = labels.map((label, row) =>
          label === s.case.ignore ? 0 : rowLoss(s, row, (label + 1) % s.case.channels),
        );
        return value(losses.reduce((sum, each) => sum + each, 0) / counted(s));
      },
    },
    {
      name: 'the gradient were softmax alone, without the label',
      gradient(s) {
        const { data } = gradientsOf(s).x;
        const labels = attached(s, 'labels');
        const { channels: C, smoothing, ignore } = s.case;
        const share = s.dy[0] / counted(s);
        return gradientOf(s, (i) => {
          const label = labels[Math.floor(i / C)];
          const mass = (i % C === label ? 1 - smoothing : 0) + smoothing / C;
          return label === ignore ? 0 : data[i] + mass * share;
        });
      },
    },
    withoutDy(),
  ],
});

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
