// Norms: y = (x − mean)·weight/√(variance + epsilon) + bias, with the statistics of the batch or with given ones.

import { batchNorm, frozenNorm } from '../../ops/normalization.ts';
import { type Bound, boundOf, type Profile, toDoubles } from '../bounds/bound.ts';
import { boundFrom, exactly, type Operations, operationsOf, type Rounded, widest } from '../bounds/rounded.ts';
import type { Operands, Part } from '../case.ts';
import { absent } from '../family.ts';
import type { Predictions } from '../mistake.ts';
import { type ShapedParts, shapedFamily } from '../shapes/family.ts';
import { evaluated, fromX, gradientsOf, placeIn, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { commonValues, type Fill } from '../values.ts';
import { said } from './common.ts';

interface Epsilon {
  readonly epsilon: number;
}

/** Mean and deviation of a channel, and the deviation as a factor. */
interface Statistics {
  readonly mean: Rounded;
  readonly variance: Rounded;
}

// What is right. Spec bound-norms.

/** Of so many elements: in two passes, or in one, by the squares or by running updates. */
function statisticsOf(o: Operations, x: readonly Rounded[], variance: Profile['variance']): Statistics {
  const { sum, sub, mul, div, running } = o;
  const M = exactly(x.length);
  const mean = div(
    sum(x.length, (i) => x[i]),
    M,
  );
  const apart = (m: Rounded): Rounded =>
    div(
      sum(x.length, (i) => mul(sub(x[i], m), sub(x[i], m))),
      M,
    );
  const two = apart(mean);
  if (variance === 'two-pass') return { mean, variance: two };
  const squares = div(
    sum(x.length, (i) => mul(x[i], x[i])),
    M,
  );
  const updated = running(x, mean, two.v);
  return {
    mean: widest(mean, updated.mean),
    variance: widest(two, { v: two.v, e: sub(squares, mul(mean, mean)).e }, updated.variance),
  };
}

/** 1/√(variance + epsilon), by a root and a division or by one function, and weight times it. */
function scaleOf(o: Operations, variance: Rounded, epsilon: number, weight: Rounded) {
  const inside = o.add(variance, o.constant(epsilon));
  const deviation = o.sqrt(inside);
  const inverse = widest(o.div(exactly(1), deviation), o.inverseSqrt(inside));
  return { deviation, inverse, scale: widest(o.div(weight, deviation), o.mul(weight, inverse)) };
}

type Scale = ReturnType<typeof scaleOf>;

/** (x − mean)·scale + bias, (x − mean)/deviation·weight + bias, or x·scale + (bias − mean·scale). */
function normalized({ add, sub, mul, div }: Operations, x: Rounded, mean: Rounded, s: Scale, w: Rounded, b: Rounded) {
  const d = sub(x, mean);
  return widest(
    add(mul(d, s.scale), b),
    add(mul(div(d, s.deviation), w), b),
    add(mul(mul(d, s.inverse), w), b),
    add(mul(x, s.scale), sub(b, mul(mean, s.scale))),
  );
}

/** dx of a batch norm: the deviation's and the mean's parts taken away, in three groupings. */
function pulled(o: Operations, s: Scale, w: Rounded, d: Rounded, dy: Rounded, B: Rounded, W: Rounded, M: number) {
  const { sub, mul, div } = o;
  const count = exactly(M);
  const xHat = widest(div(d, s.deviation), mul(d, s.inverse));
  const slope = mul(W, div(s.inverse, count));
  return widest(
    mul(s.scale, sub(sub(dy, div(B, count)), mul(xHat, div(W, count)))),
    mul(div(s.scale, count), sub(sub(mul(count, dy), B), mul(xHat, W))),
    mul(mul(sub(sub(dy, div(B, count)), mul(d, slope)), s.inverse), w),
  );
}

function boundsOf(epsilon: number, operands: Operands, profile: Profile, isOfBatch: boolean): Record<Part, Bound> {
  const o = operationsOf(profile);
  const { given, sub, mul, div, sum } = o;
  const read = (name: string): Rounded[] => Array.from(operands[name]!.data, given);
  const [x, weight, bias] = [read('x'), read('weight'), read('bias')];
  const C = weight.length;
  const M = x.length / C;
  const dy = operands.dy && read('dy');
  const [mean, variance] = isOfBatch ? [] : [read('mean'), read('variance')];
  const result: Rounded[] = new Array(x.length);
  const sums: Rounded[] = [];
  for (let c = 0; c < C; c++) {
    const of = Array.from({ length: M }, (_, i) => i * C + c);
    const own = isOfBatch
      ? statisticsOf(
          o,
          of.map((i) => x[i]),
          profile.variance,
        )
      : { mean: mean![c], variance: variance![c] };
    const s = scaleOf(o, own.variance, epsilon, weight[c]);
    if (!dy) {
      for (const i of of) result[i] = normalized(o, x[i], own.mean, s, weight[c], bias[c]);
      continue;
    }
    const d = (i: number): Rounded => sub(x[of[i]], own.mean);
    const hat = (i: number): Rounded => widest(div(d(i), s.deviation), mul(d(i), s.inverse));
    const B = sum(M, (i) => dy[of[i]]);
    const W = widest(
      sum(M, (i) => mul(dy[of[i]], hat(i))),
      mul(
        sum(M, (i) => mul(dy[of[i]], d(i))),
        s.inverse,
      ),
      mul(
        sub(
          sum(M, (i) => mul(dy[of[i]], x[of[i]])),
          mul(own.mean, B),
        ),
        s.inverse,
      ),
    );
    sums[c] = W;
    for (const [at, i] of of.entries())
      result[i] = isOfBatch ? pulled(o, s, weight[c], d(at), dy[i], B, W, M) : mul(dy[i], s.scale);
  }
  if (!dy) return { y: boundFrom(result, profile, true) };
  const apply = (a: Float64Array): Float64Array => {
    const db = new Float64Array(C);
    for (let i = 0; i < a.length; i++) db[i % C] += a[i];
    return db;
  };
  return {
    x: boundFrom(result, profile, true),
    weight: boundFrom(sums, profile, true),
    bias: boundOf({ a: toDoubles(operands.dy!.data), apply }, profile),
  };
}

// The mistakes

type NormMistake = ShapedMistake<Epsilon>;
type Setting = ShapedSetting<Epsilon>;

const channelsOf = (s: Setting): number => s.case.channels;
const parameter = (s: Setting, name: string): Float64Array => s.p[name].data as Float64Array;
const epsilonOf = (s: Setting): number => s.layer.attributes.epsilon as number;

const square = (d: number): number => d * d;

/** Mean and variance (divided by M) of the elements of a group: all of a channel, unless `groupOf` says otherwise. */
function momentsOf(s: Setting, groupOf: (i: number) => number) {
  const moments: { mean: number; variance: number; count: number }[] = [];
  const of = (i: number) => (moments[groupOf(i)] ??= { mean: 0, variance: 0, count: 0 });
  for (let i = 0; i < s.x.length; i++) of(i).count++;
  for (let i = 0; i < s.x.length; i++) of(i).mean += s.x[i] / of(i).count;
  for (let i = 0; i < s.x.length; i++) of(i).variance += square(s.x[i] - of(i).mean) / of(i).count;
  return (i: number) => moments[groupOf(i)];
}

interface Variant {
  readonly groupOf?: (s: Setting, i: number) => number;
  readonly deviation?: (variance: number, epsilon: number, count: number) => number;
}

const plainDeviation = (variance: number, epsilon: number): number => Math.sqrt(variance + epsilon);

/** y by other statistics of the batch. */
const byBatch = (
  name: string,
  { groupOf = (s, i) => i % channelsOf(s), deviation = plainDeviation }: Variant,
): NormMistake => ({
  name,
  result(s) {
    const of = momentsOf(s, (i) => groupOf(s, i));
    const [w, b] = [parameter(s, 'weight'), parameter(s, 'bias')];
    return fromX(s, (i) => {
      const { mean, variance, count } = of(i);
      return ((s.x[i] - mean) / deviation(variance, epsilonOf(s), count)) * w[i % w.length] + b[i % b.length];
    });
  },
});

/** Other parameters. */
const withParameters = (name: string, change: (p: Setting['p']) => Setting['p'] | undefined): NormMistake => ({
  name,
  setting(s) {
    const p = change(s.p);
    return p && { ...s, p };
  },
});

const filled = (name: string, value: number) => (p: Setting['p']) => ({
  ...p,
  [name]: { ...p[name], data: p[name].data.map(() => value) },
});

/** Another gradient of one part. */
const inGradient = (name: string, part: Part, f: (s: Setting, all: Predictions, i: number) => number): NormMistake => ({
  name,
  gradient(s) {
    const all = gradientsOf(s);
    const { shape, data } = all[part];
    return { ...all, [part]: { shape, data: data.map((_, i) => f(s, all, i)) } };
  },
});

const sumOver = (s: Setting, c: number, term: (i: number) => number): number => {
  let total = 0;
  for (let i = c; i < s.x.length; i += channelsOf(s)) total += term(i);
  return total;
};

const shared: readonly NormMistake[] = [
  withParameters('the weight were ignored', filled('weight', 1)),
  withParameters('the bias were ignored', filled('bias', 0)),
  withParameters('weight and bias were exchanged', (p) => ({ ...p, weight: p.bias, bias: p.weight })),
  { name: 'epsilon were ignored', instead: (c) => (c.epsilon > 1e-9 ? { ...c, epsilon: 1e-30 } : undefined) },
  ...[1e-5, 1e-3].map(
    (epsilon): NormMistake => ({
      name: `epsilon were ${epsilon}, whatever is given`,
      instead: (c) => (c.epsilon === epsilon ? undefined : { ...c, epsilon }),
    }),
  ),
  {
    name: 'the parameters were taken as if channels came first',
    result(s) {
      const [w, b] = [parameter(s, 'weight'), parameter(s, 'bias')];
      const P = s.x.length / s.case.batch / w.length;
      if (P === 1 || w.length === 1) return undefined;
      const other = (i: number): number => Math.floor(i / P) % w.length;
      const { data } = evaluated(s);
      return fromX(s, (i) => {
        const c = i % w.length;
        return ((data[i] - b[c]) / w[c]) * w[other(i)] + b[other(i)];
      });
    },
  },
  inGradient('the gradient of the weight were Σ dy·x', 'weight', (s, _, c) => sumOver(s, c, (i) => s.dy[i] * s.x[i])),
  inGradient(
    'the gradient of the weight were averaged over the images',
    'weight',
    (s, { weight }, c) => weight.data[c] / s.case.batch,
  ),
  inGradient(
    'the gradient of the bias were averaged over the images',
    'bias',
    (s, { bias }, c) => bias.data[c] / s.case.batch,
  ),
];

const own = { epsilon: { letter: 'e', values: [1, 0.00001, 0.001, 0.5], refused: [0, -1] } } as const;

const everyday: ShapedParts<Epsilon>['everyday'] = [
  [[2, 4, 4, 8], 'exact', { epsilon: 0.00001 }],
  [[4, 10], 'exact', { epsilon: 0.001 }],
  [[1, 6, 6, 3], 'real', { epsilon: 0.00001 }],
  [[3, 4, 5, 4], 'exact'],
];

/** No weight is 1 and no bias 0, so that an engine that forgets them differs; variances are not negative. */
const positive =
  (fill: Fill): Fill =>
  (name, size, draw) => {
    const data = fill(name, size, draw);
    if (name === 'variance') return data.map(Math.abs);
    return name === 'weight' ? data.map((v) => (v === 1 ? 3 : v)) : data;
  };

const values: Readonly<Record<string, Fill>> = Object.fromEntries(
  (['exact', 'negative', 'real', 'nan', 'large'] as const).map((kind) => [kind, positive(commonValues[kind])]),
);

export const batchNormFamily = shapedFamily<Epsilon>({
  place: 13,
  name: 'batchNorm',
  make: batchNorm,
  own,
  tensors: { weight: 'none', bias: 'none' },
  values,
  everyday,
  bounds: ({ attributes }, operands, profile) => boundsOf(attributes.epsilon as number, operands, profile, true),
  words: {
    onnx: said(({ epsilon }) => ({ epsilon, training_mode: 1 })),
    torch: said(({ epsilon, channels }) => ({ num_features: channels, eps: epsilon, affine: true, training: true })),
    tensorflow: said(({ epsilon }) => ({ epsilon, training: true })),
    webnn: absent,
    caffe: absent, // its norm has no weight and no bias
  },
  mistakes: [
    byBatch('the variance were divided by M − 1', { deviation: (v, e, M) => Math.sqrt((v * M) / (M - 1) + e) }),
    byBatch('epsilon were added to the deviation instead of the variance', { deviation: (v, e) => Math.sqrt(v) + e }),
    byBatch('the variance were not rooted', { deviation: (v, e) => v + e }),
    byBatch('the statistics were those of each image', {
      groupOf: (s, i) => placeIn(s.case, i).n * channelsOf(s) + (i % channelsOf(s)),
    }),
    byBatch('the statistics were those of all channels together', { groupOf: () => 0 }),
    byBatch('the statistics were those of each pixel, over its channels', {
      groupOf: (s, i) => Math.floor(i / channelsOf(s)),
    }),
    ...shared,
    inGradient('mean and variance were constants in the gradient of x', 'x', (s, _, i) => {
      const c = i % channelsOf(s);
      const { variance } = momentsOf(s, (j) => j % channelsOf(s))(i);
      return (s.dy[i] * parameter(s, 'weight')[c]) / plainDeviation(variance, epsilonOf(s));
    }),
  ],
});

export const frozenNormFamily = shapedFamily<Epsilon>({
  place: 14,
  name: 'frozenNorm',
  make: frozenNorm,
  own,
  tensors: { weight: 'none', bias: 'none', mean: 'none', variance: 'none' },
  values,
  everyday,
  isSettled: ({ given }) => given?.variance?.every((v) => v >= 0) ?? true,
  bounds: ({ attributes }, operands, profile) => boundsOf(attributes.epsilon as number, operands, profile, false),
  words: {
    onnx: said(({ epsilon }) => ({ epsilon, training_mode: 0 })),
    torch: said(({ epsilon, channels }) => ({ num_features: channels, eps: epsilon, affine: true, training: false })),
    tensorflow: said(({ epsilon }) => ({ epsilon, training: false })),
    webnn: said((c, layout) => ({ epsilon: c.epsilon, axis: layout.x.startsWith('NC') ? 1 : c.space.length + 1 })),
    caffe: absent,
  },
  mistakes: [
    withParameters('the variance were the deviation', (p) => ({
      ...p,
      variance: { ...p.variance, data: p.variance.data.map((v) => v * v) },
    })),
    withParameters('mean and variance were exchanged', (p) =>
      p.mean.data.some((v) => v < 0) ? undefined : { ...p, mean: p.variance, variance: p.mean },
    ),
    withParameters('the mean were ignored', filled('mean', 0)),
    withParameters('the variance were ignored', filled('variance', 1)),
    byBatch('the statistics were those of the batch', {}),
    {
      name: 'epsilon were added to the deviation instead of the variance',
      setting: (s) => ({
        ...s,
        p: {
          ...s.p,
          variance: {
            ...s.p.variance,
            data: s.p.variance.data.map((v) => square(Math.sqrt(v) + epsilonOf(s)) - epsilonOf(s)),
          },
        },
      }),
    },
    ...shared,
    inGradient('the gradient of x were that of a norm with the statistics of the batch', 'x', (s, { x }, i) => {
      const c = i % channelsOf(s);
      const M = s.x.length / channelsOf(s);
      return x.data[i] - sumOver(s, c, (j) => x.data[j]) / M;
    }),
  ],
});
