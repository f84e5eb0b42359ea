// Normalisation on the kernels, some images at a time; the sums of every image by themselves. Spec numerics-long.

import { type Normalization, type NormSums, type Statistics, scales } from '../reference/normalization.ts';
import type { Data } from '../tensor.ts';
import type { Arena } from './arena.ts';
import { imageSums, numbers } from './column-sums.ts';
import { Norm } from './declared.ts';
import { withArena } from './scratch-arena.ts';
import { forBlocks, staged, stagedImages } from './staged.ts';

// The first number of a key says which of these functions it is of: all are calls of batchNorm.

/** Mean and variance of every channel, in float64. Spec norm-statistics. */
export function batchStatistics(batch: number, columns: number, x: Float32Array): Statistics {
  return withArena(
    'batchNorm',
    (arena) => {
      const images = stagedImages(arena, batch, [x]);
      const source = staged(arena, x, batch, images);
      const [rows, M] = [x.length / batch / columns, x.length / columns];
      const sums = imageSums(arena, images, columns, rows);
      forBlocks(batch, images, (first, end) => sums.add(source.load(first, end), end - first));
      const mean = sums.total.map((each) => each / M);
      const means = numbers(arena, columns, mean);
      const squares = imageSums(arena, images, columns, rows, (...each) => arena.kernels.sumRows(...each, means));
      forBlocks(batch, images, (first, end) => squares.add(source.load(first, end), end - first));
      return { mean, variance: squares.total.map((each) => each / M) };
    },
    [0, batch, columns, x],
  );
}

/** The struct of a normalisation; numbers that a kernel does not read may be left out. */
function structOf(arena: Arena, { mean, deviation, weight }: Normalization, more: { bias?: Data; sums?: Data[] }) {
  const columns = mean.length;
  return arena.struct(Norm, {
    channels: columns,
    mean: numbers(arena, columns, Float64Array.from(mean)),
    deviation: numbers(arena, columns, deviation),
    scale: numbers(arena, columns, scales(weight, deviation)),
    bias: more.bias ? numbers(arena, columns, more.bias) : 0,
    shift: more.sums ? numbers(arena, columns, more.sums[0]) : 0,
    slope: more.sums ? numbers(arena, columns, more.sums[1]) : 0,
  });
}

/** y = (x − mean)·scale + bias. Spec norm-frozen. */
export function normalize(batch: number, x: Float32Array, norm: Normalization, bias: Data, y: Float32Array): void {
  withArena(
    'batchNorm',
    (arena) => {
      const plan = structOf(arena, norm, { bias });
      const rows = x.length / batch / norm.mean.length;
      const images = stagedImages(arena, batch, [x, y]);
      const [source, target] = [x, y].map((each) => staged(arena, each, batch, images));
      forBlocks(batch, images, (first, end) => {
        const from = source.load(first, end);
        arena.parallel(() => arena.kernels.normalize(plan, from, target.at(first), (end - first) * rows));
        target.store(first, end);
      });
    },
    [1, batch, norm.mean.length, x, y],
  );
}

/** dweight = Σ dy·(x − mean)/deviation and dbias = Σ dy, before rounding. Spec norm-frozen-gradient. */
export function normParamGrads(batch: number, x: Float32Array, norm: Normalization, dy: Float32Array): NormSums {
  return withArena(
    'batchNorm',
    (arena) => {
      const plan = structOf(arena, norm, {});
      const columns = norm.mean.length;
      const rows = x.length / batch / columns;
      const images = stagedImages(arena, batch, [x, dy]);
      const [source, given] = [x, dy].map((each) => staged(arena, each, batch, images));
      const bias = imageSums(arena, images, columns, rows);
      let atDy = 0;
      const weight = imageSums(arena, images, columns, rows, (...each) => arena.kernels.sumTerms(...each, plan, atDy));
      forBlocks(batch, images, (first, end) => {
        atDy = given.load(first, end);
        bias.add(atDy, end - first);
        weight.add(source.load(first, end), end - first);
      });
      return { weight: weight.total, bias: bias.total };
    },
    [2, batch, norm.mean.length, x, dy],
  );
}

/** dx = scale·((dy − dbias/M) − xHat·(dweight/M)). Spec norm-batch-gradient. */
export function batchNormInputGrad(
  batch: number,
  x: Float32Array,
  norm: Normalization,
  { weight, bias }: NormSums,
  dy: Float32Array,
  dx: Float32Array,
): void {
  withArena(
    'batchNorm',
    (arena) => {
      const M = x.length / norm.mean.length;
      const plan = structOf(arena, norm, { sums: [bias, weight].map((each) => each.map((sum) => sum / M)) });
      const rows = x.length / batch / norm.mean.length;
      const images = stagedImages(arena, batch, [x, dy, dx]);
      const [source, given, target] = [x, dy, dx].map((each) => staged(arena, each, batch, images));
      forBlocks(batch, images, (first, end) => {
        const [atX, atDy, to] = [source.load(first, end), given.load(first, end), target.at(first)];
        arena.parallel(() => arena.kernels.normGradient(plan, atX, atDy, to, (end - first) * rows));
        target.store(first, end);
      });
    },
    [3, batch, norm.mean.length, x, dy, dx],
  );
}
