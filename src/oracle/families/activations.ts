// Activations: functions of one number, one entry each: its roundings, its words in each dialect, its mistakes. Spec
// bound-activations.

import * as ops from '../../ops/activation.ts';
import { exp } from '../../reference/math.ts';
import { anything, exactly, widest } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import type { ShapedMistake } from '../shapes/setting.ts';
import { said } from './common.ts';
import { activationFamily, mistake, one, tangentOf } from './of-one-number.ts';

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
  inCall: 'slope',
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

interface Factor {
  readonly factor: number;
}

export const scaleFamily = activationFamily<Factor>({
  place: 48,
  name: 'scale',
  make: ops.scale,
  inCall: 'factor',
  own: { factor: { letter: 'f', values: [2, 0.5, -1.5, 0.3, 0.1, 3] } },
  y: ({ mul, constant, own }, x) => mul(constant(own.factor), x),
  dx: ({ mul, constant, own }, _, dy) => mul(constant(own.factor), dy),
  isCalled: false,
  words: {
    onnx: absent,
    torch: absent,
    tensorflow: absent,
    webnn: absent,
    caffe: said(({ factor }) => ({ power: 1, scale: factor, shift: 0 })),
  },
  mistakes: [
    mistake(
      'the numbers were divided',
      (x, { factor }) => x / factor,
      (_, dy, { factor }) => dy / factor,
    ),
    mistake('the factor were added', (x, { factor }) => x + factor),
    mistake('the gradient were dy', undefined, (_, dy) => dy),
    mistake('the magnitude of the factor counted', (x, { factor }) => Math.abs(factor) * x),
  ],
});
