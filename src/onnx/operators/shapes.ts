// Operators on shapes: what they give is mostly known before anything runs. Spec onnx-operator, onnx-shape.

import { identity } from '../../layer/identity.ts';
import { MAX_ELEMENTS, type Shape, sizeOf } from '../../tensor.ts';
import { type Call, checked, type Operators, type Plan, unsupported } from '../call.ts';
import { dataFor, isFloat, isWhole, kindOf } from '../element-types.ts';
import { Value } from '../value.ts';

const int64 = (values: readonly number[]): Value => new Value('int64', [values.length], Float64Array.from(values));

/** A node whose output is known now. */
const constant = (type: string, shape: Shape, make: () => Value): Plan => ({
  outputs: [{ type, shape }],
  constant: true,
  run: () => [make()],
});

/** The same elements in the order of the file under another shape. */
export function reshaped(call: Call, shape: Shape, more: Partial<Plan> = {}): Plan {
  const x = call.at(0);
  if (sizeOf(shape) !== sizeOf(x.shape))
    unsupported(`a shape of ${sizeOf(x.shape)} elements is needed for x of shape [${x.shape}], got [${shape}]`);
  return { outputs: [{ type: x.type, shape }], ...more, run: (given) => [new Value(x.type, shape, given(0).first)] };
}

/** Whether a shape keeps the batch and makes one row of each image. */
const flattens = (from: Shape, to: Shape): Partial<Plan> =>
  from.length >= 2 && to.length === 2 && from[0] === to[0] ? { flattens: true } : {};

function reshapeTo(call: Call): Shape {
  const { shape } = call.at(0);
  const wanted = call.wholes(1, 'the shape');
  const keepZero = call.version >= 14 && call.int('allowzero', 0) !== 0;
  const axes = wanted.map((axis, i) => (axis === 0 && !keepZero ? (shape[i] ?? unsupported('no axis to copy')) : axis));
  const open = axes.filter((axis) => axis === -1).length;
  if (open > 1) unsupported(`one axis may be -1, got [${wanted}]`);
  const known = sizeOf(axes.filter((axis) => axis !== -1));
  return checked(
    axes.map((axis) => (axis === -1 ? sizeOf(shape) / known : axis)),
    MAX_ELEMENTS,
  );
}

/** Axes that are an attribute until a version and an input from it on. */
export function axesOf(call: Call, inputSince: number): number[] | undefined {
  if (call.version < inputSince) return call.ints('axes');
  return call.has(1) ? call.wholes(1, 'axes') : undefined;
}

const wrapping = { Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array };

/** Whole numbers are cut towards 0, and keep the bits that there is room for. */
function castTo(type: string): (x: number) => number {
  if (type === 'bool') return (x) => (x !== 0 ? 1 : 0);
  if (!isWhole(type)) return (x) => x;
  const Own = wrapping[`${type[0].toUpperCase()}${type.slice(1)}Array` as keyof typeof wrapping];
  if (Own === undefined) return Math.trunc;
  const box = new Own(1);
  return (x) => {
    box[0] = x;
    return box[0];
  };
}

export const shapes: Operators = {
  Shape: {
    versions: [1, 13, 15, 19, 21, 23, 24, 25],
    inputs: [1, 1],
    plan(call) {
      const { shape } = call.at(0);
      const rank = shape.length;
      const place = (at: number): number => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
      const [start, end] = call.version < 15 ? [0, rank] : [place(call.int('start', 0)), place(call.int('end', rank))];
      const part = shape.slice(start, end);
      return constant('int64', [part.length], () => int64(part));
    },
  },
  Size: {
    versions: [1, 13, 19, 21, 23, 24, 25],
    inputs: [1, 1],
    plan(call) {
      const size = sizeOf(call.at(0).shape);
      return constant('int64', [], () => new Value('int64', [], Float64Array.of(size)));
    },
  },
  Constant: {
    versions: [1, 9, 11, 12, 13, 19, 21, 23, 24, 25],
    inputs: [0, 0],
    plan(call) {
      const tensor = call.tensor('value');
      if (tensor) return constant(tensor.type, tensor.shape, tensor.value);
      const [float, int] = [call.float('value_float', Number.NaN), call.int('value_int', Number.NaN)];
      const [floats, ints] = [call.floats('value_floats'), call.ints('value_ints')];
      if (floats)
        return constant(
          'float32',
          [floats.length],
          () => new Value('float32', [floats.length], Float32Array.from(floats)),
        );
      if (ints) return constant('int64', [ints.length], () => int64(ints));
      if (!Number.isNaN(int)) return constant('int64', [], () => new Value('int64', [], Float64Array.of(int)));
      return constant('float32', [], () => new Value('float32', [], Float32Array.of(float)));
    },
  },
  ConstantOfShape: {
    versions: [9, 20, 21, 23, 24, 25],
    inputs: [1, 1],
    plan(call) {
      const shape = checked(call.wholes(0, 'the shape'), MAX_ELEMENTS);
      const value = call.tensor('value');
      const type = value?.type ?? 'float32';
      if (value && sizeOf(value.shape) !== 1) unsupported(`the value must be one number, got shape [${value.shape}]`);
      return constant(
        type,
        shape,
        () => new Value(type, shape, dataFor(type, sizeOf(shape)).fill(value?.value().first[0] ?? 0)),
      );
    },
  },
  Cast: {
    versions: [6, 9, 13, 19, 21, 23, 24, 25, 28],
    inputs: [1, 1],
    plan(call) {
      const { type, shape } = call.at(0);
      const to = kindOf(call.int('to', 0), 'the result of Cast').name;
      call.int('saturate', 1); // of float8 alone
      if (!isFloat(to) && !isWhole(to)) unsupported(`Cast to ${to} is not computed`);
      const change = castTo(to);
      return {
        outputs: [{ type: to, shape }],
        ...(to === type && isFloat(type) && { step: { layer: identity() } }),
        run(given) {
          const x = given(0).in(given(0).order);
          const wide = to === type && x instanceof Float64Array; // a model run in float64
          const y = wide ? new Float64Array(x.length) : dataFor(to, x.length);
          for (let i = 0; i < y.length; i++) y[i] = change(x[i]);
          return [given(0).with(y, to)];
        },
      };
    },
  },
  Reshape: {
    versions: [5, 13, 14, 19, 21, 23, 24, 25],
    inputs: [2, 2],
    plan(call) {
      const shape = reshapeTo(call);
      return reshaped(call, shape, flattens(call.at(0).shape, shape));
    },
  },
  Flatten: {
    versions: [1, 9, 11, 13, 21, 23, 24, 25],
    inputs: [1, 1],
    plan(call) {
      const from = call.at(0).shape;
      const stated = call.int('axis', 1);
      const axis = stated === from.length ? stated : call.axis(stated, from.length);
      const shape = [sizeOf(from.slice(0, axis)), sizeOf(from.slice(axis))];
      return reshaped(call, shape, flattens(from, shape));
    },
  },
  Squeeze: {
    versions: [1, 11, 13, 21, 23, 24, 25],
    inputs: [1, 2],
    plan(call) {
      const { shape } = call.at(0);
      const axes = axesOf(call, 13)?.map((axis) => call.axis(axis, shape.length));
      const gone = axes ?? shape.map((_, i) => i).filter((i) => shape[i] === 1);
      const long = gone.find((axis) => shape[axis] !== 1);
      if (long !== undefined) unsupported(`axis ${long} must hold 1 cell, got shape [${shape}]`);
      const to = shape.filter((_, i) => !gone.includes(i));
      return reshaped(call, to, flattens(shape, to));
    },
  },
  Unsqueeze: {
    versions: [1, 11, 13, 21, 23, 24, 25],
    inputs: [1, 2],
    plan(call) {
      const { shape } = call.at(0);
      const stated = axesOf(call, 13) ?? unsupported("attribute 'axes' is missing");
      const rank = shape.length + stated.length;
      const axes = stated.map((axis) => call.axis(axis, rank));
      if (new Set(axes).size !== axes.length) unsupported(`axes must differ, got [${stated}]`);
      const rest = [...shape];
      const to = Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() as number)));
      return reshaped(call, to);
    },
  },
  Range: {
    versions: [11, 27],
    inputs: [3, 3],
    plan(call) {
      if (call.version >= 27) call.int('stash_type', 1); // of types below float32 alone
      const [start, limit, delta] = [0, 1, 2].map((i) => call.numbers(i, 'the ends of a range')[0]);
      const count = Math.max(0, Math.ceil((limit - start) / delta));
      const { type } = call.at(0);
      const shape = checked([count], MAX_ELEMENTS);
      return constant(
        type,
        shape,
        () =>
          new Value(
            type,
            shape,
            dataFor(type, count).map((_, i) => start + i * delta),
          ),
      );
    },
  },
};
