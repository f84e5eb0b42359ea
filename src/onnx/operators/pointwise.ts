// Operators of one number: those that the library has as layers, and others as plain loops. Spec onnx-operator.
// In float32 every operation is rounded.

import { identity } from '../../layer/identity.ts';
import type { Layer } from '../../layer/layer.ts';
import { leakyRelu, relu, scale, sigmoid, tanh } from '../../ops/activation.ts';
import { clip, hardSigmoid, hardSwish } from '../../ops/piecewise.ts';
import { elu, gelu, selu, silu, softplus } from '../../ops/smooth.ts';
import { erf } from '../../reference/erf.ts';
import { expm1 } from '../../reference/expm1.ts';
import { exp, log, sigmoid as logistic } from '../../reference/math.ts';
import { type Round, roundingOf } from '../../rounding.ts';
import { type Data, sizeOf } from '../../tensor.ts';
import { type Call, type Operator, type Operators, type Plan, unsupported } from '../call.ts';
import { isFloat } from '../element-types.ts';

type Point = (x: number, round: Round) => number;

/** A loop over the elements in whichever order they are. */
const pointwise = (versions: readonly number[], make: (call: Call) => Point, whole = false): Operator => ({
  versions,
  inputs: [1, 1],
  plan(call) {
    const { type, shape } = call.at(0);
    if (!isFloat(type) && !whole) unsupported(`${call.op} takes floating-point numbers, got ${type}`);
    const point = make(call);
    return { outputs: [{ type, shape }], run: (given) => [given(0).with(mapped(given(0).in(given(0).order), point))] };
  },
});

/** A layer that acts number by number, in whichever order they are; also on a number without axes. */
function elementwise(call: Call, layer: Layer): Plan {
  const { type, shape } = call.at(0);
  const size = sizeOf(shape);
  return {
    outputs: [{ type, shape }],
    ...(shape.length > 0 && { step: { layer } }),
    run(given) {
      const x = given(0).in(given(0).order);
      return [size === 0 ? given(0) : given(0).with(layer.forward({ shape: [size], data: x }, {}).data)];
    },
  };
}

const anywhere = (versions: readonly number[], make: (call: Call) => Layer): Operator => ({
  versions,
  inputs: [1, 1],
  plan(call) {
    if (!isFloat(call.at(0).type)) unsupported(`${call.op} takes floating-point numbers, got ${call.at(0).type}`);
    return elementwise(call, make(call));
  },
});

export function mapped(x: Data, point: Point): Data {
  const round = roundingOf(x);
  const y = x.slice();
  for (let i = 0; i < y.length; i++) y[i] = point(x[i], round);
  return y;
}

/** min(max(x, low), high): high where low is higher; NaN stays. */
const between =
  (low: number, high: number): Point =>
  (x) =>
    x < low ? Math.min(low, high) : x > high ? high : x;

/** A bound that is given as an input, where it has one. */
function boundOf(call: Call, i: number, otherwise: number): number {
  if (!call.has(i)) return otherwise;
  const [value] = call.numbers(i, i === 1 ? 'min' : 'max');
  return value;
}

/** x·share where the share tends to 0 faster than x to −∞. */
const vanishing = (x: number, share: number): number => (x === Number.NEGATIVE_INFINITY ? -0 : x * share);

/** ½ goes to the even neighbour. */
function halfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

export const pointwises: Operators = {
  Identity: {
    versions: [1, 13, 14, 16, 19, 21, 23, 24, 25],
    inputs: [1, 1],
    plan(call) {
      const { type, shape } = call.at(0);
      return { outputs: [{ type, shape }], step: { layer: identity() }, run: (given) => [given(0)] };
    },
  },
  Dropout: {
    versions: [7, 10, 12, 13, 22],
    inputs: [1, 3],
    /** Nothing outside of training. */
    plan(call) {
      if (call.version < 12) call.float('ratio', 0.5);
      else call.int('seed', 0);
      if (call.has(2) && call.numbers(2, 'training_mode')[0] !== 0) unsupported('training_mode must be false');
      const { type, shape } = call.at(0);
      return { outputs: [{ type, shape }], step: { layer: identity() }, run: (given) => [given(0)] };
    },
  },
  Relu: anywhere([6, 13, 14], () => relu()),
  LeakyRelu: anywhere([6, 16], (call) => leakyRelu({ slope: call.float('alpha', 0.01) })),
  Sigmoid: anywhere([6, 13], () => sigmoid()),
  Tanh: anywhere([6, 13], () => tanh()),
  Neg: {
    versions: [6, 13],
    inputs: [1, 1],
    plan(call) {
      const { type, shape } = call.at(0);
      const step = isFloat(type) && { step: { layer: scale({ factor: -1 }) } };
      return {
        outputs: [{ type, shape }],
        ...step,
        run: (given) => [given(0).with(mapped(given(0).in(given(0).order), (x) => -x))],
      };
    },
  },
  /** Until opset 11 the bounds were attributes. */
  Clip: {
    versions: [6, 11, 12, 13],
    inputs: [1, 3],
    plan(call) {
      const { type, shape } = call.at(0);
      const [low, high] =
        call.version < 11
          ? [call.float('min', -Infinity), call.float('max', Infinity)]
          : [boundOf(call, 1, -Infinity), boundOf(call, 2, Infinity)];
      if (isFloat(type) && low <= high)
        return elementwise(call, low === 0 && high === Infinity ? relu() : clip({ min: low, max: high }));
      const point = between(low, high);
      return {
        outputs: [{ type, shape }],
        run: (given) => [given(0).with(mapped(given(0).in(given(0).order), point))],
      };
    },
  },
  HardSigmoid: anywhere([6, 22], (call) =>
    hardSigmoid({ alpha: call.float('alpha', 0.2), beta: call.float('beta', 0.5) }),
  ),
  HardSwish: anywhere([14, 22], () => hardSwish()),
  Elu: anywhere([6, 22], (call) => elu({ alpha: call.float('alpha', 1) })),
  Selu: anywhere([6, 22], (call) =>
    selu({ alpha: call.float('alpha', 1.6732631921768188), gamma: call.float('gamma', 1.0507010221481323) }),
  ),
  Softplus: anywhere([1, 22], () => softplus()),
  Gelu: anywhere([20], (call) => {
    const approximate = call.text('approximate', 'none');
    if (approximate !== 'none' && approximate !== 'tanh')
      unsupported(`attribute 'approximate' must be none or tanh, got '${approximate}'`);
    return gelu({ approximate });
  }),
  /** x · σ(αx) */
  Swish: {
    versions: [24],
    inputs: [1, 1],
    plan(call) {
      const alpha = call.float('alpha', 1);
      const { plan } =
        alpha === 1 ? anywhere([], () => silu()) : pointwise([], () => (x) => vanishing(x, logistic(alpha * x)));
      return plan(call);
    },
  },
  /** x · tanh(log(1 + eˣ)) = x·n / (n + 2) with n = eˣ·(eˣ + 2). */
  Mish: pointwise([18, 22], () => (x) => {
    const e = exp(Math.min(x, 40)); // beyond, the quotient is 1
    const n = e * (e + 2);
    return vanishing(x, n / (n + 2));
  }),
  Celu: pointwise([12, 28], (call) => {
    const alpha = call.float('alpha', 1);
    return (x) => (x < 0 ? alpha * expm1(x / alpha) : x);
  }),
  Erf: pointwise([9, 13], () => erf),
  Softsign: pointwise([1, 22], () => (x, round) => x / round(1 + Math.abs(x))),
  Exp: pointwise([6, 13], () => exp),
  Log: pointwise([6, 13], () => log),
  Sqrt: pointwise([6, 13], () => Math.sqrt),
  Reciprocal: pointwise([6, 13], () => (x) => 1 / x),
  Abs: pointwise([6, 13], () => Math.abs, true),
  Sign: pointwise([9, 13], () => Math.sign, true),
  Floor: pointwise([6, 13], () => Math.floor),
  Ceil: pointwise([6, 13], () => Math.ceil),
  Round: pointwise([11, 22], () => halfToEven),
};
