// Test cases of other projects in the form of ONNX (channels first, filters OIHW), as calls of our layers.

import {
  avgPool1d,
  avgPool2d,
  avgPool3d,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  dense,
  flatten,
  frozenNorm,
  type Layer,
  leakyRelu,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type Params,
  relu,
  type Shape,
  scale,
  sigmoid,
  softmax,
  type Tensor,
  tanh,
  tensor,
  toChannelsFirst,
  toChannelsLast,
} from '../src/index.ts';
import { sizeOf } from '../src/tensor.ts';

interface Value {
  readonly name: string;
  readonly dtype: string;
  readonly shape: Shape;
  readonly data?: readonly number[];
  /** Little-endian float32, where there are many. */
  readonly data_b64?: string;
}

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, never>>;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Value[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** One call of a layer, and the result that the other project expects, in our layout. */
export interface Call {
  readonly layer: Layer;
  readonly x: Tensor;
  readonly params: Params<Tensor>;
}

interface Step extends Call {
  /** Our layout from theirs, and theirs from ours. */
  readonly ours: (y: Tensor) => Tensor;
  readonly theirs: (y: Tensor) => Tensor;
}

/** Thrown for what the library has no layer for. */
export class NotOffered extends Error {}

const same = (y: Tensor): Tensor => y;
const image = (layer: Layer, x: Tensor, params: Params<Tensor> = {}): Step => ({
  layer,
  x: toChannelsLast(x),
  params,
  ours: toChannelsLast,
  theirs: toChannelsFirst,
});
const plain = (layer: Layer, x: Tensor, params: Params<Tensor> = {}): Step => ({
  layer,
  x,
  params,
  ours: same,
  theirs: same,
});

/** Axis i of the result is axis order[i] of x. */
export function permuted(x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => x.shape[axis]);
  const y = tensor(shape);
  for (let i = 0; i < y.data.length; i++) {
    let [rest, from] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]) * sizeOf(x.shape.slice(order[axis] + 1));
      rest = Math.floor(rest / shape[axis]);
    }
    y.data[i] = x.data[from];
  }
  return y;
}

function tensorOf({ name, shape, data, data_b64 }: Value): Tensor {
  if (data) return tensor(shape, data);
  if (data_b64 === undefined) throw new Error(`'${name}' has no values`);
  return tensor(shape, new Float32Array(Uint8Array.from(Buffer.from(data_b64, 'base64')).buffer));
}

const reshaped = (x: Tensor, shape: Shape): Tensor => tensor(shape, x.data);

/** ONNX writes [before…, after…]. */
const pairs = (pads: readonly number[]): [number, number][] =>
  pads.slice(0, pads.length / 2).map((before, i) => [before, pads[i + pads.length / 2]]);

const windowOf = (a: Readonly<Record<string, number[]>>) => ({
  size: a.kernel_shape,
  stride: a.strides,
  padding: pairs(a.pads),
  ...(a.dilations && { dilation: a.dilations }),
});

const spatial = (w: Tensor): number[] => w.shape.slice(2).map((_, i) => i + 2);
const withBias = (weight: Tensor, b?: Tensor) => ({ weight, ...(b && { bias: b }) });

/** The layers of the graph's operators. */
const layers: Readonly<Record<string, (a: Node['attributes'], inputs: readonly Tensor[]) => Step>> = {
  Conv(a, [x, w, b]) {
    const make = [conv1d, conv2d, conv3d][w.shape.length - 3];
    const layer = make({ ...windowOf(a), filters: w.shape[0], groups: a.group, bias: b !== undefined });
    return image(layer, x, withBias(permuted(w, [...spatial(w), 1, 0]), b));
  },
  ConvTranspose(a, [x, w, b]) {
    const make = [convTranspose1d, convTranspose2d, convTranspose3d][w.shape.length - 3];
    const filters = w.shape[1] * a.group;
    const more = { filters, groups: a.group, bias: b !== undefined, outputPadding: a.output_padding };
    return image(make({ ...windowOf(a), ...more }), x, withBias(permuted(w, [...spatial(w), 1, 0]), b));
  },
  MaxPool: (a, [x]) => image([maxPool1d, maxPool2d, maxPool3d][x.shape.length - 3](windowOf(a)), x),
  AveragePool: (a, [x]) => image([avgPool1d, avgPool2d, avgPool3d][x.shape.length - 3](windowOf(a)), x),
  BatchNormalization: (a, [x, weight, bias, mean, variance]) =>
    image(frozenNorm({ epsilon: a.epsilon }), x, { weight, bias, mean, variance }),
  Gemm(a, [x, w, c]) {
    const weight = a.transB ? permuted(w, [1, 0]) : w;
    const units = weight.shape[1];
    if (a.alpha !== 1 || (a.beta === 1 && sizeOf(c.shape) !== units)) throw new NotOffered('Gemm that adds a matrix');
    const bias = a.beta === 0 ? undefined : reshaped(c, [units]);
    return plain(dense({ units, bias: bias !== undefined }), x, withBias(weight, bias));
  },
  MatMul: (_, [x, weight]) => plain(dense({ units: weight.shape[1], bias: false }), x, { weight }),
  Flatten: (_, [x]) => plain(flatten(), x),
  Relu: (_, [x]) => plain(relu(), x),
  Sigmoid: (_, [x]) => plain(sigmoid(), x),
  Tanh: (_, [x]) => plain(tanh(), x),
  Neg: (_, [x]) => plain(scale({ factor: -1 }), x),
  LeakyRelu: (a, [x]) => plain(leakyRelu({ slope: a.alpha }), x),
  PRelu(_, [x, slope]) {
    if (slope.data.length !== 1) throw new NotOffered('PRelu with a slope for each channel');
    return plain(leakyRelu({ slope: slope.data[0] }), x);
  },
  /** Before opset 13 all axes from `axis` on are one. */
  Softmax(a, [x]) {
    const axis = a.axis as number;
    const rows = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))];
    return {
      ...plain(softmax(), reshaped(x, rows)),
      ours: (y) => reshaped(y, rows),
      theirs: (y) => reshaped(y, x.shape),
    };
  },
};

/** Operators that only move or name values. */
const moves: Readonly<Record<string, (a: Node['attributes'], inputs: readonly Tensor[]) => Tensor>> = {
  Constant: (a) => tensorOf(a.value),
  Transpose: (a, [x]) => permuted(x, a.perm),
  Unsqueeze: (_, [x]) => reshaped(x, [...x.shape, 1]),
  Squeeze: (_, [x]) => reshaped(x, x.shape.slice(0, -1)),
};

/** Runs a graph; returns its last call of a layer, and the expected output, in the layout of that layer. */
export function run(graph: Graph): { readonly call: Call; readonly expected: Tensor } {
  const odd = graph.nodes.find(({ op }) => !(op in layers) && !(op in moves));
  if (odd) throw new NotOffered(odd.op);
  const values = new Map([...graph.initializers, ...graph.inputs].map((v) => [v.name, tensorOf(v)]));
  let last: { step: Step; shape: Shape } | undefined;
  for (const { op, attributes, inputs, outputs } of graph.nodes) {
    const given = inputs.map((name) => values.get(name)!);
    if (op in moves) values.set(outputs[0], moves[op](attributes, given));
    else {
      const step = layers[op](attributes, given);
      const y = step.theirs(step.layer.forward(step.x, step.params));
      values.set(outputs[0], y);
      last = { step, shape: y.shape };
    }
  }
  if (!last) throw new NotOffered('no layer in it');
  return { call: last.step, expected: last.step.ours(reshaped(tensorOf(graph.outputs[0]), last.shape)) };
}
