// Normalisation as plain loops: the definition of its bits.
//
//   mean = Σ x / M,  variance = Σ (x − mean)² / M       over the M numbers of each channel, two passes, in float64
//   scale = weight / √(variance + epsilon),  y = (x − mean)·scale + bias
//
// Numbers for a whole channel stay float64 until they are combined with an element; then every operation is rounded.
// Spec norm-batch, numerics-long.

import { type Round, roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { longSums } from './sums.ts';

/** Numbers by channel: one of each for every channel of x. */
export interface Statistics {
  readonly mean: Data;
  readonly variance: Data;
}

/** What a channel is normalised by: its mean, √(variance + epsilon) and its weight. */
export interface Normalization {
  readonly mean: Data;
  readonly deviation: Float64Array;
  readonly weight: Data;
}

/** The gradients of weight and bias before rounding. */
export interface NormSums {
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** Spec norm-statistics. */
export function batchStatistics(batch: number, C: number, x: Data): Statistics {
  const M = x.length / C;
  const mean = longSums(batch, C, x, (i) => x[i]).map((sum) => sum / M);
  const variance = longSums(batch, C, x, (i, c) => (x[i] - mean[c]) * (x[i] - mean[c])).map((sum) => sum / M);
  return { mean, variance };
}

/** √(variance + epsilon) of every channel, for x whose elements `round` makes. */
export const deviations = (variance: Data, epsilon: number, round: Round): Float64Array =>
  Float64Array.from(variance, (v) => Math.sqrt(v + round(epsilon)));

/** weight / deviation, rounded to the type of the weight. */
export const scales = (weight: Data, deviation: Data): Data => weight.map((w, c) => w / deviation[c]);

/** y = (x − mean)·scale + bias, scale = weight / deviation. Spec norm-frozen. */
export function normalize(x: Data, { mean, deviation, weight }: Normalization, bias: Data, y: Data): void {
  const round = roundingOf(x);
  const C = mean.length;
  const scale = scales(weight, deviation);
  for (let i = 0; i < x.length; i += C) {
    for (let c = 0; c < C; c++) y[i + c] = round(round(x[i + c] - mean[c]) * scale[c]) + bias[c];
  }
}

/** dweight = Σ dy·(x − mean)/deviation and dbias = Σ dy. Spec norm-frozen-gradient. */
export function normParamGrads(batch: number, x: Data, { mean, deviation }: Normalization, dy: Data): NormSums {
  const round = roundingOf(x);
  const C = mean.length;
  return {
    weight: longSums(batch, C, x, (i, c) => round(dy[i] * round(round(x[i] - mean[c]) / deviation[c]))),
    bias: longSums(batch, C, x, (i) => dy[i]),
  };
}

/**
 * dx = scale · ((dy − dbias/M) − x̂ · (dweight/M)) with x̂ = (x − mean)/deviation: mean and variance depend on x too.
 * Spec norm-batch-gradient.
 */
export function batchNormInputGrad(x: Data, norm: Normalization, sums: NormSums, dy: Data, dx: Data): void {
  const { mean, deviation, weight } = norm;
  const round = roundingOf(x);
  const C = mean.length;
  const M = x.length / C;
  const scale = scales(weight, deviation);
  const [shift, slope] = [sums.bias.map((sum) => sum / M), sums.weight.map((sum) => sum / M)];
  for (let i = 0; i < x.length; i++) {
    const c = i % C;
    const xHat = round(round(x[i] - mean[c]) / deviation[c]);
    dx[i] = scale[c] * round(round(dy[i] - shift[c]) - round(xHat * slope[c]));
  }
}

/** dx = dy · scale. Spec norm-frozen-gradient. */
export function frozenInputGrad({ mean, deviation, weight }: Normalization, dy: Data, dx: Data): void {
  const scale = scales(weight, deviation);
  for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * scale[i % mean.length];
}
