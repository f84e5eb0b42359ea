// A planned tree as the bytes of an ONNX model: channels first, weights as initializers (field numbers of onnx.proto).

import { floats, integer, join, message, text } from './protobuf.mjs';

const FLOAT = 1;

const attribute = (name, value) =>
  Array.isArray(value)
    ? message(5, text(1, name), ...value.map((each) => integer(8, each)), integer(20, 7))
    : message(5, text(1, name), integer(3, value), integer(20, 2));

const node = (op, inputs, output, attributes = {}) =>
  message(
    1,
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  );

const initializer = (name, shape, values) =>
  message(5, ...shape.map((axis) => integer(1, axis)), integer(2, FLOAT), text(8, name), floats(9, values));

const valueInfo = (field, name, shape) => {
  const axes = shape.map((axis) => message(1, integer(1, axis)));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...axes))));
};

/** [n, h, w, c] to [n, c, h, w]. */
export const channelsFirst = (shape) => (shape.length === 4 ? [shape[0], shape[3], shape[1], shape[2]] : shape);

/** Values of shape [a, b, c] as [a, c, b]. */
export function swapped(values, a, b, c) {
  const result = new values.constructor(values.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++) for (let k = 0; k < c; k++) result[(i * c + k) * b + j] = values[(i * b + j) * c + k];
  return result;
}

/** [size, size, c, o] to [o, c, size, size]. */
function filtersFirst({ weightShape: [h, w, c, o], weight }) {
  const byFilter = swapped(weight, 1, h * w * c, o);
  return swapped(byFilter, o, h * w, c);
}

export function onnxModel(tree) {
  const parts = [];
  let count = 0;
  const emit = (op, inputs, attributes) => {
    const output = `t${count++}`;
    parts.push(node(op, inputs, output, attributes));
    return output;
  };
  const constant = (shape, values) => {
    const name = `w${count++}`;
    parts.push(initializer(name, shape, values));
    return name;
  };
  const window = ({ size, stride, padding }) => ({
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads: Array(4).fill(padding),
  });
  /** The shape before the last flatten: the rows of the next dense weight follow it. */
  let flattened;
  const rules = {
    conv(each, x) {
      const [h, w, c, o] = each.weightShape;
      const inputs = [x, constant([o, c, h, w], filtersFirst(each)), constant([o], each.bias)];
      return emit('Conv', inputs, { ...window(each), dilations: [each.dilation, each.dilation], group: each.groups });
    },
    depthwise: (each, x) => rules.conv(each, x),
    dense(each, x) {
      const [i, o] = each.weightShape;
      const [, h, w, c] = flattened ?? [1, 1, 1, i];
      flattened = undefined;
      const rows = h * w === 1 ? each.weight : reordered(each.weight, h * w, c, o);
      return emit('Gemm', [x, constant([i, o], rows), constant([o], each.bias)]);
    },
    maxPool: (each, x) => emit('MaxPool', [x], window(each)),
    avgPool: (each, x) => emit('AveragePool', [x], window(each)),
    globalAvgPool: (_, x) => emit('Flatten', [emit('GlobalAveragePool', [x])]),
    flatten(each, x) {
      flattened = each.input;
      return emit('Flatten', [x]);
    },
    relu: (_, x) => emit('Relu', [x]),
    sum: (each, x) =>
      emit(
        'Add',
        each.parts.map((part) => visit(part, x)),
      ),
    chain: (each, x) => each.parts.reduce((value, part) => visit(part, value), x),
  };
  const visit = (each, x) => {
    const y = rules[each.op](each, x);
    return each.relu ? emit('Relu', [y]) : y;
  };
  const result = visit(tree, 'x');
  const graph = message(
    7,
    ...parts,
    text(2, 'bench'),
    valueInfo(11, 'x', channelsFirst(tree.input)),
    valueInfo(12, result, channelsFirst(tree.output)),
  );
  return { bytes: join([...integer(1, 8), ...graph, ...message(8, text(1, ''), integer(2, 17))]), result };
}

/** Rows (position, channel) of a dense weight as (channel, position). */
function reordered(weight, positions, channels, units) {
  const result = new Float32Array(weight.length);
  for (let p = 0; p < positions; p++)
    for (let c = 0; c < channels; c++) {
      const row = (p * channels + c) * units;
      result.set(weight.subarray(row, row + units), (c * positions + p) * units);
    }
  return result;
}
