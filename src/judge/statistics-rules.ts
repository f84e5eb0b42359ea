// Norms by the statistics of the numbers that they are given. Spec enclosure-statistics.
//
//   y = (x − μ)·w / √(σ² + ε) + b over blocks of N elements

import { Value } from '../onnx/value.ts';
import { gamma } from '../oracle/bounds/bound.ts';
import { sizeOf } from '../tensor.ts';
import { type Rounding, roundingOf, sound } from './enclosure.ts';
import type { Node, Rule } from './rule.ts';

/** How many elements share their statistics, and where they lie in the file. */
interface Blocks {
  readonly size: number;
  /** The place of element k of a block. */
  at(block: number, k: number): number;
}

/** Side by side, except those of a channel, which are so in each image. */
function blocksOf(node: Node): Blocks {
  const { shape } = node.at(0).value;
  const { op } = node.planned.node;
  const space = sizeOf(shape.slice(2));
  const row = (size: number): Blocks => ({ size, at: (block, k) => block * size + k });
  if (op === 'BatchNormalization')
    return {
      size: shape[0] * space,
      at: (block, k) => (Math.floor(k / space) * shape[1] + block) * space + (k % space),
    };
  if (op === 'InstanceNormalization') return row(space);
  if (op === 'GroupNormalization') return row((space * shape[1]) / (node.attribute('num_groups')?.i ?? 1));
  const axis = node.attribute('axis')?.i ?? -1;
  return row(sizeOf(shape.slice(axis < 0 ? axis + shape.length : axis)));
}

/** |w| and |b| of each element: b is what a block of zeros gives, and w is read from one of ±1. */
function weightsOf(
  node: Node,
  { size: N, at }: Blocks,
  epsilon: number,
): { readonly w: Float64Array; readonly b: Float64Array } {
  const mean = N % 2 === 0 ? 0 : 1 / N;
  const { shape, type } = node.at(0).value;
  const signs = new Float64Array(sizeOf(shape));
  for (let block = 0; block * N < signs.length; block++)
    for (let k = 0; k < N; k++) signs[at(block, k)] = k % 2 === 0 ? 1 : -1;
  const sign = (i: number): number => signs[i];
  const deviation = Math.sqrt(1 - mean * mean + epsilon);
  const run = (x: (i: number) => number): Float64Array => {
    const data = new Float64Array(sizeOf(shape)).map((_, i) => x(i));
    return node.runOn(new Value(type, shape, data))[0].first as Float64Array;
  };
  const [unit, b] = [run(sign), run(() => 0)];
  const w = unit.map((each, i) => {
    const own = N === 1 ? 0 : Math.abs(((each - b[i]) * deviation) / (sign(i) - mean));
    return own + 16 * Number.EPSILON * (own + Math.abs(b[i])); // the difference of nearly equal numbers is rounded
  });
  return { w, b: b.map(Math.abs) };
}

/** The radii of x and the arithmetic of the statistics, which is that of float32 where `stash_type` says so. */
function stashed(node: Node, x: Float64Array): { readonly r?: Float64Array | undefined; readonly rounding: Rounding } {
  const own = node.at(0).radius?.first as Float64Array | undefined;
  const hasStash = /^(Group|Layer)/.test(node.planned.node.op);
  const isFloat32 = hasStash && (node.attribute('stash_type')?.i ?? 1) === 1;
  if (!node.declared.isDouble || !isFloat32) return { r: own, rounding: node.rounding };
  const rounding = roundingOf({ ...node.declared, isDouble: false });
  return { r: x.map((v, i) => (own?.[i] ?? 0) + rounding.u * Math.abs(v) + rounding.tiny), rounding };
}

export const ownStatistics: Rule = (node) => {
  if (node.inputs.slice(1).some((each) => each?.radius)) return undefined;
  const blocks = blocksOf(node);
  const { size: N, at } = blocks;
  const epsilon = Math.fround(node.float('epsilon', 1e-5));
  if (!(epsilon > 0)) return undefined;
  const { w, b } = weightsOf(node, blocks, epsilon);
  const x = node.at(0).value.first as Float64Array;
  const { r, rounding } = stashed(node, x);
  const { u, tiny, constant, scale } = rounding;
  const isTwoPass = node.declared.variance === 'two-pass';
  const error = new Float64Array(x.length);
  for (let block = 0; block * N < x.length; block++) {
    let [sum, size, radius, square] = [0, 0, 0, 0];
    for (let k = 0; k < N; k++) {
      const i = at(block, k);
      const own = r?.[i] ?? 0;
      sum += x[i];
      size += Math.abs(x[i]) + own;
      radius += own;
      square += (Math.abs(x[i]) + own) * (Math.abs(x[i]) + own);
    }
    const [mu, away] = [sum / N, radius / N];
    let [variance, moved] = [0, 0];
    for (let k = 0; k < N; k++) {
      const i = at(block, k);
      const [t, own] = [Math.abs(x[i] - mu), (r?.[i] ?? 0) + away];
      variance += (t * t) / N;
      moved += (2 * t * own + own * own) / N;
    }
    const rounded = gamma(N + 1, u) * (size / N);
    const off = isTwoPass
      ? gamma(N + 5, u) * (variance + moved) + 2 * rounded * rounded
      : (4 * gamma(N + 4, u) * square) / N;
    const relative = (moved + off + tiny * N) / (variance + epsilon) + N * Number.EPSILON;
    const mean = away + rounded;
    for (let k = 0; k < N; k++) {
      const i = at(block, k);
      const [own, W] = [r?.[i] ?? 0, w[i] / Math.sqrt(variance + epsilon)];
      const numbers = Math.abs(x[i]) + own + Math.abs(mu) + mean;
      const share = gamma(scale, u) + 8 * constant;
      error[i] =
        relative < 0.5
          ? sound(
              W * (1 + relative) * (own + mean + share * numbers) +
                W * Math.abs(x[i] - mu) * relative +
                share * b[i] +
                tiny * (4 + W),
            )
          : Number.POSITIVE_INFINITY;
    }
  }
  const [value] = node.center;
  return [{ value, radius: new Value(value.type, value.shape, error) }];
};

export const ownNormRules: Readonly<Record<string, Rule>> = {
  InstanceNormalization: ownStatistics,
  GroupNormalization: ownStatistics,
  LayerNormalization: ownStatistics,
};
