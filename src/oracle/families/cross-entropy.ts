// Cross entropy of logits with labels, some of which may be left out, with smoothing. Spec loss-cross-entropy.

import { crossEntropy } from '../../ops/loss.ts';
import { exp, log } from '../../reference/math.ts';
import type { Bound } from '../bounds/bound.ts';
import { boundFrom, exactly, type Operations, operationsOf, type Rounded, widest } from '../bounds/rounded.ts';
import type { Operands } from '../case.ts';
import type { Layout } from '../dialect.ts';
import { absent } from '../family.ts';
import { type ShapedCase, shapedRanges } from '../shapes/case.ts';
import { axisIn, shapedFamily } from '../shapes/family.ts';
import { gradientsOf, type ShapedSetting } from '../shapes/setting.ts';
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
import { exponentialsOf, softmaxOf } from './softmax.ts';

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
  inCall: 'smoothing, ignore; labels [n, h, w]; the loss is [1]',
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
