// Norms of channels: y = (x − mean)·weight/√(variance + epsilon) + bias, with the statistics of the batch or with given ones.

import { batchNorm, frozenNorm } from '../../ops/normalization.ts';
import { absent } from '../family.ts';
import { type ShapedParts, shapedFamily } from '../shapes/family.ts';
import { said } from './common.ts';
import { normBounds, setsOfChannels } from './norm-bounds.ts';
import {
  byChannel,
  byImageAndChannel,
  byPixel,
  byStatistics,
  channelsOf,
  constantStatistics,
  type Epsilon,
  epsilonOf,
  filled,
  inGradient,
  type NormMistake,
  normMistakes,
  normValues,
  otherDeviations,
  ownEpsilon,
  square,
  sumOver,
  withParameters,
} from './norm-mistakes.ts';

const boundsOf =
  (isOwn: boolean): ShapedParts<Epsilon>['bounds'] =>
  ({ attributes }, operands, profile) => {
    const sets = setsOfChannels(operands.x.data.length, operands.weight!.data.length);
    return normBounds({ sets, isOwn, isMixed: false }, attributes.epsilon as number, operands, profile);
  };

const everyday: ShapedParts<Epsilon>['everyday'] = [
  [[2, 4, 4, 8], 'exact', { epsilon: 0.00001 }],
  [[4, 10], 'exact', { epsilon: 0.001 }],
  [[1, 6, 6, 3], 'real', { epsilon: 0.00001 }],
  [[3, 4, 5, 4], 'exact'],
];

export const batchNormFamily = shapedFamily<Epsilon>({
  place: 13,
  name: 'batchNorm',
  make: batchNorm,
  inCall: 'epsilon; weight [c], bias [c]',
  own: ownEpsilon,
  tensors: { weight: 'none', bias: 'none' },
  showsPrecision: true,
  values: normValues,
  everyday,
  bounds: boundsOf(true),
  words: {
    onnx: said(({ epsilon }) => ({ epsilon, training_mode: 1 })),
    torch: said(({ epsilon, channels }) => ({ num_features: channels, eps: epsilon, affine: true, training: true })),
    tensorflow: said(({ epsilon }) => ({ epsilon, training: true })),
    webnn: absent,
    caffe: absent, // its norm has no weight and no bias
  },
  mistakes: [
    ...otherDeviations(byChannel),
    byStatistics('the statistics were those of each image', byImageAndChannel),
    byStatistics('the statistics were those of all channels together', () => 0),
    byStatistics('the statistics were those of each pixel, over its channels', byPixel),
    ...normMistakes,
    constantStatistics(byChannel),
  ],
});

/** The given variance counted as another one, before epsilon is added. */
const ofVariance = (name: string, change: (variance: number, epsilon: number) => number): NormMistake => ({
  name,
  setting(s) {
    const data = s.p.variance.data.map((v) => change(v, epsilonOf(s)));
    return { ...s, p: { ...s.p, variance: { ...s.p.variance, data } } };
  },
});

export const frozenNormFamily = shapedFamily<Epsilon>({
  place: 14,
  name: 'frozenNorm',
  make: frozenNorm,
  inCall: 'epsilon; weight [c], bias [c], mean [c], variance [c]',
  own: ownEpsilon,
  tensors: { weight: 'none', bias: 'none', mean: 'none', variance: 'none' },
  showsPrecision: true,
  values: normValues,
  everyday,
  isSettled: ({ given }) => given?.variance?.every((v) => v >= 0) ?? true,
  bounds: boundsOf(false),
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
    withParameters('the mean were added', (p) => ({ ...p, mean: { ...p.mean, data: p.mean.data.map((v) => -v) } })),
    withParameters('the variance were ignored', filled('variance', 1)),
    byStatistics('the statistics were those of the batch', byChannel),
    ofVariance('epsilon were added to the deviation instead of the variance', (v, e) => square(Math.sqrt(v) + e) - e),
    ofVariance('the variance were at least epsilon, instead of more by it', (v, e) => Math.max(v, e) - e),
    ...normMistakes,
    inGradient('the gradient of x were that of a norm with the statistics of the batch', 'x', (s, { x }) => {
      const M = s.x.length / channelsOf(s);
      return (i) => x.data[i] - sumOver(s, i % channelsOf(s), (j) => x.data[j]) / M;
    }),
  ],
});
