// Orders in which an engine may add products: each a function of the two factors of every product and of a bias. What float64
// gives for two operands of float32 rounds to what one rounding gives, so that Math.fround makes an operation one of float32.

import type { Random } from '../../src/random.ts';

/** Factors a and b of the products, and the bias, if there is one. b is absent where the terms are no products. */
export type Sum = (
  o: Operations,
  a: readonly number[],
  b: readonly number[] | undefined,
  bias: number | undefined,
  draw: Random,
) => number;

/** The arithmetic of the operations: how a product, a sum and both at once are rounded. */
export interface Operations {
  readonly read: (value: number) => number;
  readonly round: (value: number) => number;
}

const f = Math.fround;
export const float32: Operations = { read: (v) => v, round: f };
export const float64: Operations = { read: (v) => v, round: (v) => v };
const LAMBDA = 1.1754943508222875e-38;
const zeroed = (v: number): number => (Math.abs(v) < LAMBDA ? 0 : v);
/** Subnormal numbers are read as 0 and stored as 0. */
export const flushed: Operations = { read: zeroed, round: (v) => zeroed(f(v)) };

const factors = ({ read }: Operations, a: readonly number[], b?: readonly number[]): [number[], number[]?] => [
  a.map(read),
  b?.map(read),
];
const productsIn = (o: Operations, a: readonly number[], b?: readonly number[]): number[] => {
  const [c, d] = factors(o, a, b);
  return d ? c.map((v, i) => o.round(v * d[i])) : c;
};

/** One after another, from the first or the last; the bias comes first or last. */
export const inOrder =
  (isReversed: boolean): Sum =>
  (o, a, b, bias, draw) => {
    const terms = productsIn(o, a, b);
    if (isReversed) terms.reverse();
    if (bias !== undefined) terms.splice(draw.below(2) * terms.length, 0, o.read(bias));
    return terms.reduce((sum, each) => o.round(sum + each), 0);
  };

/** Joins two of the terms by chance, until one is left. */
function treeOf(o: Operations, terms: number[], draw: Random): number {
  while (terms.length > 1) {
    const last = terms.pop()!;
    const i = draw.below(terms.length);
    terms[i] = o.round(terms[i] + last);
  }
  return terms[0] ?? 0;
}

/** Along a random binary tree. */
export const inTree: Sum = (o, a, b, bias, draw) => {
  const terms = productsIn(o, a, b);
  if (bias !== undefined) terms.push(o.read(bias));
  return treeOf(o, terms, draw);
};

function halves(o: Operations, terms: readonly number[], from: number, to: number): number {
  if (to - from < 2) return from < to ? terms[from] : 0;
  const middle = (from + to) >> 1;
  return o.round(halves(o, terms, from, middle) + halves(o, terms, middle, to));
}

/** The sum of the first half and that of the second. */
export const pairwise: Sum = (o, a, b, bias) => {
  const terms = productsIn(o, a, b);
  if (bias !== undefined) terms.push(o.read(bias));
  return halves(o, terms, 0, terms.length);
};

/** Product i goes to accumulator i mod lanes, as in vectors; perhaps fused with it. */
export const inLanes =
  (isFused: boolean): Sum =>
  (o, a, b, bias, draw) => {
    const [c, d] = factors(o, a, b);
    const lanes = new Array<number>([4, 8, 16, 32][draw.below(4)]).fill(0);
    const isFirst = draw.below(2) === 0;
    if (bias !== undefined && isFirst) lanes[0] = o.read(bias);
    for (const [i, v] of c.entries()) {
      const lane = i % lanes.length;
      const product = d ? v * d[i] : v;
      lanes[lane] = o.round(lanes[lane] + (isFused || !d ? product : o.round(product)));
    }
    if (bias !== undefined && !isFirst) lanes.push(o.read(bias));
    return halves(o, lanes, 0, lanes.length);
  };

/** Blocks of neighbours are added from 0, their sums one after another. */
export const inBlocks: Sum = (o, a, b, bias, draw) => {
  const terms = productsIn(o, a, b);
  const size = 1 + draw.below(64);
  let sum = bias === undefined ? 0 : o.read(bias);
  for (let at = 0; at < terms.length; at += size)
    sum = o.round(sum + terms.slice(at, at + size).reduce((so, each) => o.round(so + each), 0));
  return sum;
};

/** Each product is added by a fused operation. */
export const fused: Sum = (o, a, b, bias, draw) => {
  const [c, d] = factors(o, a, b);
  const isFirst = draw.below(2) === 0;
  const start = bias !== undefined && isFirst ? o.read(bias) : 0;
  const sum = c.reduce((so, v, i) => o.round(so + (d ? v * d[i] : v)), start);
  return bias === undefined || isFirst ? sum : o.round(sum + o.read(bias));
};

/** What an addition loses is taken from the next term [Kahan]. */
export function compensated(terms: readonly number[], round: (value: number) => number): number {
  let [sum, lost] = [0, 0];
  for (const each of terms) {
    const y = round(each - lost);
    const t = round(sum + y);
    lost = round(round(t - sum) - y);
    sum = t;
  }
  return sum;
}

/** The products' terms, with the bias first or last, with compensation. */
export const kahan: Sum = (_, a, b, bias, draw) => {
  const terms = productsIn(float32, a, b);
  if (bias !== undefined) terms.splice(draw.below(2) * terms.length, 0, bias);
  return compensated(terms, f);
};

/** Everything in float64, in any order. */
export const inDoubles: Sum = (_, a, b, bias, draw) => f(inOrder(draw.below(2) === 0)(float64, a, b, bias, draw));
