// Powers: y = (shift + scale·x)^exponent. Spec bound-elementwise.

import * as ops from '../../ops/smooth.ts';
import { pow } from '../../reference/math.ts';
import { anything, exactly, type Operations, type Rounded, widest } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import { said } from './common.ts';
import { activationFamily, mistake } from './of-one-number.ts';

interface Power {
  readonly exponent: number;
  readonly scale: number;
  readonly shift: number;
}

const baseOf = ({ add, mul, constant }: Operations, { scale, shift }: Power, x: Rounded): Rounded =>
  add(constant(shift), mul(constant(scale), x));

/** A base to a power: as one function, by products, a root or a quotient. */
function raised(o: Operations, a: Rounded, exponent: number): Rounded {
  const one = exactly(1);
  if (exponent === 0) return one;
  if (exponent === 1) return a;
  if (a.v !== a.v) return a;
  const size = Math.abs(a.v);
  // Of 0, what may be 0, and an infinite base the conventions differ.
  if (size <= a.e || size === 0 || size === Infinity) return exponent > 1 && size === 0 && a.e === 0 ? a : anything;
  if (a.v < 0 && !Number.isInteger(exponent)) return { v: Number.NaN, e: 0 };
  const whole = o.pow({ v: size, e: a.e }, exponent);
  const direct = a.v < 0 && exponent % 2 !== 0 ? o.negated(whole) : whole;
  const others: Readonly<Record<string, () => Rounded>> = {
    2: () => o.mul(a, a),
    3: () => o.mul(o.mul(a, a), a),
    0.5: () => o.sqrt(a),
    [-1]: () => o.div(one, a),
    [-0.5]: () => widest(o.inverseSqrt(a), o.div(one, o.sqrt(a))),
  };
  return widest(direct, ...(others[exponent] ? [others[exponent]()] : []));
}

const powerOf = (x: number, { exponent, scale, shift }: Power): number => pow(shift + scale * x, exponent);
const slopeOf = (x: number, { exponent, scale, shift }: Power): number =>
  exponent === 0 ? 0 : exponent * scale * pow(shift + scale * x, exponent - 1);

export const powerFamily = activationFamily<Power>({
  place: 32,
  name: 'power',
  make: ops.power,
  inCall: 'exponent, scale, shift: (shift + scale · x) to the exponent',
  own: {
    exponent: { letter: 'e', values: [2, 2, 3, 0.5, 1, -1, 0] },
    scale: { letter: 's', values: [1, 1, 0.5, -2] },
    shift: { letter: 'b', values: [0, 0, 1, 10, -0.5] },
  },
  y: (o, x) => raised(o, baseOf(o, o.own, x), o.own.exponent),
  /** dy·exponent·scale·base^(exponent − 1), the factors in any order, or with y/base for the power. */
  dx(o, x, dy) {
    const { mul, constant, own } = o;
    if (own.exponent === 0 || own.scale === 0) return exactly(0);
    const base = baseOf(o, own, x);
    const power = raised(o, base, own.exponent - 1);
    if (power.e === Infinity) return anything;
    const factor = mul(constant(own.exponent), constant(own.scale));
    const quotient = o.div(raised(o, base, own.exponent), base);
    const all = base.v === 0 || quotient.v !== quotient.v ? power : widest(power, quotient);
    return widest(
      mul(dy, mul(factor, all)),
      mul(mul(dy, factor), all),
      mul(constant(own.scale), mul(mul(dy, constant(own.exponent)), all)),
    );
  },
  isCalled: true,
  words: {
    onnx: absent, // Pow has neither scale nor shift, and its exponent is a tensor
    torch: said(({ exponent }) => ({ exponent })),
    tensorflow: absent,
    webnn: absent,
    caffe: said(({ exponent, scale, shift }) => ({ power: exponent, scale, shift })),
  },
  nearest: { torch: (c) => ({ ...c, scale: 1, shift: 0 }) },
  mistakes: [
    mistake('the exponent were 1', (x, own) => powerOf(x, { ...own, exponent: 1 })),
    mistake('the exponent were 2, whatever is given', (x, own) => powerOf(x, { ...own, exponent: 2 })),
    mistake('the scale were ignored', (x, own) => powerOf(x, { ...own, scale: 1 })),
    mistake('the shift were ignored', (x, own) => powerOf(x, { ...own, shift: 0 })),
    mistake('the shift were added after the power', (x, own) => own.shift + powerOf(x, { ...own, shift: 0 })),
    mistake('the scale were applied after the power', (x, own) => own.scale * powerOf(x, { ...own, scale: 1 })),
    mistake('the power were that of the magnitude', (x, { exponent, scale, shift }) =>
      pow(Math.abs(shift + scale * x), exponent),
    ),
    mistake('the gradient were without the exponent', undefined, (x, dy, own) => (dy * slopeOf(x, own)) / own.exponent),
    mistake('the gradient were without the scale', undefined, (x, dy, own) => (dy * slopeOf(x, own)) / own.scale),
    mistake('the gradient were dy·y', undefined, (x, dy, own) => dy * powerOf(x, own)),
  ],
});
