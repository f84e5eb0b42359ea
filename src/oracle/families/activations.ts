// Activations: functions of one number, one entry each: its roundings, its words in each dialect, its mistakes. Spec
// bound-activations.

import * as ops from '../../ops/activation.ts';
import { exp } from '../../reference/math.ts';
import type { Bound } from '../bounds/bound.ts';
import {
  anything,
  boundFrom,
  exactly,
  type Operations,
  operationsOf,
  type Rounded,
  widest,
} from '../bounds/rounded.ts';
import { type ShapedParts, shapedFamily } from '../shapes/family.ts';
import { fromX, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { said } from './common.ts';

/** The operations, and the attributes of the layer. */
type With<A> = Operations & { readonly own: A };

interface Activation<A extends object>
  extends Pick<ShapedParts<A>, 'place' | 'name' | 'make' | 'own' | 'words' | 'mistakes'> {
  y(o: With<A>, x: Rounded): Rounded;
  /** dx of one element; anything where libraries differ. */
  dx(o: With<A>, x: Rounded, dy: Rounded): Rounded;
  /** Whether functions such as exp take part. Spec bound-functions. */
  readonly isCalled: boolean;
}

function activationFamily<A extends object>({ y, dx, isCalled, ...parts }: Activation<A>) {
  return shapedFamily<A>({
    ...parts,
    everyday: [
      [[1, 6, 6, 8], 'exact'],
      [[3, 10], 'exact'],
      [[2, 4, 5, 3], 'real'],
      [[1, 8, 8, 16], 'real'],
    ],
    bounds(layer, operands, profile): Readonly<Record<string, Bound>> {
      const operations = operationsOf(profile);
      const o = { ...operations, own: layer.attributes as A };
      const x = Array.from(operands.x.data, operations.given);
      if (!operands.dy)
        return {
          y: boundFrom(
            x.map((each) => y(o, each)),
            profile,
            isCalled,
          ),
        };
      const dy = Array.from(operands.dy.data, operations.given);
      return {
        x: boundFrom(
          x.map((each, i) => dx(o, each, dy[i])),
          profile,
          isCalled,
        ),
      };
    },
    /** Where a maximum may lose a NaN, so may a rectifier made of maxima. */
    keepsNaN: ({ conventions }) => conventions.nan !== 'open',
  });
}

/** A mistake in every element: what becomes of x, and of dy. */
function mistake<A extends object = object>(
  name: string,
  y: ((x: number, own: A) => number) | undefined,
  dx?: (x: number, dy: number, own: A) => number,
  isAboutNaN = false,
): ShapedMistake<A> {
  const own = (s: ShapedSetting<A>): A => s.layer.attributes as A;
  return {
    name,
    ...(isAboutNaN && { isAboutNaN }),
    ...(y && { result: (s: ShapedSetting<A>) => fromX(s, (i) => y(s.x[i], own(s))) }),
    ...(dx && { gradient: (s: ShapedSetting<A>) => ({ x: fromX(s, (i) => dx(s.x[i], s.dy[i], own(s))) }) }),
  };
}

const one = exactly(1);
const nothing = said<never>(() => ({}));
const inEvery = { onnx: nothing, torch: nothing, tensorflow: nothing, webnn: nothing };

const lost = mistake('NaN were lost in the comparison with 0', (x: number) => (x > 0 ? x : 0), undefined, true);

export const reluFamily = activationFamily({
  place: 8,
  name: 'relu',
  make: ops.relu,
  y: (_, x) => (x.v < 0 ? exactly(0) : x),
  /** At 0 there is no derivative. */
  dx: (_, x, dy) => (x.v > 0 ? dy : x.v === 0 ? anything : exactly(0)),
  isCalled: false,
  words: { ...inEvery, caffe: said(() => ({ negative_slope: 0 })) },
  mistakes: [
    lost,
    mistake('values below 0 stayed as they are', (x) => x),
    mistake('values below 0 gave their magnitude', Math.abs),
    mistake('values above 6 were cut off at 6', (x) => (x < 0 ? 0 : Math.min(x, 6))),
    mistake('a hundredth of values below 0 stayed', (x) => (x < 0 ? 0.01 * x : x)),
    mistake('the gradient were dy everywhere', undefined, (_, dy) => dy),
    mistake('the gradient were dy where dy is above 0 too, and 0 elsewhere', undefined, (x, dy) =>
      x > 0 && dy > 0 ? dy : 0,
    ),
    mistake('the gradient were dy where x is below 0', undefined, (x, dy) => (x > 0 ? 0 : dy)),
    mistake('the gradient were that of values cut off at 6', undefined, (x, dy) => (x > 0 && x < 6 ? dy : 0)),
  ],
});

interface Slope {
  readonly slope: number;
}

const leaky = (name: string, f: (own: Slope) => number): ShapedMistake<Slope> =>
  mistake(
    `the slope were ${name}`,
    (x, own) => (x < 0 ? f(own) * x : x),
    (x, dy, own) => (x > 0 ? dy : f(own) * dy),
  );

export const leakyReluFamily = activationFamily<Slope>({
  place: 9,
  name: 'leakyRelu',
  make: ops.leakyRelu,
  own: { slope: { letter: 's', values: [0.5, 0.25, 0.01, 2, 0.2, -0.5] } },
  y: ({ mul, constant, own }, x) => (x.v < 0 ? mul(constant(own.slope), x) : x),
  dx: ({ mul, constant, own }, x, dy) => (x.v > 0 ? dy : x.v === 0 ? anything : mul(constant(own.slope), dy)),
  isCalled: false,
  words: {
    onnx: said(({ slope }) => ({ alpha: slope })),
    torch: said(({ slope }) => ({ negative_slope: slope })),
    tensorflow: said(({ slope }) => ({ alpha: slope })),
    webnn: said(({ slope }) => ({ alpha: slope })),
    caffe: said(({ slope }) => ({ negative_slope: slope })),
  },
  mistakes: [
    mistake(
      'NaN were lost in the comparison with 0',
      (x, { slope }) => (x > 0 ? x : x < 0 ? slope * x : 0),
      undefined,
      true,
    ),
    leaky('0', () => 0),
    leaky('1', () => 1),
    leaky('0.01, whatever is given', () => 0.01),
    leaky('0.2, whatever is given', () => 0.2),
    leaky('0.3, whatever is given', () => 0.3),
    leaky('its own square', ({ slope }) => slope * slope),
    mistake(
      'the slope were applied to values above 0 instead of those below',
      (x, { slope }) => (x > 0 ? slope * x : x),
      (x, dy, { slope }) => (x > 0 ? slope * dy : dy),
    ),
    mistake('the larger of x and slope·x were taken', (x, { slope }) => Math.max(x, slope * x)),
    mistake('the gradient were 0 where x is below 0', undefined, (x, dy) => (x > 0 ? dy : 0)),
  ],
});

const sigma = (x: number): number => 1 / (1 + exp(-x));

export const sigmoidFamily = activationFamily({
  place: 10,
  name: 'sigmoid',
  make: ops.sigmoid,
  y: ({ sigmoid }, x) => sigmoid(x),
  /** dy·(y·(1 − y)), with the other order of the products, or from σ(x)·σ(−x). */
  dx({ sigmoid, mul, sub, negated }, x, dy) {
    const y = sigmoid(x);
    const slope = widest(mul(y, sub(one, y)), mul(y, sigmoid(negated(x))));
    return widest(mul(dy, slope), mul(mul(dy, y), sub(one, y)));
  },
  isCalled: true,
  words: { ...inEvery, caffe: nothing },
  mistakes: [
    mistake(
      'the sign of x were lost in exp',
      (x) => sigma(-x),
      (x, dy) => -dy * sigma(x) * sigma(-x),
    ),
    mistake('it were the piecewise linear one, 0.2·x + 0.5', (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5))),
    mistake('it were the piecewise linear one, x/6 + 0.5', (x) => Math.min(1, Math.max(0, x / 6 + 0.5))),
    mistake('it were the hyperbolic tangent', (x) => 2 * sigma(2 * x) - 1),
    mistake('it were x·σ(x)', (x) => x * sigma(x)),
    mistake('x were cut off at ±8', (x) => sigma(Math.max(-8, Math.min(8, x)))),
    mistake('the gradient were that of x in place of y, x·(1 − x)', undefined, (x, dy) => dy * x * (1 - x)),
    mistake('the gradient were not multiplied by dy', undefined, (x) => sigma(x) * sigma(-x)),
    mistake(
      'the gradient were that of a hyperbolic tangent, 1 − y²',
      undefined,
      (x, dy) => dy * (1 - sigma(x) * sigma(x)),
    ),
    mistake('the gradient were dy·y', undefined, (x, dy) => dy * sigma(x)),
  ],
});

const tangent = (x: number): number => 2 * sigma(2 * x) - 1;

export const tanhFamily = activationFamily({
  place: 11,
  name: 'tanh',
  make: ops.tanh,
  y: (o, x) => tangentOf(o, x),
  /** dy·(1 − y²), dy·(1 − y)·(1 + y), or 4·dy·σ(2x)·σ(−2x). */
  dx(o, x, dy) {
    const { mul, sub, add, sigmoid, negated } = o;
    const y = tangentOf(o, x);
    const twice = mul(exactly(2), x);
    const slopes = [
      sub(one, mul(y, y)),
      mul(sub(one, y), add(one, y)),
      mul(exactly(4), mul(sigmoid(twice), sigmoid(negated(twice)))),
    ] as const;
    return mul(dy, widest(...slopes));
  },
  isCalled: true,
  words: { ...inEvery, caffe: nothing },
  mistakes: [
    mistake(
      'it were the logistic function',
      (x) => sigma(x),
      (x, dy) => dy * sigma(x) * sigma(-x),
    ),
    mistake('it were x cut off at ±1', (x) => Math.max(-1, Math.min(1, x))),
    mistake('x were halved', (x) => tangent(x / 2)),
    mistake('x were doubled', (x) => tangent(2 * x)),
    mistake('x were cut off at ±4', (x) => tangent(Math.max(-4, Math.min(4, x)))),
    mistake('it were that of the magnitude of x', (x) => tangent(Math.abs(x))),
    mistake('the gradient were that of x in place of y, 1 − x²', undefined, (x, dy) => dy * (1 - x * x)),
    mistake('the gradient were not multiplied by dy', undefined, (x) => 1 - tangent(x) * tangent(x)),
    mistake(
      'the gradient were that of a logistic function, y·(1 − y)',
      undefined,
      (x, dy) => dy * tangent(x) * (1 - tangent(x)),
    ),
    mistake('the gradient were 1 − y', undefined, (x, dy) => dy * (1 - tangent(x))),
  ],
});

/** As one function, by exp of 2x, or by the logistic function. */
function tangentOf({ tanh, sigmoid, mul, sub, add, exp, div, negated }: Operations, x: Rounded): Rounded {
  const twice = mul(exactly(2), x);
  const bySigma = sub(mul(exactly(2), sigmoid(twice)), one);
  if (Math.abs(x.v) > 40) return widest(tanh(x), bySigma);
  const [up, down] = [exp(twice), exp(negated(twice))];
  return widest(
    tanh(x),
    bySigma,
    div(sub(up, one), add(up, one)),
    div(sub(one, down), add(one, down)),
    sub(one, div(exactly(2), add(up, one))),
  );
}
