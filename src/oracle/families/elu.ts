// elu and selu, which are made of exp below 0. Spec bound-elementwise.

import * as ops from '../../ops/smooth.ts';
import { expm1 } from '../../reference/expm1.ts';
import { exp } from '../../reference/math.ts';
import { anything, widest } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import { said } from './common.ts';
import { activationFamily, mistake } from './of-one-number.ts';
import { nothing } from './smooth.ts';

interface Alpha {
  readonly alpha: number;
}

const eluOf = (x: number, alpha: number): number => (x < 0 ? alpha * expm1(x) : x);
const eluSlope = (x: number, alpha: number): number => (x > 0 ? 1 : alpha * exp(x));

export const eluFamily = activationFamily<Alpha>({
  place: 29,
  name: 'elu',
  make: ops.elu,
  inCall: 'alpha',
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
  inCall: 'alpha, gamma',
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
