// Sums, means and extremes over axes, and softmax. Spec onnx-operator. Sums run in float64 and are rounded once.

import { softmax } from '../../ops/softmax.ts';
import { exp, log } from '../../reference/math.ts';
import { type Data, type Shape, sizeOf } from '../../tensor.ts';
import { byLayer } from '../by-layer.ts';
import { type Call, type Operator, type Operators, type Plan, unsupported } from '../call.ts';
import { isFloat } from '../element-types.ts';
import { permuted, Value, zerosLike } from '../value.ts';
import { axesOf } from './shapes.ts';

/** From the numbers of one result, which lie side by side. */
type Reduce = (x: Data) => number;

function reduced(call: Call, inputSince: number, reduce: Reduce): Plan {
  const { type, shape } = call.at(0);
  const stated = axesOf(call, inputSince)?.map((axis) => call.axis(axis, shape.length)) ?? [];
  const none = call.version >= inputSince && call.int('noop_with_empty_axes', 0) !== 0;
  const keep = call.int('keepdims', 1) !== 0;
  const gone = stated.length === 0 && !none ? shape.map((_, i) => i) : [...new Set(stated)];
  const kept = shape.map((_, i) => i).filter((i) => !gone.includes(i));
  const to: Shape = keep ? shape.map((n, i) => (gone.includes(i) ? 1 : n)) : kept.map((i) => shape[i]);
  const size = sizeOf(gone.map((i) => shape[i]));
  return {
    outputs: [{ type, shape: to }],
    run(given) {
      const x = permuted(given(0).first, shape, [...kept, ...gone]);
      const y = zerosLike(x, sizeOf(to));
      for (let i = 0; i < y.length; i++) y[i] = reduce(x.subarray(i * size, (i + 1) * size));
      return [new Value(type, to, y)];
    },
  };
}

const total = (x: Data): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  return sum;
};

const product: Reduce = (x) => {
  let result = 1;
  for (let i = 0; i < x.length; i++) result *= x[i];
  return result;
};

const extreme =
  (isBetter: (a: number, b: number) => boolean): Reduce =>
  (x) => {
    let best = x[0];
    for (let i = 1; i < x.length; i++) if (x[i] !== x[i] || isBetter(x[i], best)) best = x[i];
    return best;
  };

/** The axes became an input in `inputSince`. */
const reduction = (inputSince: number, reduce: Reduce): Operator => ({
  versions: [1, 11, 13, 18].filter((version) => version <= Math.max(13, inputSince)),
  inputs: [1, 2],
  plan: (call) => reduced(call, inputSince, reduce),
});

/** Until opset 13 all axes from `axis` on are one. */
function rowsFrom(call: Call): { readonly axis: number; readonly rows: Shape | undefined } {
  const { type, shape } = call.at(0);
  if (!isFloat(type) || shape.length === 0)
    unsupported(`${call.op} takes floating-point numbers with axes, got ${type} of shape [${shape}]`);
  const axis = call.axis(call.int('axis', call.version < 13 ? 1 : -1), shape.length);
  const isOne = call.version >= 13 || sizeOf(shape.slice(axis)) === shape[axis];
  return { axis, rows: isOne ? undefined : [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))] };
}

/** An axis of the file as the library counts it, channels last. */
const axisLast = (axis: number, rank: number): number => (rank < 3 || axis === 0 ? axis : axis === 1 ? -1 : axis - 1);

export const reductions: Operators = {
  ReduceMean: reduction(18, (x) => total(x) / x.length),
  ReduceSum: reduction(13, total),
  ReduceMax: reduction(
    18,
    extreme((a, b) => a > b),
  ),
  ReduceMin: reduction(
    18,
    extreme((a, b) => a < b),
  ),
  ReduceProd: reduction(18, product),
  Softmax: {
    versions: [1, 11, 13],
    inputs: [1, 1],
    plan(call) {
      const { axis, rows } = rowsFrom(call);
      const { type, shape } = call.at(0);
      if (!rows) return byLayer(call, { layer: softmax({ axis: axisLast(axis, shape.length) }) });
      return {
        outputs: [{ type, shape }],
        run: (given) => [new Value(type, shape, softmax().forward({ shape: rows, data: given(0).first }, {}).data)],
      };
    },
  },
  /** x less its maximum, less the logarithm of the sum of the exponentials. */
  LogSoftmax: {
    versions: [1, 11, 13],
    inputs: [1, 1],
    plan(call) {
      const { axis, rows } = rowsFrom(call);
      const { type, shape } = call.at(0);
      const place = rows ? 1 : axis;
      return {
        outputs: [{ type, shape }],
        run(given) {
          const rowShape = rows ?? shape;
          const last = [...rowShape.slice(0, place), ...rowShape.slice(place + 1), rowShape[place]];
          const order = rowShape.map((_, i) => i).filter((i) => i !== place);
          const x = permuted(given(0).first, rowShape, [...order, place]);
          for (let at = 0; at < x.length; at += rowShape[place]) logSoftmax(x.subarray(at, at + rowShape[place]));
          const back = rowShape.map((_, i) => (i < place ? i : i === place ? rowShape.length - 1 : i - 1));
          return [new Value(type, shape, permuted(x, last, back))];
        },
      };
    },
  },
};

/** In place; in float64, rounded once. */
function logSoftmax(x: Data): void {
  const m = extreme((a, b) => a > b)(x);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += exp(x[i] - m);
  const l = log(sum);
  for (let i = 0; i < x.length; i++) x[i] = x[i] - m - l;
}
