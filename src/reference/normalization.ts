// Normalisation as plain loops: the definition of its bits.
//
//   mean = Σ x / M,  variance = Σ (x − mean)² / M       over the M numbers of each channel, two passes
//   scale = weight / √(variance + epsilon),  y = (x − mean)·scale + bias
//
// Sums run over the positions of each image from +0, then over the images, as those of a weight gradient; every
// operation is rounded. Spec norm-batch, numerics-order.

import type { Data } from '../tensor.ts';
import { roundingOf } from './convolution.ts';

/** Numbers by channel: one of each for every channel of x. */
export interface Statistics {
  readonly mean: Data;
  readonly variance: Data;
}

const like = (x: Data, size: number): Data =>
  x instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);

/** total[c] = Σ term(i, c), each image by itself from +0, then the images. */
export function channelSums(batch: number, C: number, x: Data, term: (i: number, c: number) => number): Data {
  const round = roundingOf(x);
  const [total, image] = [like(x, C), like(x, C)];
  const size = x.length / batch;
  for (let n = 0; n < batch; n++) {
    image.fill(0);
    for (let i = n * size; i < (n + 1) * size; i += C) {
      for (let c = 0; c < C; c++) image[c] = image[c] + term(i + c, c);
    }
    for (let c = 0; c < C; c++) total[c] = round(total[c] + image[c]);
  }
  return total;
}

/** Spec norm-statistics. */
export function batchStatistics(batch: number, C: number, x: Data): Statistics {
  const round = roundingOf(x);
  const M = round(x.length / C);
  const mean = channelSums(batch, C, x, (i) => x[i]).map((sum) => sum / M);
  const variance = channelSums(batch, C, x, (i, c) => {
    const d = round(x[i] - mean[c]);
    return round(d * d);
  }).map((sum) => sum / M);
  return { mean, variance };
}

/** √(variance + epsilon) of every channel. */
export function deviations(variance: Data, epsilon: number): Data {
  const round = roundingOf(variance);
  return variance.map((v) => Math.sqrt(round(v + round(epsilon))));
}

/** y = (x − mean)·scale + bias, scale = weight / deviation. Spec norm-frozen. */
export function normalize(x: Data, mean: Data, deviation: Data, weight: Data, bias: Data, y: Data): void {
  const round = roundingOf(x);
  const C = mean.length;
  const scale = weight.map((w, c) => w / deviation[c]);
  for (let i = 0; i < x.length; i += C) {
    for (let c = 0; c < C; c++) y[i + c] = round(round(x[i + c] - mean[c]) * scale[c]) + bias[c];
  }
}

/** dweight = Σ dy·(x − mean)/deviation, dbias = Σ dy. Spec norm-frozen-gradient. */
export function normParamGrads(
  batch: number,
  x: Data,
  mean: Data,
  deviation: Data,
  dy: Data,
): { weight: Data; bias: Data } {
  const round = roundingOf(x);
  const C = mean.length;
  return {
    weight: channelSums(batch, C, x, (i, c) => round(dy[i] * round(round(x[i] - mean[c]) / deviation[c]))),
    bias: channelSums(batch, C, x, (i) => dy[i]),
  };
}

/**
 * dx = scale · ((dy − dbias/M) − x̂ · (dweight/M)) with x̂ = (x − mean)/deviation: mean and variance depend on x too.
 * Spec norm-batch-gradient.
 */
export function batchNormInputGrad(
  x: Data,
  mean: Data,
  deviation: Data,
  weight: Data,
  sums: { readonly weight: Data; readonly bias: Data },
  dy: Data,
  dx: Data,
): void {
  const round = roundingOf(x);
  const C = mean.length;
  const M = round(x.length / C);
  const scale = weight.map((w, c) => w / deviation[c]);
  const [shift, slope] = [sums.bias.map((sum) => sum / M), sums.weight.map((sum) => sum / M)];
  for (let i = 0; i < x.length; i++) {
    const c = i % C;
    const xHat = round(round(x[i] - mean[c]) / deviation[c]);
    dx[i] = scale[c] * round(round(dy[i] - shift[c]) - round(xHat * slope[c]));
  }
}
