// Mistakes of norms: other statistics, other parameters, other gradients.

import type { Part } from '../case.ts';
import type { Predictions } from '../mistake.ts';
import { evaluated, fromX, gradientsOf, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { commonValues, type Fill } from '../values.ts';

export interface Epsilon {
  readonly epsilon: number;
}

export type NormMistake<A extends Epsilon = Epsilon> = ShapedMistake<A>;
export type NormSetting<A extends Epsilon = Epsilon> = ShapedSetting<A>;

export const channelsOf = (s: NormSetting): number => s.case.channels;
export const parameter = (s: NormSetting, name: string): Float64Array => s.p[name].data as Float64Array;
export const epsilonOf = (s: NormSetting): number => s.layer.attributes.epsilon as number;

/** The set of each number of x: those with the same number are normalised together. */
export type SetOf = (s: NormSetting, i: number) => number;

export const byChannel: SetOf = (s, i) => i % channelsOf(s);
export const byPixel: SetOf = (s, i) => Math.floor(i / channelsOf(s));
export const byImage: SetOf = (s, i) => Math.floor((i * s.case.batch) / s.x.length);
export const byImageAndChannel: SetOf = (s, i) => byImage(s, i) * channelsOf(s) + byChannel(s, i);

export const square = (d: number): number => d * d;

/** Mean and variance (divided by M) of the numbers of each set. */
function momentsOf(s: NormSetting, setOf: SetOf) {
  const moments: { mean: number; variance: number; count: number }[] = [];
  const of = (i: number) => (moments[setOf(s, i)] ??= { mean: 0, variance: 0, count: 0 });
  for (let i = 0; i < s.x.length; i++) of(i).count++;
  for (let i = 0; i < s.x.length; i++) of(i).mean += s.x[i] / of(i).count;
  for (let i = 0; i < s.x.length; i++) of(i).variance += square(s.x[i] - of(i).mean) / of(i).count;
  return (i: number) => moments[setOf(s, i)];
}

type Deviation = (variance: number, epsilon: number, count: number) => number;

const plainDeviation: Deviation = (variance, epsilon) => Math.sqrt(variance + epsilon);

/** y by the statistics of other sets, or with another deviation. */
export const byStatistics = (name: string, setOf: SetOf, deviation = plainDeviation): NormMistake => ({
  name,
  result(s) {
    const of = momentsOf(s, setOf);
    const [w, b] = [parameter(s, 'weight'), parameter(s, 'bias')];
    return fromX(s, (i) => {
      const { mean, variance, count } = of(i);
      return ((s.x[i] - mean) / deviation(variance, epsilonOf(s), count)) * w[i % w.length] + b[i % b.length];
    });
  },
});

/** The same, open where a set has one number: 0 / 0 or 0. */
function unbiased(setOf: SetOf): NormMistake {
  const deviation: Deviation = (v, e, M) => Math.sqrt((v * M) / (M - 1) + e);
  const { name, result } = byStatistics('the variance were divided by M − 1', setOf, deviation);
  return {
    name,
    result(s) {
      const of = momentsOf(s, setOf);
      return { ...result!(s)!, open: Uint8Array.from(s.x, (_, i) => Number(of(i).count === 1)) };
    },
  };
}

/** Another deviation of the right sets. */
export const otherDeviations = (setOf: SetOf): readonly NormMistake[] => [
  unbiased(setOf),
  byStatistics('epsilon were added to the deviation instead of the variance', setOf, (v, e) => Math.sqrt(v) + e),
  byStatistics('the variance were not rooted', setOf, (v, e) => v + e),
  byStatistics('the variance were at least epsilon, instead of more by it', setOf, (v, e) => Math.sqrt(Math.max(v, e))),
  byStatistics('epsilon were ignored: NaN where all numbers are equal', setOf, (v) => Math.sqrt(v)),
];

/** Of a norm whose statistics depend on x, within each set. */
export const constantStatistics = (setOf: SetOf): NormMistake =>
  inGradient('mean and variance were constants in the gradient of x', 'x', (s) => {
    const of = momentsOf(s, setOf);
    const w = parameter(s, 'weight');
    return (i) => (s.dy[i] * w[i % w.length]) / plainDeviation(of(i).variance, epsilonOf(s), 0);
  });

/** Other parameters. */
export const withParameters = (
  name: string,
  change: (p: NormSetting['p']) => NormSetting['p'] | undefined,
): NormMistake => ({
  name,
  setting(s) {
    const p = change(s.p);
    return p && { ...s, p };
  },
});

export const filled = (name: string, value: number) => (p: NormSetting['p']) => ({
  ...p,
  [name]: { ...p[name], data: p[name].data.map(() => value) },
});

/** Another gradient of one part. */
export const inGradient = (
  name: string,
  part: Part,
  from: (s: NormSetting, all: Predictions) => (i: number) => number,
): NormMistake => ({
  name,
  gradient(s) {
    const all = gradientsOf(s);
    const { shape, data } = all[part];
    const of = from(s, all);
    return { ...all, [part]: { shape, data: data.map((_, i) => of(i)) } };
  },
});

/** Σ over the numbers of a channel. */
export function sumOver(s: NormSetting, c: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = c; i < s.x.length; i += channelsOf(s)) total += term(i);
  return total;
}

/** Those of every norm. */
export const normMistakes: readonly NormMistake[] = [
  withParameters('the weight were ignored', filled('weight', 1)),
  withParameters('the bias were ignored', filled('bias', 0)),
  withParameters('the bias were added before the weight', (p) => ({
    ...p,
    bias: { ...p.bias, data: p.bias.data.map((v, i) => v * p.weight.data[i]) },
  })),
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
  inGradient('the gradient of the weight were Σ dy·x', 'weight', (s) => (c) => sumOver(s, c, (i) => s.dy[i] * s.x[i])),
  ...(['weight', 'bias'] as const).map((part) =>
    inGradient(
      `the gradient of the ${part} were averaged over the images`,
      part,
      (s, all) => (c) => all[part].data[c] / s.case.batch,
    ),
  ),
];

/** No weight is 1 and no bias 0, so that an engine that forgets them differs; variances are not negative. */
const positive =
  (fill: Fill): Fill =>
  (name, size, draw) => {
    const data = fill(name, size, draw);
    if (name === 'variance') return data.map(Math.abs);
    return name === 'weight' ? data.map((v) => (v === 1 ? 3 : v)) : data;
  };

export const normValues: Readonly<Record<string, Fill>> = Object.fromEntries(
  (['exact', 'negative', 'real', 'nan', 'large'] as const).map((kind) => [kind, positive(commonValues[kind])]),
);

export const ownEpsilon = { epsilon: { letter: 'e', values: [1, 0.00001, 0.001, 0.5], refused: [0, -1] } } as const;
