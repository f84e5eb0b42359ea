// Normalisation of sets of numbers within an image as plain loops: the definition of its bits.
//
//   mean = Σ x / M,  variance = Σ (x − mean)² / M       over the M numbers of a set, two passes, in float64
//   y = (x − mean)·scale + bias,  scale = weight / √(variance + epsilon)
//
// Spec norm-group, norm-set-gradient, numerics-long.

import { roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { longSums } from './sums.ts';

/** `count` blocks of cells; in each, every group of channels is a set. */
export interface Sets {
  readonly count: number;
  readonly cells: number;
  readonly channels: number;
  readonly groups: number;
}

interface Statistics {
  readonly mean: number;
  readonly deviation: number;
}

/** Calls `visit` for each set with a function that calls another for each of its numbers, and with their number. */
function eachSet(
  { count, cells, channels, groups }: Sets,
  visit: (all: (each: (i: number, c: number) => void) => void, M: number) => void,
): void {
  const share = channels / groups;
  for (let n = 0; n < count; n++)
    for (let g = 0; g < groups; g++)
      visit((each) => {
        for (let cell = 0; cell < cells; cell++)
          for (let c = g * share; c < (g + 1) * share; c++) each((n * cells + cell) * channels + c, c);
      }, cells * share);
}

/** Spec norm-statistics: both sums, the mean and the variance are float64. */
function statisticsOf(x: Data, all: (each: (i: number) => void) => void, M: number, epsilon: number): Statistics {
  let [sum, squares] = [0, 0];
  all((i) => {
    sum += x[i];
  });
  const mean = sum / M;
  all((i) => {
    squares += (x[i] - mean) * (x[i] - mean);
  });
  return { mean, deviation: Math.sqrt(squares / M + roundingOf(x)(epsilon)) };
}

/** Spec norm-group. */
export function normalizeSets(sets: Sets, epsilon: number, x: Data, weight: Data, bias: Data, y: Data): void {
  const round = roundingOf(x);
  eachSet(sets, (all, M) => {
    const { mean, deviation } = statisticsOf(x, all, M, epsilon);
    all((i, c) => {
      y[i] = round(round(x[i] - mean) * round(weight[c] / deviation)) + bias[c];
    });
  });
}

/** Fills dx and gives the sums for weight and bias, which are not rounded yet. Spec norm-set-gradient. */
export function setNormGrads(
  sets: Sets,
  epsilon: number,
  { batch, x, weight, dy }: { readonly batch: number; readonly x: Data; readonly weight: Data; readonly dy: Data },
  dx: Data,
): { readonly weight: Float64Array; readonly bias: Float64Array } {
  const round = roundingOf(x);
  /** x̂, of the element type. */
  const unit = x.slice();
  eachSet(sets, (all, M) => {
    const { mean, deviation } = statisticsOf(x, all, M, epsilon);
    let [sum, slope] = [0, 0];
    all((i, c) => {
      unit[i] = round(x[i] - mean) / deviation;
      const share = round(dy[i] * weight[c]);
      sum += share;
      slope += round(share * unit[i]);
    });
    all((i, c) => {
      const share = round(dy[i] * weight[c]);
      dx[i] = round(round(share - sum / M) - round(unit[i] * (slope / M))) / deviation;
    });
  });
  return {
    weight: longSums(batch, sets.channels, x, (i) => round(dy[i] * unit[i])),
    bias: longSums(batch, sets.channels, x, (i) => dy[i]),
  };
}
