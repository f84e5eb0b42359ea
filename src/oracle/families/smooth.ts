// Smooth activations made of exp, erf or the logistic function: silu, gelu, elu, selu, softplus. Spec bound-elementwise.

import * as ops from '../../ops/smooth.ts';
import { normalDensity, normalDistribution } from '../../reference/erf.ts';
import { expm1 } from '../../reference/expm1.ts';
import { exp, sigmoid as logistic, softplus, tanh } from '../../reference/math.ts';
import { anything, exactly, type Operations, type Rounded, widest } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import { activationFamily, mistake, one, tangentOf } from './activation.ts';
import { said } from './common.ts';

const nothing = said<never>(() => ({}));
const half = exactly(0.5);
const isInfinite = ({ v }: Rounded): boolean => v === Infinity || v === -Infinity;
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

interface Approximate {
  readonly approximate: 'none' | 'tanh';
}

const ROOT = 0.7978845608028654; // √(2/π)
const CUBE = 0.044715;
const byTangent = (x: number): number => 0.5 * x * (1 + tanh(ROOT * (x + CUBE * x * x * x)));
const byDistribution = (x: number): number => x * normalDistribution(x);
const geluOf = (x: number, { approximate }: Approximate): number =>
  approximate === 'tanh' ? byTangent(x) : byDistribution(x);
const geluSlope = (x: number): number => normalDistribution(x) + x * normalDensity(x);

/** ½ + ½·erf(x/√2). */
function distribution({ add, mul, div, erf, constant }: Operations, x: Rounded): Rounded {
  const scaled = widest(mul(x, constant(Math.SQRT1_2)), div(x, constant(Math.SQRT2)));
  return mul(half, add(one, erf(scaled)));
}

/** tanh(√(2/π)·(x + 0.044715·x³)), which is ±1 where |x| > 8 but for the inaccuracy of the function. */
function tangent(o: Operations, x: Rounded): Rounded {
  const { add, mul, constant } = o;
  if (x.v - x.e > 8 || x.v + x.e < -8) return { v: Math.sign(x.v), e: tangentOf(o, exactly(12)).e };
  const square = mul(x, x);
  const cubes = [mul(constant(CUBE), mul(square, x)), mul(mul(constant(CUBE), square), x)] as const;
  const inner = widest(add(x, widest(...cubes)), mul(x, add(one, mul(constant(CUBE), square))));
  return tangentOf(o, mul(constant(ROOT), inner));
}

const share = (o: Operations & { readonly own: Approximate }, x: Rounded): Rounded =>
  o.own.approximate === 'tanh' ? o.mul(half, o.add(one, tangent(o, x))) : distribution(o, x);

export const geluFamily = activationFamily<Approximate>({
  place: 28,
  name: 'gelu',
  make: ops.gelu,
  own: { approximate: { letter: 'a', values: ['none', 'tanh'] } },
  y: (o, x) => (isInfinite(x) ? anything : o.mul(x, share(o, x))),
  dx(o, x, dy) {
    if (isInfinite(x)) return anything;
    const { mul, add, sub, exp, constant, own } = o;
    const whole = share(o, x);
    const square = mul(x, x);
    if (own.approximate === 'none') {
      const bell = exp(mul(exactly(-0.5), square));
      return mul(dy, add(whole, mul(x, mul(constant(0.3989422804014327), bell))));
    }
    const t = tangent(o, x);
    const inner = mul(constant(ROOT), add(one, mul(mul(exactly(3), constant(CUBE)), square)));
    const rest = widest(sub(one, mul(t, t)), mul(sub(one, t), add(one, t)));
    return mul(dy, add(whole, mul(mul(half, x), mul(rest, inner))));
  },
  isCalled: true,
  words: {
    onnx: said(({ approximate }) => ({ approximate })),
    torch: said(({ approximate }) => ({ approximate })),
    tensorflow: said(({ approximate }) => ({ approximate: approximate === 'tanh' })),
    webnn: nothing,
    caffe: absent,
  },
  nearest: { webnn: (c) => ({ ...c, approximate: 'none' }) },
  mistakes: [
    mistake('it were the approximation by tanh, whatever is given', byTangent),
    mistake('it were not approximated, whatever is given', byDistribution),
    mistake('it were approximated by x·σ(1.702·x)', (x) => x * logistic(1.702 * x)),
    mistake('the error function got x in place of x/√2', (x) => x * normalDistribution(x * Math.SQRT2)),
    mistake('it were not halved', (x, own) => 2 * geluOf(x, own)),
    mistake('it were not multiplied by x', (x) => normalDistribution(x)),
    mistake('the gradient were dy·Φ(x)', undefined, (x, dy) => dy * normalDistribution(x)),
    mistake('the gradient were not multiplied by dy', undefined, geluSlope),
    mistake('the gradient were that without approximation, whatever is given', undefined, (x, dy) => dy * geluSlope(x)),
  ],
});

interface Alpha {
  readonly alpha: number;
}

const eluOf = (x: number, alpha: number): number => (x < 0 ? alpha * expm1(x) : x);
const eluSlope = (x: number, alpha: number): number => (x > 0 ? 1 : alpha * exp(x));

export const eluFamily = activationFamily<Alpha>({
  place: 29,
  name: 'elu',
  make: ops.elu,
  own: { alpha: { letter: 'a', values: [1, 1, 0.5, 2, 0.1] } },
  y: (o, x) => (x.v < 0 ? o.mul(o.constant(o.own.alpha), o.expm1(x)) : x),
  /** dy, or dy·alpha·exp(x), also as dy·(y + alpha). */
  dx(o, x, dy) {
    if (!(x.v < 0)) return x.v > 0 ? dy : anything;
    const { mul, add, constant, own } = o;
    const alpha = constant(own.alpha);
    const slope = widest(mul(alpha, o.exp(x)), add(mul(alpha, o.expm1(x)), alpha));
    return widest(mul(dy, slope), mul(mul(dy, alpha), o.exp(x)));
  },
  isCalled: true,
  words: {
    onnx: said(({ alpha }) => ({ alpha })),
    torch: said(({ alpha }) => ({ alpha })),
    tensorflow: said(({ alpha }) => ({ alpha })),
    webnn: said(({ alpha }) => ({ alpha })),
    caffe: said(({ alpha }) => ({ alpha })),
  },
  mistakes: [
    mistake(
      'alpha were 1, whatever is given',
      (x) => eluOf(x, 1),
      (x, dy) => dy * eluSlope(x, 1),
    ),
    mistake('1 were not subtracted from exp', (x, { alpha }) => (x < 0 ? alpha * exp(x) : x)),
    mistake('values below 0 gave 0', (x) => (x < 0 ? 0 : x)),
    mistake('alpha were applied to values above 0 too', (x, { alpha }) => alpha * (x < 0 ? expm1(x) : x)),
    mistake('alpha were applied to x in exp', (x, { alpha }) => (x < 0 ? expm1(alpha * x) : x)),
    mistake('the gradient were dy everywhere', undefined, (_, dy) => dy),
    mistake('the gradient were dy·y below 0', undefined, (x, dy, { alpha }) => (x > 0 ? dy : dy * eluOf(x, alpha))),
    mistake('the gradient were without alpha, dy·exp(x), below 0', undefined, (x, dy) => dy * eluSlope(x, 1)),
    mistake('the gradient were 0 where x is below 0', undefined, (x, dy) => (x > 0 ? dy : 0)),
  ],
});

interface Scaled extends Alpha {
  readonly gamma: number;
}

const ALPHA = 1.6732632423543772;
const GAMMA = 1.0507009873554805;

export const seluFamily = activationFamily<Scaled>({
  place: 30,
  name: 'selu',
  make: ops.selu,
  own: {
    alpha: { letter: 'a', values: [ALPHA, ALPHA, 0.5, 2] },
    gamma: { letter: 'g', values: [GAMMA, GAMMA, 0.5, 2] },
  },
  /** gamma·(alpha·(exp − 1)), or with the product of the factors. */
  y(o, x) {
    const { mul, constant, own } = o;
    const [alpha, gamma] = [constant(own.alpha), constant(own.gamma)];
    if (!(x.v < 0)) return mul(gamma, x);
    const below = o.expm1(x);
    return widest(mul(gamma, mul(alpha, below)), mul(mul(gamma, alpha), below));
  },
  dx(o, x, dy) {
    const { mul, add, constant, own } = o;
    const [alpha, gamma] = [constant(own.alpha), constant(own.gamma)];
    if (!(x.v < 0)) return x.v > 0 ? mul(gamma, dy) : anything;
    const both = mul(gamma, alpha);
    const slopes = [
      mul(both, o.exp(x)),
      mul(gamma, mul(alpha, o.exp(x))),
      add(mul(both, o.expm1(x)), both),
      add(mul(gamma, mul(alpha, o.expm1(x))), both),
    ] as const;
    return widest(mul(dy, widest(...slopes)), mul(mul(dy, both), o.exp(x)), mul(mul(mul(dy, gamma), alpha), o.exp(x)));
  },
  isCalled: true,
  words: {
    onnx: said(({ alpha, gamma }) => ({ alpha, gamma })),
    torch: nothing,
    tensorflow: nothing,
    webnn: absent,
    caffe: absent,
  },
  nearest: {
    torch: (c) => ({ ...c, alpha: ALPHA, gamma: GAMMA }),
    tensorflow: (c) => ({ ...c, alpha: ALPHA, gamma: GAMMA }),
  },
  mistakes: [
    mistake('gamma were 1', (x, { alpha }) => eluOf(x, alpha)),
    mistake('alpha were 1', (x, { gamma }) => gamma * eluOf(x, 1)),
    mistake('alpha and gamma were exchanged', (x, { alpha, gamma }) => alpha * eluOf(x, gamma)),
    mistake('alpha and gamma were the usual ones, whatever is given', (x) => GAMMA * eluOf(x, ALPHA)),
    mistake('values above 0 stayed as they are', (x, { alpha, gamma }) => (x < 0 ? gamma * alpha * expm1(x) : x)),
    mistake('the gradient were without gamma', undefined, (x, dy, { alpha }) => dy * eluSlope(x, alpha)),
    mistake('the gradient were without alpha', undefined, (x, dy, { gamma }) => gamma * dy * eluSlope(x, 1)),
    mistake('the gradient were gamma·dy everywhere', undefined, (_, dy, { gamma }) => gamma * dy),
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
