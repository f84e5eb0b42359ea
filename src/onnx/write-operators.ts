// The layers that ONNX can say, each as its nodes. Spec onnx-write.

import { SpecError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { type ConvGeometry, type Window, windowAxes } from '../window.ts';
import { numberByNumber } from './number-by-number.ts';
import { permuted } from './value.ts';
import { newerWriters } from './write-newer.ts';
import { axisFirst, plain, pointwise, type Write, type Writing } from './write-node.ts';

/** All cells before, then all after; the size is the window's own, not that of the taps within reach. */
function windowed(layer: Layer, x: Shape): Record<string, readonly number[]> {
  const { size, stride, dilation, padding } = layer.attributes as unknown as Window;
  const ceil = layer.attributes.ceil === true;
  const axes = windowAxes(layer.name, { size, stride, dilation, padding, ceil }, x.slice(1, -1));
  const pads = [...axes.map((axis) => axis.before), ...axes.map((axis) => axis.after)];
  return { kernel_shape: size, strides: stride, dilations: dilation, pads };
}

const pool =
  (op: string, more: (layer: Layer, path: string) => Record<string, number> = () => ({})): Write =>
  ({ graph, layer, path, x, y }) => ({
    name: graph.node(op, path, [x.name], {
      ...windowed(layer, x.shape),
      ceil_mode: layer.attributes.ceil === true ? 1 : 0,
      ...more(layer, path),
    }),
    shape: y,
  });

/** The attribute is an INT. */
function wholePower(path: string, p: number): number {
  if (!Number.isInteger(p))
    throw new SpecError('onnx-write', `writeOnnx: at ${path}: the p of ONNX's LpPool must be a whole number, got ${p}`);
  return p;
}

/** `[...size, channels, filters]` as the file has it: `[filters, channels, ...size]`; `flip` turns the taps around. */
function filtersFirst({ shape, data }: Tensor, flip: boolean): Tensor {
  const rank = shape.length;
  const [C, O] = shape.slice(-2);
  const taps = data.length / (C * O);
  const own = data.slice();
  if (flip) for (let k = 0; k < taps; k++) own.set(data.subarray(k * C * O, (k + 1) * C * O), (taps - 1 - k) * C * O);
  const order = [rank - 1, rank - 2, ...shape.slice(2).map((_, i) => i)];
  return { shape: order.map((axis) => shape[axis]), data: permuted(own, shape, order) };
}

function biasInput({ graph, path, params }: Writing): string[] {
  return params.bias ? [graph.weight(`${path}.bias`, params.bias)] : [];
}

const geometryOf = (layer: Layer, x: Shape): ConvGeometry => {
  const geometry = layer.geometry?.(x);
  if (geometry === undefined || !('groups' in geometry)) throw new TypeError(`${layer.name} has no geometry`);
  return geometry;
};

const conv =
  (flip = false): Write =>
  (w) => {
    const { graph, layer, path, x, y, params } = w;
    const { groups } = geometryOf(layer, x.shape);
    const weight = graph.weight(`${path}.weight`, filtersFirst(params.weight, flip));
    const attributes = { ...windowed(layer, x.shape), group: groups };
    return { name: graph.node('Conv', path, [x.name, weight, ...biasInput(w)], attributes), shape: y };
  };

/** The cropping of the library's geometry, and as many cells more at the end as y has. */
const convTranspose: Write = (w) => {
  const { graph, layer, path, x, y, params } = w;
  const { size, stride, dilation } = layer.attributes as unknown as Window;
  const { axes, groups } = geometryOf(layer, x.shape);
  const own = axes.slice(-size.length);
  const padding = layer.attributes.padding;
  const pads = own.map(({ before, after }, i) => {
    if (Array.isArray(padding)) return padding[i];
    return padding === 'valid' ? [0, 0] : [before, after];
  });
  const reach = (i: number): number =>
    stride[i] * (x.shape[i + 1] - 1) + (size[i] - 1) * dilation[i] + 1 - pads[i][0] - pads[i][1];
  const attributes = {
    kernel_shape: size,
    strides: stride,
    dilations: dilation,
    pads: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)],
    output_padding: size.map((_, i) => y[i + 1] - reach(i)),
    group: groups,
  };
  const weight = graph.weight(`${path}.weight`, filtersFirst(params.weight, false));
  return { name: graph.node('ConvTranspose', path, [x.name, weight, ...biasInput(w)], attributes), shape: y };
};

/** A weight whose rows follow the file's order of a flattened image. */
const dense: Write = (w) => {
  const { graph, path, x, y, params } = w;
  const own = x.image ? rowsBack(params.weight, x.image) : params.weight;
  const from = x.image ? graph.node('Flatten', x.flattenPath ?? '', [x.name]) : x.name;
  const weight = graph.weight(`${path}.weight`, own);
  return { name: graph.node('Gemm', path, [from, weight, ...biasInput(w)]), shape: y };
};

/** Rows in the order of channels last, brought to that of channels first: the inverse of rowsMoved. */
function rowsBack({ shape: [rows, units], data }: Tensor, [, ...image]: Shape): Tensor {
  const rank = image.length;
  const order = [rank - 1, ...image.slice(1).map((_, i) => i), rank];
  return { shape: [rows, units], data: permuted(data, [...image, units], order) };
}

const globalPool =
  (op: string): Write =>
  ({ graph, layer, path, x, y }) => {
    const { keep, p } = layer.attributes;
    const attributes: Record<string, number> = p === undefined ? {} : { p: wholePower(path, p as number) };
    if (keep === true) return { name: graph.node(op, path, [x.name], attributes), shape: y };
    return { name: graph.node('Flatten', path, [graph.node(op, `${path}.space`, [x.name], attributes)]), shape: y };
  };

const frozenNorm: Write = ({ graph, layer, path, x, y, params }) => {
  const weights = ['weight', 'bias', 'mean', 'variance'].map((name) => graph.weight(`${path}.${name}`, params[name]));
  const epsilon = { float: layer.attributes.epsilon as number };
  return { name: graph.node('BatchNormalization', path, [x.name, ...weights], { epsilon }), shape: y };
};

/** By the statistics of the batch, as in training; the running ones, which ONNX wants beside it, are those of the beginning. */
const batchNorm: Write = ({ graph, layer, path, x, y, params }) => {
  const { shape, data } = params.weight;
  const running = { mean: { shape, data: data.map(() => 0) }, variance: { shape, data: data.map(() => 1) } };
  const all: Readonly<Record<string, Tensor>> = { ...params, ...running };
  const weights = ['weight', 'bias', 'mean', 'variance'].map((name) => graph.weight(`${path}.${name}`, all[name]));
  const attributes = { epsilon: { float: layer.attributes.epsilon as number }, training_mode: 1 };
  const name = graph.node('BatchNormalization', path, [x.name, ...weights], attributes);
  graph.addOutputs('mean.after', 'variance.after'); // the running ones behind this batch, which must have names
  return { name, shape: y };
};

/** ONNX has the mean of the squares in place of their sum. */
const lrn: Write = plain('LRN', ({ layer: { attributes } }) => ({
  size: attributes.size as number,
  alpha: { float: (attributes.alpha as number) * (attributes.size as number) },
  beta: { float: attributes.beta as number },
  bias: { float: attributes.k as number },
}));

const scale: Write = ({ graph, layer, path, x, y }) => {
  const factor = layer.attributes.factor as number;
  return { ...x, name: graph.node('Mul', path, [x.name, graph.number(`${path}.factor`, factor)]), shape: y };
};

/** The slopes of the channels, with axes of 1 for space. */
const prelu: Write = ({ graph, path, x, y, params: { slope } }) => {
  const shape = [slope.data.length, ...x.shape.slice(2).map(() => 1)];
  const own = graph.weight(`${path}.slope`, { shape, data: slope.data });
  return { name: graph.node('PRelu', path, [x.name, own]), shape: y };
};

/** Pixels have their channels taken one by one. */
const selectChannels: Write = ({ graph, layer, path, x, y }) => {
  const channels = graph.wholes(`${path}.channels`, layer.attributes.channels as readonly number[]);
  return { name: graph.node('Gather', path, [x.name, channels], { axis: x.shape.length > 1 ? 1 : 0 }), shape: y };
};

const maxPool = pool('MaxPool');
const lpPool = pool('LpPool', (layer, path) => ({ p: wholePower(path, layer.attributes.p as number) }));
const avgPool = pool('AveragePool', (layer) => ({ count_include_pad: layer.attributes.countPadding === true ? 1 : 0 }));

export const writers: Readonly<Record<string, Write>> = {
  conv1d: conv(),
  conv2d: conv(),
  conv3d: conv(),
  trueConv1d: conv(true),
  trueConv2d: conv(true),
  depthwiseConv1d: conv(),
  depthwiseConv2d: conv(),
  depthwiseConv3d: conv(),
  convTranspose1d: convTranspose,
  convTranspose2d: convTranspose,
  convTranspose3d: convTranspose,
  maxPool1d: maxPool,
  maxPool2d: maxPool,
  maxPool3d: maxPool,
  avgPool1d: avgPool,
  avgPool2d: avgPool,
  avgPool3d: avgPool,
  lpPool1d: lpPool,
  lpPool2d: lpPool,
  lpPool3d: lpPool,
  globalAvgPool: globalPool('GlobalAveragePool'),
  globalMaxPool: globalPool('GlobalMaxPool'),
  globalLpPool: globalPool('GlobalLpPool'),
  dense,
  flatten: ({ path, x, y }) => (x.shape.length > 2 ? { name: x.name, shape: y, image: x.shape, flattenPath: path } : x),
  relu: pointwise('Relu'),
  leakyRelu: pointwise('LeakyRelu', (layer) => ({ alpha: { float: layer.attributes.slope as number } })),
  prelu,
  sigmoid: pointwise('Sigmoid'),
  tanh: pointwise('Tanh'),
  dropout: pointwise('Dropout'),
  identity: pointwise('Identity'),
  scale,
  softmax: plain('Softmax', ({ layer, x }) => ({ axis: axisFirst(layer.attributes.axis as number, x.shape.length) })),
  batchNorm,
  frozenNorm,
  lrn,
  selectChannels,
  ...newerWriters,
};

/** Layers that take a flattened image in the order of the file: a dense layer takes the order into its weight. */
export const anyOrder: ReadonlySet<string> = new Set([...numberByNumber, 'dropout', 'dense', 'flatten']);
