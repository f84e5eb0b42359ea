// Operators of two numbers and more, over shapes that are broadcast. Spec onnx-operator.

import { prelu } from '../../ops/prelu.ts';
import { power } from '../../ops/smooth.ts';
import { pow } from '../../reference/math.ts';
import { type Data, sameShape, sizeOf } from '../../tensor.ts';
import { broadcast, broadcastShape, orderFor } from '../broadcast.ts';
import { byLayer } from '../by-layer.ts';
import { type Call, type Known, type Operator, type Operators, type Plan, unsupported } from '../call.ts';
import { dataFor, isFloat, isWhole } from '../element-types.ts';
import { Value } from '../value.ts';

type Pair = (a: number, b: number) => number;

/** Combines arrays element by element; a single number may stand for all. */
function combined(type: string, parts: readonly Data[], size: number, pair: Pair): Data {
  const y = isFloat(type) && parts[0] instanceof Float64Array ? new Float64Array(size) : dataFor(type, size);
  const [a, b] = parts;
  const [da, db] = [a.length === 1 ? 0 : 1, b.length === 1 ? 0 : 1];
  for (let i = 0; i < size; i++) y[i] = pair(a[i * da], b[i * db]);
  return y;
}

function planned(pair: Pair, type: string, known: readonly Known[]): Plan {
  const shape = broadcastShape(known.map((each) => each.shape));
  const size = sizeOf(shape);
  return {
    outputs: [{ type, shape }],
    run(given) {
      const values = known.map((_, i) => given(i));
      const order = orderFor(values, shape);
      if (values.length === 1) return [values[0]];
      let y = broadcast(values[0], shape, order);
      for (const value of values.slice(1)) y = combined(type, [y, broadcast(value, shape, order)], size, pair);
      return [new Value(type, shape, y, order)];
    },
  };
}

/** Of inputs of one type; `result` is another type of what comes out. */
const arithmetic = (
  versions: readonly number[],
  pairFor: (type: string) => Pair,
  most = 2,
  result?: string,
): Operator => ({
  versions,
  inputs: [most === 2 ? 2 : 1, most],
  plan(call) {
    const known = call.inputs.map((_, i) => call.alike(i));
    const { type } = known[0];
    if (!isWhole(type)) call.floating();
    return planned(pairFor(type), result ?? type, known);
  },
});

/** As `arithmetic`; equal shapes of floating-point numbers are what the library calls a sum. */
const addition = (versions: readonly number[], most: number): Operator => {
  const { plan, ...rest } = arithmetic(versions, () => (a, b) => a + b, most);
  return {
    ...rest,
    plan(call) {
      const made = plan(call);
      const [{ type, shape }] = made.outputs;
      const alike = isFloat(type) && call.inputs.every((each) => each && sameShape(each.shape, shape));
      return alike ? { ...made, merge: 'sum' } : made;
    },
  };
};

/** As `arithmetic`; of floating-point numbers with as many axes and equal batches it is what the library calls a product. */
const multiplication = (versions: readonly number[]): Operator => {
  const { plan, ...rest } = arithmetic(versions, () => (a, b) => a * b);
  return {
    ...rest,
    plan(call) {
      const made = plan(call);
      const [{ type, shape }] = made.outputs;
      const fits = call.inputs.every((each) => each?.shape.length === shape.length && each.shape[0] === shape[0]);
      return isFloat(type) && fits && shape.length > 0 ? { ...made, merge: 'product' } : made;
    },
  };
};

const MANY = 1 << 16;

/** NaN wins. */
const maximum: Pair = (a, b) => (a !== a || b !== b ? Number.NaN : a > b ? a : b);
const minimum: Pair = (a, b) => (a !== a || b !== b ? Number.NaN : a < b ? a : b);

/** With the sign of b, also of 0. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 === b < 0 ? rest : rest + b;
}

/** Of a whole base: what is not whole is cut towards 0. */
const wholePower: Pair = (a, b) => (Number.isInteger(b) && b >= 0 ? Math.round(pow(a, b)) : Math.trunc(pow(a, b)));

/** One constant exponent for an x with axes. */
function exponentOf(call: Call): number | undefined {
  const { shape, constant } = call.at(1);
  if (constant === undefined || shape.length > 0 || call.at(0).shape.length === 0) return undefined;
  const [exponent] = constant().first;
  return Number.isFinite(exponent) ? exponent : undefined;
}

export const arithmetics: Operators = {
  Add: addition([7, 13, 14], 2),
  Sum: addition([8, 13], MANY),
  Sub: arithmetic([7, 13, 14], () => (a, b) => a - b),
  Mul: multiplication([7, 13, 14]),
  /** Whole numbers are cut towards 0. */
  Div: arithmetic([7, 13, 14], (type) => (isFloat(type) ? (a, b) => a / b : (a, b) => Math.trunc(a / b))),
  Max: arithmetic([8, 12, 13], () => maximum, MANY),
  Min: arithmetic([8, 12, 13], () => minimum, MANY),
  Equal: arithmetic([7, 11, 13, 19], () => (a, b) => (a === b ? 1 : 0), 2, 'bool'),
  Less: arithmetic([7, 9, 13], () => (a, b) => (a < b ? 1 : 0), 2, 'bool'),
  Greater: arithmetic([7, 9, 13], () => (a, b) => (a > b ? 1 : 0), 2, 'bool'),
  LessOrEqual: arithmetic([12, 16], () => (a, b) => (a <= b ? 1 : 0), 2, 'bool'),
  GreaterOrEqual: arithmetic([12, 16], () => (a, b) => (a >= b ? 1 : 0), 2, 'bool'),
  And: arithmetic([7], () => (a, b) => (a !== 0 && b !== 0 ? 1 : 0)),
  Or: arithmetic([7], () => (a, b) => (a !== 0 || b !== 0 ? 1 : 0)),
  Xor: arithmetic([7], () => (a, b) => ((a !== 0) !== (b !== 0) ? 1 : 0)),
  /** The remainder has the sign of the divisor, with `fmod` that of the dividend. */
  Mod: {
    versions: [10, 13, 28],
    inputs: [2, 2],
    plan(call) {
      const { type } = call.at(0);
      const isC = call.int('fmod', 0) !== 0;
      if (!isWhole(type) && !(isFloat(type) && (isC || call.version >= 28)))
        unsupported(`Mod takes whole numbers, or with fmod floating-point numbers, got ${type}`);
      const pair: Pair = isC ? (a, b) => a % b : remainder;
      return planned(pair, type, [call.at(0), call.alike(1)]);
    },
  },
  /** The exponent may be of another type since opset 12. */
  Pow: {
    versions: [7, 12, 13, 15],
    inputs: [2, 2],
    plan(call) {
      const { type } = call.at(0);
      if (!isWhole(type)) call.floating();
      const made = planned(isFloat(type) ? pow : wholePower, type, [call.at(0), call.at(1)]);
      if (!isFloat(type)) return made;
      const exponent = exponentOf(call);
      return exponent === undefined ? made : { ...made, step: { layer: power({ exponent }) } };
    },
  },
  /** A slope broadcast to x: for each channel or for all it is the layer, for each place it is computed by loops. */
  PRelu: {
    versions: [7, 9, 16],
    inputs: [2, 2],
    plan(call) {
      const { type, shape } = call.floating();
      const slope = call.alike(1).shape;
      const [C, channel] = [shape[1], slope.length - (shape.length - 1)];
      const shared = slope.every((axis) => axis === 1);
      if (shape.length > 1 && (shared || slope.every((axis, i) => axis === (i === channel ? C : 1))))
        return byLayer(call, {
          layer: prelu({ shared }),
          params: (given) => ({ slope: { shape: [shared ? 1 : C], data: given(1).tensor.data } }),
        });
      const made = planned((x, a) => (x < 0 ? a * x : x), type, [call.at(0), call.alike(1)]);
      if (!sameShape(made.outputs[0].shape, shape))
        unsupported(`the slope must broadcast to x of shape [${shape}], got [${call.at(1).shape}]`);
      return made;
    },
  },
  Not: {
    versions: [1],
    inputs: [1, 1],
    plan(call) {
      const { type, shape } = call.at(0);
      return {
        outputs: [{ type, shape }],
        run: (given) => [
          given(0).with(
            given(0)
              .in(given(0).order)
              .map((x) => (x === 0 ? 1 : 0)),
          ),
        ],
      };
    },
  },
  Where: {
    versions: [9, 16],
    inputs: [3, 3],
    plan(call) {
      const [chosen, a, b] = [call.at(0), call.at(1), call.at(2)];
      if (chosen.type !== 'bool' || a.type !== b.type)
        unsupported(`Where takes bool and two of one type, got ${chosen.type}, ${a.type} and ${b.type}`);
      const shape = broadcastShape([chosen.shape, a.shape, b.shape]);
      return {
        outputs: [{ type: a.type, shape }],
        run(given) {
          const [c, x, y] = [0, 1, 2].map((i) => broadcast(given(i), shape, 'first', false));
          return [
            new Value(
              a.type,
              shape,
              x.map((value, i) => (c[i] !== 0 ? value : y[i])),
            ),
          ];
        },
      };
    },
  },
};
