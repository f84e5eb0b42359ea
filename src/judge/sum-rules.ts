// Sums of many terms, averages and maxima, and the table of rules for operators that add. Spec enclosure-average.

import type { Layer } from '../layer/layer.ts';
import { Value } from '../onnx/value.ts';
import { gamma } from '../oracle/bounds/bound.ts';
import { sizeOf, type Tensor } from '../tensor.ts';
import { enclosedContraction } from './contraction.ts';
import { norm, response, softmax } from './norm-rules.ts';
import type { Node, Rule } from './rule.ts';

/** The layer of a node that has one with a weight, a contraction of x with the constant beside it. */
function contractionOf(node: Node): { layer: Layer; weight: Tensor; bias?: Tensor } | undefined {
  const step = node.planned.plan?.step;
  if (step?.params === undefined || step.layer.roles?.linear === undefined) return undefined;
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
