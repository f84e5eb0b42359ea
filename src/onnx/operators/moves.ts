// Operators that move elements, and compute nothing. Spec onnx-operator.

import type { Layer } from '../../layer/layer.ts';
import { selectChannels } from '../../ops/select.ts';
import { type Data, MAX_ELEMENTS, type Shape, sizeOf } from '../../tensor.ts';
import { broadcast, broadcastShape } from '../broadcast.ts';
import { type Call, checked, type Operators, type Plan, unsupported } from '../call.ts';
import { isFloat } from '../element-types.ts';
import { permuted, Value, zerosLike } from '../value.ts';
import { cut, sliceLayer, sliceOf } from './slicing.ts';

/** Parts one after the other on an axis, in the order of the file. */
function joined(parts: readonly Data[], shapes: readonly Shape[], axis: number, into: Data): void {
  const inner = shapes.map((shape) => sizeOf(shape.slice(axis)));
  const row = inner.reduce((all, each) => all + each, 0);
  let at = 0;
  parts.forEach((part, k) => {
    for (let i = 0; i * inner[k] < part.length; i++)
      into.set(part.subarray(i * inner[k], (i + 1) * inner[k]), i * row + at);
    at += inner[k];
  });
}

function concatenated(call: Call): Plan {
  const known = call.inputs.map((_, i) => call.alike(i));
  const rank = known[0].shape.length;
  const axis = call.axis(call.int('axis', 1), rank);
  const [{ type, shape: first }] = known;
  for (const { shape } of known)
    if (shape.length !== rank || shape.some((n, i) => i !== axis && n !== first[i]))
      unsupported(`shapes must be equal except on axis ${axis}, got [${first}] and [${shape}]`);
  const shape = first.map((n, i) => (i === axis ? known.reduce((all, each) => all + each.shape[axis], 0) : n));
  const isChannels = axis === 1 && rank >= 2;
  return {
    outputs: [{ type, shape }],
    ...(isChannels && { merge: 'concat' as const }),
    run(given) {
      const values = known.map((_, i) => given(i));
      const order = isChannels && values.some((value) => value.order === 'last') ? 'last' : 'first';
      const parts = values.map((value) => value.in(order));
      const y = zerosLike(parts[0], sizeOf(shape));
      // Channels last, an image is a list of pixels.
      const pixels = (each: Shape): Shape => (order === 'last' ? [sizeOf(each) / each[1], each[1]] : each);
      joined(
        parts,
        values.map((value) => pixels(value.shape)),
        axis,
        y,
      );
      return [new Value(type, shape, y, order)];
    },
  };
}

function splitSizes(call: Call, n: number): number[] {
  const stated = call.version < 13 ? call.ints('split') : call.has(1) ? call.wholes(1, 'split') : undefined;
  const count = call.version >= 18 ? call.int('num_outputs', call.outputs.length) : call.outputs.length;
  if (count !== call.outputs.length)
    unsupported(`num_outputs is ${count}, but there are ${call.outputs.length} outputs`);
  const each = Math.ceil(n / count);
  const sizes = stated ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, n - i * each)));
  if (sizes.length !== count || sizes.reduce((all, size) => all + size, 0) !== n)
    unsupported(`the ${count} outputs must share ${n} cells, got [${sizes}]`);
  return sizes;
}

export const moves: Operators = {
  Transpose: {
    versions: [1, 13, 21, 23, 24, 25],
    inputs: [1, 1],
    plan(call) {
      const { type, shape } = call.at(0);
      const order = call.ints('perm') ?? shape.map((_, i) => shape.length - 1 - i);
      if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== shape.length)
        unsupported(`attribute 'perm' must have each of ${shape.length} axes once, got [${order}]`);
      const to = order.map((axis) => shape[axis]);
      return {
        outputs: [{ type, shape: to }],
        moves: order,
        run: (given) => [new Value(type, to, permuted(given(0).first, shape, order))],
      };
    },
  },
  Concat: { versions: [4, 11, 13], inputs: [1, 1 << 16], plan: concatenated },
  Slice: {
    versions: [1, 10, 11, 13],
    inputs: [1, 5],
    plan(call) {
      const { type, shape } = call.at(0);
      const { first, step, to } = sliceOf(call);
      const layer = isFloat(type) ? sliceLayer(shape, first, step, to) : undefined;
      return {
        outputs: [{ type, shape: to }],
        ...(layer && { step: { layer } }),
        run: (given) => [new Value(type, to, cut(given(0).first, shape, to, first, step))],
      };
    },
  },
  Split: {
    versions: [2, 11, 13, 18],
    inputs: [1, 2],
    plan(call) {
      const { type, shape } = call.at(0);
      const axis = call.axis(call.int('axis', 0), shape.length);
      const sizes = splitSizes(call, shape[axis]);
      const outputs = sizes.map((size) => ({ type, shape: shape.map((n, i) => (i === axis ? size : n)) }));
      return {
        outputs,
        run(given) {
          let at = 0;
          return outputs.map(({ shape: to }) => {
            const start = shape.map((_, i) => (i === axis ? at : 0));
            at += to[axis];
            return new Value(
              type,
              to,
              cut(
                given(0).first,
                shape,
                to,
                start,
                shape.map(() => 1),
              ),
            );
          });
        },
      };
    },
  },
  Expand: {
    versions: [8, 13],
    inputs: [2, 2],
    plan(call) {
      const { type, shape } = call.at(0);
      const to = checked(broadcastShape([shape, call.wholes(1, 'the shape')]), MAX_ELEMENTS);
      return {
        outputs: [{ type, shape: to }],
        run: (given) => [new Value(type, to, broadcast(given(0), to, 'first', false))],
      };
    },
  },
  /** x repeated: its axes stand between those that count the repetitions. */
  Tile: {
    versions: [6, 13],
    inputs: [2, 2],
    plan(call) {
      const { type, shape } = call.at(0);
      const repeats = call.wholes(1, 'repeats');
      if (repeats.length !== shape.length)
        unsupported(`repeats must be ${shape.length}, one for each axis, got [${repeats}]`);
      const to = checked(
        shape.map((n, i) => n * repeats[i]),
        MAX_ELEMENTS,
      );
      const counted = shape.flatMap((n, i) => [repeats[i], n]);
      const own = shape.flatMap((n) => [1, n]);
      return {
        outputs: [{ type, shape: to }],
        run: (given) => [new Value(type, to, broadcast(new Value(type, own, given(0).first), counted, 'first', false))],
      };
    },
  },
  Gather: {
    versions: [1, 11, 13],
    inputs: [2, 2],
    plan(call) {
      const { type, shape } = call.at(0);
      const index = call.at(1);
      const axis = call.axis(call.int('axis', 0), shape.length);
      const to = checked([...shape.slice(0, axis), ...index.shape, ...shape.slice(axis + 1)], MAX_ELEMENTS);
      const [n, inner] = [shape[axis], sizeOf(shape.slice(axis + 1))];
      const isChannels = axis === 1 && index.shape.length === 1 && index.constant !== undefined && isFloat(type);
      return {
        outputs: [{ type, shape: to }],
        ...(isChannels && { step: { layer: channelsAt(call.wholes(1, 'indices'), n) } }),
        run(given) {
          const [x, at] = [given(0).first, given(1).first];
          const y = zerosLike(x, sizeOf(to));
          for (let block = 0, out = 0; block * n * inner < x.length; block++)
            for (const stated of at) {
              const place = stated < 0 ? stated + n : stated;
              if (!(place >= 0 && place < n)) unsupported(`an index must be one of ${n}, got ${stated}`);
              y.set(x.subarray((block * n + place) * inner, (block * n + place + 1) * inner), out);
              out += inner;
            }
          return [new Value(type, to, y)];
        },
      };
    },
  },
};

/** Negative indices count from the end. */
const channelsAt = (indices: readonly number[], n: number): Layer =>
  selectChannels({ channels: indices.map((index) => (index < 0 ? index + n : index)) });
