// Sums of many terms, averages, norms, and softmax. Spec enclosure-average, enclosure-norm, enclosure-softmax.

import type { Layer } from '../layer/layer.ts';
import { Value } from '../onnx/value.ts';
import { gamma } from '../oracle/bounds/bound.ts';
import { sizeOf, type Tensor } from '../tensor.ts';
import { enclosedContraction } from './contraction.ts';
import { sound } from './enclosure.ts';
import type { Node, Rule } from './rule.ts';

/** The layer of a node that has one with a weight, a contraction of x with the constant beside it. */
function contractionOf(node: Node): { layer: Layer; weight: Tensor; bias?: Tensor } | undefined {
  const step = node.planned.plan?.step;
  if (step?.params === undefined || !/^(depthwiseC|c)onv|^dense$/.test(step.layer.name)) return undefined;
  if (node.inputs.slice(1).some((each) => each?.radius)) return undefined;
  const { weight, bias } = step.params((i) => node.at(i).value) as Record<string, Tensor>;
  return { layer: step.layer, weight, ...(bias && { bias }) };
}

/** Conv, ConvTranspose, and Gemm and MatMul by a matrix that is known. */
const contraction =
  (isSeen: boolean): Rule =>
  (node) => {
    const found = contractionOf(node);
    if (found === undefined) return products(node);
    const { value, radius } = node.at(0);
    const { shape, data } = value.image;
    const bound = enclosedContraction(
      {
        ...found,
        x: data as Float64Array,
        shape,
        radius: radius?.last as Float64Array | undefined,
        more: isSeen ? 0 : node.rounding.scale,
      },
      node.declared,
    );
    if (bound === undefined) return undefined;
    const [{ type, shape: out }] = node.planned.plan?.outputs ?? [];
    const made = (numbers: Float64Array): Value => new Value(type, out, numbers, 'last');
    const most = (bound.terms as Float64Array).reduce((a, b) => Math.max(a, b), 0);
    return [{ value: made(bound.value), radius: made(bound.error), terms: most, bound }];
  };

/** A product of two matrices of whatever shape: linear in each. */
const products: Rule = (node) => {
  const [a, b] = [node.at(0).value, node.at(1).value];
  const isGemm = node.planned.node.op === 'Gemm';
  const K = isGemm && node.attribute('transA')?.i ? a.shape[0] : a.shape[a.shape.length - 1];
  const [alpha, beta] = isGemm ? [node.float('alpha', 1), node.float('beta', 1)] : [1, 1];
  if (alpha < 0 || beta < 0 || b.shape.length === 0) return undefined;
  const [reach] = node.reach();
  const [plain] = node.run((x) => x.map(Math.abs));
  const { u, tiny } = node.rounding;
  const spread = node.isExact ? undefined : reach;
  return node.within(
    (i) =>
      (spread ? reach[i] - plain[i] + 4 * Number.EPSILON * K * reach[i] : 0) +
      (gamma(K + 3, u) + K * Number.EPSILON) * reach[i] +
      tiny * (K + 3),
    { terms: K + 1 },
  );
};

/** Σ of `count` numbers, perhaps divided. */
const summed =
  (countOf: (node: Node) => number): Rule =>
  (node) => {
    const count = countOf(node);
    const [reach] = node.reach();
    const spread = node.isExact ? undefined : node.spread()[0];
    const { u, tiny } = node.rounding;
    const share = gamma(count + 2 + node.terms, u) + count * Number.EPSILON;
    return node.within((i) => (spread?.[i] ?? 0) + share * reach[i] + tiny * (count + 2));
  };

const shrunk = (node: Node): number => sizeOf(node.at(0).value.shape) / Math.max(1, sizeOf(node.center[0].shape));
const window = (node: Node): number => sizeOf((node.planned.plan?.step?.layer.attributes.size as number[]) ?? []);

/** The largest of a window is no further off than the furthest under it. */
const largest: Rule = (node) => {
  if (node.isExact) return node.within((i) => node.passed(0, node.y[i]));
  const isLeast = node.planned.node.op === 'ReduceMin';
  const [spread] = node.run((_, i) => node.radius(i).map((each) => (isLeast ? -each : each)));
  return node.within((i) => node.passed(Number.isFinite(spread[i]) ? Math.abs(spread[i]) : 0, node.y[i]));
};

/** (x − mean)·scale + bias, or x·scale + (bias − mean·scale), or folded into the sum before. */
const norm: Rule = (node) => {
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
const softmax =
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
const response: Rule = (node) => {
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

/** A root of a sum of powers: it moves by no more than the root of the radii's powers. */
const lp: Rule = (node) => {
  const p = (node.planned.plan?.step?.layer.attributes.p as number) ?? 2;
  const [spread] = node.isExact ? [undefined] : node.spread();
  const { u, f, tiny, range } = node.rounding;
  const { y } = node;
  const count = node.planned.node.op === 'LpPool' ? window(node) : shrunk(node);
  const share = gamma(count + p + 3, u) + 4 * f + (p > 2 ? 4 * range * u : 0);
  const root = p === 1 ? tiny * count : Math.sqrt(tiny * count);
  return node.within((i) => (spread?.[i] ?? 0) * (1 + share) + share * Math.abs(y[i]) + root);
};

const product: Rule = (node) => {
  if (!node.isExact) return undefined;
  const { y } = node;
  const { u, tiny } = node.rounding;
  const count = shrunk(node);
  return node.within((i) => (gamma(count, u) + count * Number.EPSILON) * Math.abs(y[i]) + tiny * count);
};

export const sumRules = (isSeen: boolean): Readonly<Record<string, Rule>> => ({
  Conv: contraction(isSeen),
  ConvTranspose: contraction(isSeen),
  Gemm: contraction(isSeen),
  MatMul: contraction(isSeen),
  AveragePool: summed(window),
  GlobalAveragePool: summed(shrunk),
  ReduceMean: summed(shrunk),
  ReduceSum: summed(shrunk),
  ReduceL1: summed(shrunk),
  ReduceProd: product,
  MaxPool: largest,
  GlobalMaxPool: largest,
  ReduceMax: largest,
  ReduceMin: largest,
  LpPool: lp,
  GlobalLpPool: lp,
  BatchNormalization: norm,
  LRN: response,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
});
