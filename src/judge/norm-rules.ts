// Batch norm, softmax and local response normalization. Spec enclosure-norm, enclosure-softmax.

import { Value } from '../onnx/value.ts';
import { gamma } from '../oracle/bounds/bound.ts';
import { sizeOf } from '../tensor.ts';
import { sound } from './enclosure.ts';
import type { Node, Rule } from './rule.ts';
import { ownStatistics } from './statistics-rules.ts';

/** (x − mean)·scale + bias, or x·scale + (bias − mean·scale), or folded into the sum before. */
export const norm: Rule = (node) => {
  if (node.planned.plan?.step?.layer.roles?.batchStatistics) return ownStatistics(node); // as in training
  const [x, r] = [node.at(0).value.in('last'), node.at(0).radius?.in('last')];
  if (node.inputs.slice(1).some((each) => each?.radius)) return undefined;
  const [weight, bias, mean, variance] = [1, 2, 3, 4].map((i) => node.at(i).value.first);
  const epsilon = node.planned.plan?.step?.layer.attributes.epsilon as number;
  const C = weight.length;
  const scale = new Float64Array(weight).map((w, c) => Math.abs(w) / Math.sqrt(variance[c] + epsilon));
  const [value] = node.center;
  const share =
    gamma(node.rounding.scale + node.terms, node.rounding.u) + 16 * Number.EPSILON + 8 * node.rounding.constant;
  const { tiny } = node.rounding;
  const error = new Float64Array(x).map((v, i) => {
    const c = i % C;
    const own = r?.[i] ?? 0;
    return (
      scale[c] * own +
      share * (scale[c] * (Math.abs(v) + own + Math.abs(mean[c])) + Math.abs(bias[c])) +
      tiny * (4 + scale[c])
    );
  });
  return [
    {
      value,
      radius: new Value(value.type, value.shape, error.map(sound), 'last'),
      ...(node.terms > 0 && { terms: node.terms }),
    },
  ];
};

/** Rows of numbers that lie side by side in the order of the file, along one axis. */
function rows(node: Node): {
  readonly size: number;
  readonly step: number;
  at(row: number): number;
  readonly count: number;
} {
  const { shape } = node.at(0).value;
  const { attributes } = node.planned.node;
  const isOld = (node.planned.version ?? 13) < 13;
  const stated = attributes.get('axis')?.i ?? (isOld ? 1 : -1);
  const axis = stated < 0 ? stated + shape.length : stated;
  const size = isOld ? sizeOf(shape.slice(axis)) : shape[axis];
  const step = isOld ? 1 : sizeOf(shape.slice(axis + 1));
  const count = sizeOf(shape) / size;
  return { size, step, count, at: (row) => Math.floor(row / step) * step * size + (row % step) };
}

/**
 * e^(x − m) / Σ e^(x − m): what x may be off, what x − m is rounded by, the functions, the sum and the division, all relative;
 * LogSoftmax the same as a difference. A term that vanishes may be flushed.
 */
export const softmax =
  (isLog: boolean): Rule =>
  (node) => {
    const x = node.at(0).value.first as Float64Array;
    const r = node.at(0).radius?.first as Float64Array | undefined;
    const [value] = node.center;
    const y = value.first as Float64Array;
    const { u, f, tiny, depth, least: smallest } = node.rounding;
    const error = new Float64Array(y.length);
    const { size, step, count, at } = rows(node);
    for (let row = 0; row < count; row++) {
      const start = at(row);
      let [most, least, spread] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
      for (let k = 0; k < size; k++) {
        const i = start + k * step;
        most = Math.max(most, x[i]);
        least = Math.min(least, x[i]);
        spread = Math.max(spread, r?.[i] ?? 0);
      }
      const sizeOfRow = Math.max(Math.abs(most), Math.abs(least));
      for (let k = 0; k < size; k++) {
        const i = start + k * step;
        const own = r?.[i] ?? 0;
        // Terms far below the largest are exponentials of numbers that may be cut off at −88.
        const distance =
          u * (Math.min(most - x[i], depth) + Math.min(most - least, depth) + (isLog ? 2 * sizeOfRow : 0));
        const off = own + spread + distance + 2 * f + gamma(size + 3, u);
        error[i] = isLog
          ? off + f * Math.abs(y[i]) + u * (Math.abs(x[i]) + Math.abs(most) + Math.abs(y[i])) + tiny
          : off < 0.5
            ? y[i] * (off + off * off) + f * smallest + tiny * size
            : 1;
      }
    }
    return [
      {
        value,
        radius: new Value(value.type, value.shape, error.map(sound), 'first'),
      },
    ];
  };

/** x / (k + alpha·Σx²)^beta. */
export const response: Rule = (node) => {
  const layer = node.planned.plan?.step?.layer;
  if (layer === undefined) return undefined;
  const { size, alpha, beta, k } = layer.attributes as Record<string, number>;
  if (!(k > 0 && alpha >= 0 && beta >= 0)) return undefined;
  const { shape, data: x } = node.at(0).value.image;
  const r = node.at(0).radius?.last as Float64Array | undefined;
  const C = shape[shape.length - 1];
  const y = node.center[0].in('last') as Float64Array;
  const { u, f, tiny, range } = node.rounding;
  const error = new Float64Array(y.length);
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const divisor = (pixel: number, c: number, square: (i: number) => number): number => {
    let sum = 0;
    for (let j = Math.max(0, c - before); j <= Math.min(C - 1, c + after); j++) sum += square(pixel + j);
    return k + alpha * sum;
  };
  for (let i = 0; i < y.length; i++) {
    const [pixel, c] = [i - (i % C), i % C];
    const own = r?.[i] ?? 0;
    let spread = 0;
    if (r) {
      const far = divisor(pixel, c, (j) => (Math.abs(x[j]) + r[j]) * (Math.abs(x[j]) + r[j]));
      const near = divisor(pixel, c, (j) => Math.max(0, Math.abs(x[j]) - r[j]) * Math.max(0, Math.abs(x[j]) - r[j]));
      spread = beta * (far / near - 1 + 4 * Number.EPSILON);
    }
    const share = beta * (gamma(size + 4, u) + f) + 2 * f + range * u + spread;
    const moved = (own * Math.abs(y[i])) / Math.max(Math.abs(x[i]), Number.MIN_VALUE);
    error[i] =
      own === 0
        ? Math.abs(y[i]) * expm1(share) + tiny
        : x[i] === 0
          ? Infinity
          : (Math.abs(y[i]) + moved) * expm1(share) + moved + tiny;
  }
  const [value] = node.center;
  return [{ value, radius: new Value(value.type, value.shape, error.map(sound), 'last') }];
};

/** e^a − 1 ≤ a + a² for a ≤ 1. */
const expm1 = (a: number): number => (a <= 1 ? a + a * a : Number.POSITIVE_INFINITY);
