// Operators of one number and of two. Spec enclosure-monotone, enclosure-arithmetic, enclosure-function.

import { isFloat } from '../onnx/element-types.ts';
import type { Node, Rule } from './rule.ts';

/** What an engine's own evaluation may be off, at x with the value y. */
type Off = (y: number, x: number, node: Node) => number;

const none: Off = () => 0;

/** A function that never falls, or never rises: between its values at both ends. */
const monotone =
  (off: Off): Rule =>
  (node) => {
    const x = node.at(0).value.in(node.order);
    const { y } = node;
    const r = node.at(0).radius?.in(node.order);
    if (r === undefined) return node.within((i) => node.passed(off(y[i], x[i], node), y[i]));
    const own = node.radius(0);
    // An end is itself a rounded sum.
    const end = (v: number, i: number, side: number): number =>
      own[i] === 0 ? v : v + side * (own[i] + Number.EPSILON * (Math.abs(v) + own[i]));
    const [low, high] = [-1, 1].map(
      (side) => node.run((v, k) => (k === 0 ? v.map((each, i) => end(each, i, side)) : v))[0],
    );
    return node.within((i) => {
      const most = Math.max(off(low[i], x[i] - r[i], node), off(high[i], x[i] + r[i], node), off(y[i], x[i], node));
      return node.passed(Math.max(Math.abs(high[i] - y[i]), Math.abs(y[i] - low[i])) + most, y[i]);
    });
  };

/** A function whose slope is at most `slope` everywhere. */
const gentle =
  (slope: number | ((node: Node) => number), off: Off = none): Rule =>
  (node) => {
    const most = typeof slope === 'number' ? slope : slope(node);
    const x = node.at(0).value.in(node.order);
    const r = node.at(0).radius?.in(node.order);
    const { y } = node;
    return node.within((i) => {
      const own = r?.[i] ?? 0;
      return node.passed(most * own + off(Math.abs(y[i]) + most * own, Math.abs(x[i]) + own, node), y[i]);
    });
  };

/** Relative to the value, and absolute: in units of the last place of 1. */
const relative: Off = (y, _, { rounding }) => rounding.f * Math.abs(y) + rounding.tiny;
const ofOne: Off = (y, _, { rounding }) => rounding.f * Math.max(1, Math.abs(y)) + rounding.tiny;
const product: Off = (y, _, { rounding }) => (rounding.u + rounding.constant) * Math.abs(y) + rounding.tiny;

/** α·x + β, cut at 0 and 1. */
const hard = (alpha: number, beta: number, x: number, { rounding }: Node): number =>
  (4 * rounding.u + rounding.constant) * (Math.abs(alpha * x) + Math.abs(beta)) + rounding.tiny;

/** The radii of two numbers and more that are added: γ of as many additions, and of an unseen sum before. */
const added: Rule = (node) => {
  const { u, tiny } = node.rounding;
  const isDifference = node.planned.node.op === 'Sub';
  const [reach] = node.run((x, i) => {
    const r = node.radius(i);
    return x.map((v, k) => (Math.abs(v) + r[k]) * (isDifference && i === 1 ? -1 : 1));
  });
  const [spread] = node.run((_, i) => node.radius(i).map((each) => (isDifference && i === 1 ? -each : each)));
  const count = node.inputs.length - 1 + node.terms;
  const gamma = (count * u) / (1 - count * u);
  const isWhole = !isFloat(node.center[0].type);
  if (isWhole) return node.isExact ? node.within(() => 0) : undefined;
  return node.within((i) => spread[i] + gamma * reach[i] + tiny * (count > 0 ? 1 : 0), terms(node));
};

const terms = (node: Node) => (node.terms > 0 ? { terms: node.terms } : {});

/** A product, a quotient or a power: how far |a| + r and |b| ∓ r can take it. */
const scaled =
  (off: Off, isQuotient: boolean): Rule =>
  (node) => {
    if (!isFloat(node.center[0].type)) return node.isExact ? node.within(() => 0) : undefined;
    const { y } = node;
    const x = node.y;
    if (node.isExact) return node.within((i) => off(y[i], x[i], node));
    const size = (x: Float64Array): Float64Array => x.map(Math.abs);
    const [plain] = node.run(size);
    const [reach] = node.run((v, i) => {
      const r = node.radius(i);
      return v.map((each, k) => (isQuotient && i === 1 ? Math.max(0, Math.abs(each) - r[k]) : Math.abs(each) + r[k]));
    });
    // The difference of nearly equal numbers is itself rounded.
    return node.within(
      (i) => Math.abs(reach[i] - plain[i]) + 4 * Number.EPSILON * Math.abs(reach[i]) + off(reach[i], x[i], node),
      terms(node),
    );
  };

/** a^b computed as exp(b·log a) has the error of b·log a too. */
const power: Rule = (node) => {
  if (!isFloat(node.center[0].type)) return onlyKnown(node);
  if (!node.isExact) return squared(node);
  const { y } = node;
  const { u, f, tiny, range } = node.rounding;
  // |b·ln a| ≤ 89 for every float32 that neither overflows nor vanishes.
  return node.within((i) => (f + 2 * range * u) * Math.abs(y[i]) + tiny);
};

/** Only whole exponents from 1 to 4 of values within a radius: repeated products. */
const squared: Rule = (node) => {
  const { value, radius } = node.at(1);
  const [b] = value.first;
  if (radius || value.first.length !== 1 || ![1, 2, 3, 4].includes(b)) return undefined;
  const [plain] = node.run((x, i) => (i === 0 ? x.map(Math.abs) : x));
  const [reach] = node.run((x, i) => (i === 0 ? x.map((v, k) => Math.abs(v) + node.radius(0)[k]) : x));
  const { f, u, tiny } = node.rounding;
  return node.within((i) => reach[i] - plain[i] + (4 * Number.EPSILON + f + 4 * u) * reach[i] + tiny);
};

/** The largest or least of several: no further off than the furthest of them. */
const choice: Rule = (node) => {
  if (node.isExact) return node.within((i) => node.passed(0, node.y[i]));
  const isLeast = node.planned.node.op === 'Min';
  const [spread] = node.run((_, i) => node.radius(i).map((each) => (isLeast ? -each : each)));
  return node.within((i) => node.passed(Math.abs(spread[i]), node.y[i]));
};

/** Of known numbers alone: comparisons, and functions of whole numbers. */
export const onlyKnown: Rule = (node) => (node.isExact ? node.center.map((value) => ({ value })) : undefined);

const alphaOf =
  (otherwise: number) =>
  (node: Node): number =>
    node.float('alpha', otherwise);

export const pointwiseRules: Readonly<Record<string, Rule>> = {
  Relu: monotone(none),
  Clip: monotone(none),
  Floor: monotone(none),
  Ceil: monotone(none),
  Round: monotone(none),
  Sign: monotone(none),
  Neg: gentle(1),
  Abs: gentle(1),
  LeakyRelu: gentle((node) => Math.max(1, Math.abs(node.float('alpha', 0.01))), product),
  PRelu(node) {
    const slopes = (node.at(1).value.first as Float64Array).reduce((most, each) => Math.max(most, Math.abs(each)), 1);
    return node.at(1).radius ? undefined : gentle(slopes, product)(node);
  },
  Sigmoid: monotone(ofOne),
  Tanh: monotone(ofOne),
  Erf: monotone(ofOne),
  Softplus: monotone((y, x, node) => 2 * ofOne(y, x, node)),
  Softsign: monotone(relative),
  Exp: monotone(relative),
  Log: monotone(ofOne),
  Sqrt: monotone(relative),
  Reciprocal(node) {
    const { value, radius } = node.at(0);
    const [x, r] = [value.in(node.order), radius?.in(node.order)];
    const { y } = node;
    return node.within((i) => {
      const near = Math.abs(x[i]) - (r?.[i] ?? 0);
      const most = r && r[i] > 0 ? (near > 0 ? 1 / near : Number.POSITIVE_INFINITY) : Math.abs(y[i]);
      return most - Math.abs(y[i]) + 2 * relative(most, x[i], node);
    });
  },
  Elu: monotone((y, x, node) => (x < 0 ? 2 * Math.max(1, Math.abs(alphaOf(1)(node))) * ofOne(y, x, node) : 0)),
  Selu: monotone((y, x, node) => (x < 0 ? 4 * ofOne(y, x, node) : 0) + 2 * product(y, x, node)),
  Celu: monotone((y, x, node) => (x < 0 ? 2 * Math.max(1, Math.abs(alphaOf(1)(node))) * ofOne(y, x, node) : 0)),
  HardSigmoid: monotone((_, x, node) => Math.min(1, hard(node.float('alpha', 0.2), node.float('beta', 0.5), x, node))),
  /** Its slope is at most 3/2. */
  HardSwish: gentle(1.5, (y, x, node) => Math.abs(x) * hard(1 / 6, 0.5, x, node) + 4 * node.rounding.u * Math.abs(y)),
  /** At most 1.1 for x·sigmoid(x) and x·tanh(softplus(x)), 1.13 for x·Φ(x). */
  Swish: gentle(
    (node) => 1.1 * Math.max(1, alphaOf(1)(node)),
    (y, x, node) => (Math.abs(x) + 1) * 2 * ofOne(0, x, node) + product(y, x, node),
  ),
  Mish: gentle(1.1, (y, x, node) => (Math.abs(x) + 1) * 4 * ofOne(0, x, node) + product(y, x, node)),
  Gelu: gentle(1.13, (y, x, node) => (Math.abs(x) + 1) * 4 * ofOne(0, x, node) + 4 * product(y, x, node)),
  Add: added,
  Sub: added,
  Sum: added,
  Mul: scaled(product, false),
  Div: scaled(relative, true),
  Pow: power,
  Max: choice,
  Min: choice,
};
