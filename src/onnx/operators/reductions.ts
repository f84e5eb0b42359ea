// Sums, means and extremes over axes, and softmax. Spec onnx-operator. Sums run in float64 and are rounded once.

import type { Layer } from '../../layer/layer.ts';
import { globalAvgPool, globalMaxPool } from '../../ops/global-pool.ts';
import { logSoftmax } from '../../ops/log-softmax.ts';
import { softmax } from '../../ops/softmax.ts';
import { type Data, type Shape, sizeOf } from '../../tensor.ts';
import { byLayer } from '../by-layer.ts';
import { type Call, type Operator, type Operators, type Plan, unsupported } from '../call.ts';
import { isFloat } from '../element-types.ts';
import { permuted, Value, zerosLike } from '../value.ts';
import { axesOf } from './shapes.ts';

/** From the numbers of one result, which lie side by side. */
type Reduce = (x: Data) => number;

/** Over all of space it is a global pool of the library, which gives the same bits. */
type Pool = (attributes: { readonly keep: boolean }) => Layer;

function reduced(call: Call, inputSince: number, reduce: Reduce, pool?: Pool): Plan {
  const { type, shape } = call.at(0);
  const stated = axesOf(call, inputSince)?.map((axis) => call.axis(axis, shape.length)) ?? [];
  const none = call.version >= inputSince && call.int('noop_with_empty_axes', 0) !== 0;
  const keep = call.int('keepdims', 1) !== 0;
  const gone = stated.length === 0 && !none ? shape.map((_, i) => i) : [...new Set(stated)];
  const kept = shape.map((_, i) => i).filter((i) => !gone.includes(i));
  const to: Shape = keep ? shape.map((n, i) => (gone.includes(i) ? 1 : n)) : kept.map((i) => shape[i]);
  const size = sizeOf(gone.map((i) => shape[i]));
  if (size === 0 && !isFloat(type) && /Max|Min/.test(call.op))
    unsupported(`${call.op} of no whole numbers is not computed`);
  const isSpace = shape.length > 2 && gone.length === shape.length - 2 && gone.every((axis) => axis > 1);
  return {
    outputs: [{ type, shape: to }],
    ...(pool && isSpace && isFloat(type) && sizeOf(shape) > 0 && { step: { layer: pool({ keep }) } }),
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

/** Of no numbers `least`, which is worse than any. */
const extreme =
  (isBetter: (a: number, b: number) => boolean, least: number): Reduce =>
  (x) => {
    let best = x.length === 0 ? least : x[0];
    for (let i = 1; i < x.length; i++) if (x[i] !== x[i] || isBetter(x[i], best)) best = x[i];
    return best;
  };

/** The axes became an input with opset 18, those of ReduceSum with 13. */
const reduction = (versions: readonly number[], reduce: Reduce, pool?: Pool): Operator => ({
  versions,
  inputs: [1, 2],
  plan: (call) => reduced(call, call.op === 'ReduceSum' ? 13 : 18, reduce, pool),
});

/** The place of the largest or least number on one axis: the first of equal ones, or the last. */
const place = (isBetter: (a: number, b: number) => boolean): Operator => ({
  versions: [1, 11, 12, 13],
  inputs: [1, 1],
  plan(call) {
    const { shape } = call.at(0);
    const axis = call.axis(call.int('axis', 0), shape.length);
    const isLast = call.version >= 12 && call.int('select_last_index', 0) !== 0;
    const keep = call.int('keepdims', 1) !== 0;
    const kept = shape.map((_, i) => i).filter((i) => i !== axis);
    const to = keep ? shape.map((n, i) => (i === axis ? 1 : n)) : kept.map((i) => shape[i]);
    const n = shape[axis];
    if (n === 0) unsupported(`axis ${axis} of x must not be empty, got shape [${shape}]`);
    return {
      outputs: [{ type: 'int64', shape: to }],
      run(given) {
        const x = permuted(given(0).first, shape, [...kept, axis]);
        const y = new Float64Array(sizeOf(to));
        for (let i = 0; i < y.length; i++)
          for (let k = 1; k < n; k++) {
            const [best, next] = [x[i * n + y[i]], x[i * n + k]];
            if (isBetter(next, best) || (isLast && next === best)) y[i] = k;
          }
        return [new Value('int64', to, y)];
      },
    };
  },
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

/** Softmax or its logarithm. */
const alongAxis = (make: (attributes: { readonly axis?: number }) => Layer): Operator => ({
  versions: [1, 11, 13],
  inputs: [1, 1],
  plan(call) {
    const { axis, rows } = rowsFrom(call);
    const { type, shape } = call.at(0);
    if (!rows) return byLayer(call, { layer: make({ axis: axisLast(axis, shape.length) }) });
    return {
      outputs: [{ type, shape }],
      run: (given) => [new Value(type, shape, make({}).forward({ shape: rows, data: given(0).first }, {}).data)],
    };
  },
});

export const reductions: Operators = {
  ReduceMean: reduction([1, 11, 13, 18], (x) => total(x) / x.length, globalAvgPool),
  ReduceSum: reduction([1, 11, 13], total),
  ReduceMax: reduction(
    [1, 11, 12, 13, 18, 20],
    extreme((a, b) => a > b, -Infinity),
    globalMaxPool,
  ),
  ReduceMin: reduction(
    [1, 11, 12, 13, 18, 20],
    extreme((a, b) => a < b, Infinity),
  ),
  ReduceProd: reduction([1, 11, 13, 18], product),
  ArgMax: place((a, b) => a > b),
  ArgMin: place((a, b) => a < b),
  Softmax: alongAxis(softmax),
  LogSoftmax: alongAxis(logSoftmax),
};
