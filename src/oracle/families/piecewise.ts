// Activations of straight lines: clip, hardSigmoid, hardSwish. Spec bound-elementwise.

import * as ops from '../../ops/piecewise.ts';
import { sigmoid as logistic } from '../../reference/math.ts';
import { anything, exactly, type Operations, type Rounded, widest } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import type { ShapedMistake } from '../shapes/setting.ts';
import { said } from './common.ts';
import { activationFamily, mistake, one } from './of-one-number.ts';

const cut = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);

/** The middle one of three numbers, which no errors of theirs move farther than the largest does. */
function between(x: Rounded, low: Rounded, high: Rounded): Rounded {
  if (x.v !== x.v) return x;
  if (x.v + x.e < low.v - low.e) return low;
  if (x.v - x.e > high.v + high.e) return high;
  return { v: cut(x.v, low.v, high.v), e: Math.max(x.e, low.e, high.e) };
}

/** Which side of the limits a number is on: −1, 0 between them, 1; undefined where it may be two. */
function side(x: Rounded, low: Rounded, high: Rounded): number | undefined {
  const isAbove = ({ v, e }: Rounded, limit: Rounded): boolean => v - e > limit.v + limit.e;
  if (isAbove(low, x)) return -1;
  if (isAbove(x, high)) return 1;
  return isAbove(x, low) && isAbove(high, x) ? 0 : undefined;
}

interface Limits {
  readonly min: number;
  readonly max: number;
}

const limited = (name: string, f: (x: number, own: Limits) => number): ShapedMistake<Limits> => mistake(name, f);

export const clipFamily = activationFamily<Limits>({
  place: 24,
  name: 'clip',
  make: ops.clip,
  inCall: 'min, max',
  own: {
    min: { letter: 'a', values: [0, -1, -6, -0.5, 0.25], refused: [30] },
    max: { letter: 'b', values: [6, 1, 2, 0.75, 20], refused: [-30] },
  },
  y: ({ constant, own: { min, max } }, x) => between(x, constant(min), constant(max)),
  /** On a limit there is no derivative. */
  dx({ constant, own: { min, max } }, x, dy) {
    const at = side(x, constant(min), constant(max));
    return at === undefined ? anything : at === 0 ? dy : exactly(0);
  },
  isCalled: false,
  words: {
    onnx: said(({ min, max }) => ({ min, max })),
    torch: said(({ min, max }) => ({ min, max })),
    tensorflow: said(({ min, max }) => ({ clip_value_min: min, clip_value_max: max })),
    webnn: said(({ min, max }) => ({ minValue: min, maxValue: max })),
    caffe: said(({ min, max }) => ({ min, max })),
  },
  mistakes: [
    mistake(
      'NaN were lost in the comparison with a limit',
      (x, { min, max }) => (x === x ? cut(x, min, max) : min),
      undefined,
      true,
    ),
    limited('there were no lower limit', (x, { max }) => Math.min(x, max)),
    limited('there were no upper limit', (x, { min }) => Math.max(x, min)),
    limited('the limits were 0 and 6, whatever is given', (x) => cut(x, 0, 6)),
    limited('the limits were those of the magnitude', (x, { max }) => cut(x, -max, max)),
    limited('values beyond a limit became 0', (x, { min, max }) => (x < min || x > max ? 0 : x)),
    limited('values were stretched between the limits', (x, { min, max }) => min + (max - min) * cut(x, 0, 1)),
    mistake('the gradient were dy everywhere', undefined, (_, dy) => dy),
    mistake('the gradient were dy where x is beyond the limits', undefined, (x, dy, { min, max }) =>
      x < min || x > max ? dy : 0,
    ),
    mistake('the gradient were that without an upper limit', undefined, (x, dy, { min }) => (x > min ? dy : 0)),
    mistake('the gradient were that without a lower limit', undefined, (x, dy, { max }) => (x < max ? dy : 0)),
  ],
});

interface Line {
  readonly alpha: number;
  readonly beta: number;
}

const SIXTH = 1 / 6;
const zero = exactly(0);

/** alpha·x + beta; that with a sixth and ½ may be (x + 3)/6. */
function lineOf({ mul, add, div, constant }: Operations, x: Rounded, { alpha, beta }: Line): Rounded {
  const line = add(mul(constant(alpha), x), constant(beta));
  if (alpha !== SIXTH || beta !== 0.5) return line;
  const raised = add(x, exactly(3));
  return widest(line, div(raised, exactly(6)), mul(raised, constant(SIXTH)));
}

const hard = (x: number, { alpha, beta }: Line): number => cut(alpha * x + beta, 0, 1);
const inside = (x: number, { alpha, beta }: Line): boolean => alpha * x + beta > 0 && alpha * x + beta < 1;

export const hardSigmoidFamily = activationFamily<Line>({
  place: 25,
  name: 'hardSigmoid',
  make: ops.hardSigmoid,
  inCall: 'alpha, beta',
  own: {
    alpha: { letter: 'a', values: [0.25, 0.5, 0.2, SIXTH, -0.125] },
    beta: { letter: 'b', values: [0.5, 0.5, 0.25, 1] },
  },
  y: (o, x) => between(lineOf(o, x, o.own), zero, one),
  /** Where the line reaches 0 or 1 there is no derivative. */
  dx(o, x, dy) {
    const at = side(lineOf(o, x, o.own), zero, one);
    return at === undefined ? anything : at === 0 ? o.mul(o.constant(o.own.alpha), dy) : zero;
  },
  isCalled: false,
  words: {
    onnx: said(({ alpha, beta }) => ({ alpha, beta })),
    torch: said(() => ({})),
    tensorflow: absent, // Keras 2 has a fifth, Keras 3 a sixth
    webnn: said(({ alpha, beta }) => ({ alpha, beta })),
    caffe: absent,
  },
  nearest: { torch: (c) => ({ ...c, alpha: SIXTH, beta: 0.5 }) },
  mistakes: [
    mistake('it were not cut off at 1', (x, { alpha, beta }) => Math.max(0, alpha * x + beta)),
    mistake('it were not cut off at 0', (x, { alpha, beta }) => Math.min(1, alpha * x + beta)),
    mistake('alpha were 0.2, whatever is given', (x, { beta }) => hard(x, { alpha: 0.2, beta })),
    mistake('alpha were 1/6, whatever is given', (x, { beta }) => hard(x, { alpha: SIXTH, beta })),
    mistake('beta were 0.5, whatever is given', (x, { alpha }) => hard(x, { alpha, beta: 0.5 })),
    mistake('beta were 0', (x, { alpha }) => hard(x, { alpha, beta: 0 })),
    mistake('alpha and beta were exchanged', (x, { alpha, beta }) => hard(x, { alpha: beta, beta: alpha })),
    mistake('it were alpha·(x + beta)', (x, { alpha, beta }) => hard(x, { alpha, beta: alpha * beta })),
    mistake('the gradient were alpha·dy everywhere', undefined, (_, dy, { alpha }) => alpha * dy),
    mistake('the gradient were not multiplied by alpha', undefined, (x, dy, own) => (inside(x, own) ? dy : 0)),
    mistake('the gradient were alpha, without dy', undefined, (x, _, own) => (inside(x, own) ? own.alpha : 0)),
  ],
});

const sixth: Line = { alpha: SIXTH, beta: 0.5 };
const swished = (x: number): number => x * hard(x, sixth);

export const hardSwishFamily = activationFamily({
  place: 26,
  name: 'hardSwish',
  make: ops.hardSwish,
  /** x·h, or the product is divided at the end. */
  y(o, x) {
    if (x.v === -Infinity) return anything;
    const { mul, add, div, constant } = o;
    const six = exactly(6);
    const product = mul(x, between(add(x, exactly(3)), zero, six));
    return widest(mul(x, between(lineOf(o, x, sixth), zero, one)), div(product, six), mul(product, constant(SIXTH)));
  },
  /** dy, 0, or dy·(h + x/6), dy·(x/3 + ½), dy·(2x + 3)/6; where h reaches 0 or 1 there is no derivative. */
  dx(o, x, dy) {
    const { mul, add, div, constant } = o;
    const h = lineOf(o, x, sixth);
    const at = side(h, zero, one);
    if (at !== 0) return at === undefined ? anything : at === 1 ? dy : zero;
    const two = add(mul(exactly(2), x), exactly(3));
    const slopes = [
      add(h, mul(constant(SIXTH), x)),
      add(h, div(x, exactly(6))),
      add(div(x, exactly(3)), exactly(0.5)),
      add(mul(constant(1 / 3), x), exactly(0.5)),
      div(two, exactly(6)),
      mul(constant(SIXTH), two),
    ] as const;
    return widest(mul(dy, widest(...slopes)), div(mul(dy, two), exactly(6)));
  },
  isCalled: false,
  words: {
    onnx: said(() => ({})),
    torch: said(() => ({})),
    tensorflow: said(() => ({})),
    webnn: said(() => ({})),
    caffe: absent,
  },
  mistakes: [
    mistake('it were not multiplied by x', (x) => hard(x, sixth)),
    mistake('it were not cut off above 3', (x) => x * Math.max(0, x / 6 + 0.5)),
    mistake('it were not cut off below −3', (x) => x * Math.min(1, x / 6 + 0.5)),
    mistake('the slope of its line were 0.2', (x) => x * hard(x, { alpha: 0.2, beta: 0.5 })),
    mistake('it were x·σ(x)', (x) => x * logistic(x)),
    mistake('the gradient were dy·h', undefined, (x, dy) => dy * hard(x, sixth)),
    mistake('the gradient were dy everywhere', undefined, (_, dy) => dy),
    mistake('the gradient were y', undefined, (x) => swished(x)),
    mistake('the gradient were dy·(x/3 + ½) everywhere', undefined, (x, dy) => dy * (x / 3 + 0.5)),
  ],
});
