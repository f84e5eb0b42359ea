// The output or the gradients of a linear layer, its products added in a given order.

import { type Tensor, tensor } from '../../src/index.ts';
import type { Call, GradientCall, Gradients } from '../../src/oracle/index.ts';
import type { Random } from '../../src/random.ts';
import { forward } from '../oracle/this-library.ts';
import { bySide, type Products } from './products.ts';
import type { Operations, Sum } from './sums.ts';

export interface Question {
  readonly call: Call | GradientCall;
  readonly gradient: boolean;
  /** Undefined where there are too many. */
  readonly products: () => Products | undefined;
}

export interface Adding {
  readonly sum: Sum;
  readonly o: Operations;
  readonly store: (value: number) => number;
  /** Padding cells are multiplied as zeros. */
  readonly isPadded?: boolean;
}

export function added({ call, gradient, products }: Question, adding: Adding, draw: Random) {
  const list = products();
  if (!list) return undefined;
  const skipped = (terms: readonly number[]) => (adding.isPadded ? terms : terms.filter((i) => list.x[i] >= 0));
  const used = { ...list, skipped };
  return gradient ? gradientsOf(call as GradientCall, used, adding, draw) : outputOf(call, used, adding, draw);
}

type Used = Products & { readonly skipped: (terms: readonly number[]) => readonly number[] };

const of = (tensor: Tensor, side: readonly number[], terms: readonly number[]): number[] =>
  terms.map((i) => (side[i] < 0 ? 0 : tensor.data[side[i]]));

function outputOf(call: Call, list: Used, { sum, o, store }: Adding, draw: Random): Tensor {
  const { x, weight, bias } = call;
  const y = tensor(forward(call).shape);
  for (const [q, terms] of bySide(list.y, y.data.length).entries()) {
    const used = list.skipped(terms);
    const a = of(x, list.x, used);
    const found = list.divisor
      ? average(sum, o, a, list.divisor[q], draw)
      : sum(o, a, of(weight!, list.w, used), bias?.data[q % bias.data.length], draw);
    y.data[q] = store(found);
  }
  return y;
}

/** Operations on what has been read already. */
const onRead = (o: Operations): Operations => ({ ...o, read: (v) => v });

/** The sum is divided or multiplied with a rounded reciprocal; or each cell is. */
function average(sum: Sum, o: Operations, a: readonly number[], d: number, draw: Random): number {
  const reciprocal = o.round(1 / d);
  const share = [(v: number) => o.round(v / d), (v: number) => o.round(v * reciprocal)][d > 0 ? draw.below(2) : 0];
  if (d === 0 || draw.below(2) === 0) return share(sum(o, a, undefined, undefined, draw));
  return sum(onRead(o), a.map(o.read).map(share), undefined, undefined, draw);
}

function gradientsOf(call: GradientCall, list: Used, { sum, o, store }: Adding, draw: Random): Gradients {
  const { x, weight, bias, dy } = call;
  const added = (like: Tensor, side: readonly number[], value: (terms: readonly number[]) => number): Tensor => {
    const found = tensor(like.shape);
    for (const [i, terms] of bySide(side, found.data.length).entries()) found.data[i] = store(value(terms));
    return found;
  };
  const isReciprocal = draw.below(2) === 0;
  const share = (i: number): number => {
    const [v, d] = [o.read(dy.data[list.y[i]]), list.divisor![list.y[i]]];
    return o.round(isReciprocal ? v * o.round(1 / d) : v / d);
  };
  const dx = list.divisor
    ? (terms: readonly number[]) => sum(onRead(o), terms.map(share), undefined, undefined, draw)
    : (terms: readonly number[]) => sum(o, of(weight!, list.w, terms), of(dy, list.y, terms), undefined, draw);
  const dw = (terms: readonly number[]): number => {
    const used = list.skipped(terms);
    return sum(o, of(x, list.x, used), of(dy, list.y, used), undefined, draw);
  };
  const each = [...dy.data.keys()];
  const db = (terms: readonly number[]): number => sum(o, of(dy, each, terms), undefined, undefined, draw);
  return {
    x: added(x, list.x, dx),
    ...(weight && { weight: added(weight, list.w, dw) }),
    ...(bias && {
      bias: added(
        bias,
        each.map((i) => i % bias.data.length),
        db,
      ),
    }),
  };
}
