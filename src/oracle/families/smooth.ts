// Smooth activations made of the logistic function and of logarithms: silu, softplus. Spec bound-elementwise.

import * as ops from '../../ops/smooth.ts';
import { sigmoid as logistic, softplus } from '../../reference/math.ts';
import { anything, type Operations, type Rounded, widest } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import { said } from './common.ts';
import { activationFamily, mistake, one } from './of-one-number.ts';

export const nothing = said<never>(() => ({}));

export const isInfinite = ({ v }: Rounded): boolean => v === Infinity || v === -Infinity;
/** exp of its magnitude is far from the largest float32. */
const SAFE = 80;

/** x·s with a share s, and as the quotient of x; −∞·0 is a convention. */
function sharedSigmoid({ mul, div, add, exp, sigmoid, negated }: Operations, x: Rounded): Rounded {
  const product = mul(x, sigmoid(x));
  return x.v > -SAFE ? widest(product, div(x, add(one, exp(negated(x))))) : product;
}

export const siluFamily = activationFamily({
  place: 27,
  name: 'silu',
  make: ops.silu,
  y: (o, x) => (x.v === -Infinity ? anything : sharedSigmoid(o, x)),
  /** dy·σ·(1 + x·(1 − σ)), dy·(σ + y·(1 − σ)), with σ(−x) for 1 − σ. */
  dx(o, x, dy) {
    if (isInfinite(x)) return anything;
    const { mul, add, sub, sigmoid, negated } = o;
    const s = sigmoid(x);
    const rest = widest(sub(one, s), sigmoid(negated(x)));
    const inner = add(one, mul(x, rest));
    return widest(mul(dy, widest(mul(s, inner), add(s, mul(sharedSigmoid(o, x), rest)))), mul(mul(dy, s), inner));
  },
  isCalled: true,
  words: {
    onnx: said(() => ({ alpha: 1 })),
    torch: nothing,
    tensorflow: said(() => ({ beta: 1 })),
    webnn: absent,
    caffe: said(() => ({ beta: 1 })),
  },
  mistakes: [
    mistake('it were not multiplied by x', logistic),
    mistake('it were x·σ(1.702·x)', (x) => x * logistic(1.702 * x)),
    mistake('it were the piecewise linear one', (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5))),
    mistake('the sign of x were lost in exp', (x) => x * logistic(-x)),
    mistake('the gradient were dy·σ(x)', undefined, (x, dy) => dy * logistic(x)),
    mistake('the gradient were that of a logistic function', undefined, (x, dy) => dy * logistic(x) * logistic(-x)),
    mistake('the gradient were not multiplied by dy', undefined, (x) => logistic(x) * (1 + x * logistic(-x))),
    mistake('the gradient had x in place of x·(1 − σ(x))', undefined, (x, dy) => dy * logistic(x) * (1 + x)),
  ],
});

export const softplusFamily = activationFamily({
  place: 31,
  name: 'softplus',
  make: ops.softplus,
  /** max(x, 0) + log(1 + exp −|x|), or log(1 + exp x); each may be x where that is above 20. */
  y({ add, log, exp }, x) {
    if (x.v === Infinity) return x;
    const small = log(add(one, exp({ v: -Math.abs(x.v), e: x.e })));
    const stable = x.v > 0 ? add(x, small) : small;
    return Math.abs(x.v) < SAFE ? widest(stable, log(add(one, exp(x)))) : stable;
  },
  dx: ({ mul, sigmoid }, x, dy) => mul(dy, sigmoid(x)),
  isCalled: true,
  words: {
    onnx: nothing,
    torch: said(() => ({ beta: 1, threshold: 20 })),
    tensorflow: nothing,
    webnn: nothing,
    caffe: absent,
  },
  mistakes: [
    mistake('it were log(exp(x)), which is x', (x) => x),
    mistake('it were a rectifier', (x) => Math.max(0, x)),
    mistake('the logarithm were that to the base 2', (x) => softplus(x) * Math.LOG2E),
    mistake('it were log(1 + exp(−x))', (x) => softplus(-x)),
    mistake('it were x where that is above 5', (x) => (x > 5 ? x : softplus(x))),
    mistake('x were cut off at ±8', (x) => softplus(Math.max(-8, Math.min(8, x)))),
    mistake('the gradient were dy·y', undefined, (x, dy) => dy * softplus(x)),
    mistake('the gradient were dy·σ(−x)', undefined, (x, dy) => dy * logistic(-x)),
    mistake('the gradient were not multiplied by dy', undefined, logistic),
    mistake('the gradient were that of a rectifier', undefined, (x, dy) => (x > 0 ? dy : 0)),
  ],
});
