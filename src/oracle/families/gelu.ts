// gelu, by the error function and by tanh. Spec bound-elementwise.

import * as ops from '../../ops/smooth.ts';
import { normalDensity, normalDistribution } from '../../reference/erf.ts';
import { sigmoid as logistic, tanh } from '../../reference/math.ts';
import { anything, exactly, type Operations, type Rounded, widest } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import { said } from './common.ts';
import { activationFamily, mistake, one, tangentOf } from './of-one-number.ts';
import { isInfinite, nothing } from './smooth.ts';

const half = exactly(0.5);

interface Approximate {
  readonly approximate: 'none' | 'tanh';
}

const ROOT = 0.7978845608028654;
// √(2/π)
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

/** tanh(√(2/π)·(x + 0.044715·x³)), which is ±1 where |x| > 8, apart from the inaccuracy of the function. */
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
  inCall: "approximate: 'none' or 'tanh'",
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
