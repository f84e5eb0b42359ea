// The attributes of a case as each dialect writes them, none left to guess. Spec dialect-attributes.

import type { Attributes } from '../layer/layer.ts';
import { type Case, layerOf, shapeOf } from './cases.ts';
import { numbersOf } from './dialect-cases.ts';
import type { DialectName } from './dialects.ts';
import type { Layout } from './engine.ts';
import { type Family, operatorOf } from './operators.ts';

type Writers = Readonly<Record<Family, (c: Case, layout: Required<Layout>) => Attributes>>;

/** Whether the rows of a dense weight are units, as where filters come first. */
const isTransposed = ({ weight }: Required<Layout>): boolean => weight.indexOf('O') < weight.indexOf('I');
const befores = (c: Case): number[] => numbersOf(c).map(([before]) => before);
/** Groups of a convolution; a depthwise one has a group per channel. */
const filtersOf = (c: Case): number => c.groups * c.filters;

/** Spec dialect-attributes: the spec's own, as every layer of the library lists them. */
function ours(c: Case): Attributes {
  const { algorithm: _, ...attributes } = layerOf(c).attributes;
  return attributes;
}
const toeplitz = Object.fromEntries(
  ['conv', 'transpose', 'depthwise', 'dense', 'max', 'avg'].map((family) => [family, ours]),
) as unknown as Writers;

/** VALID says more than it seems: ONNX rounds it down whatever ceil_mode says, so zeros are written there. */
function onnxWindow(c: Case): Attributes {
  const words = { valid: 'VALID', 'same-upper': 'SAME_UPPER', 'same-lower': 'SAME_LOWER' } as const;
  const common = { kernel_shape: c.size, strides: c.stride, dilations: c.dilation };
  if (typeof c.padding === 'string' && !(c.padding === 'valid' && c.ceil))
    return { ...common, auto_pad: words[c.padding] };
  const numbers = numbersOf(c);
  return { ...common, auto_pad: 'NOTSET', pads: [0, 1].flatMap((side) => numbers.map((pair) => pair[side])) };
}
const onnxConv = (c: Case): Attributes => ({ ...onnxWindow(c), group: c.groups });
const onnx: Writers = {
  conv: onnxConv,
  depthwise: onnxConv,
  transpose: (c) => ({ ...onnxConv(c), output_padding: c.outputPadding }),
  max: (c) => ({ ...onnxWindow(c), ceil_mode: Number(c.ceil), storage_order: 0 }),
  avg: (c) => ({ ...onnxWindow(c), ceil_mode: Number(c.ceil), count_include_pad: Number(c.countPadding) }),
  dense: (_, layout) => ({ alpha: 1, beta: 1, transA: 0, transB: Number(isTransposed(layout)) }),
};

const torchWindow = (c: Case): Attributes => ({
  kernel_size: c.size,
  stride: c.stride,
  padding: c.padding === 'same-upper' ? 'same' : befores(c),
});
const torchConv = (c: Case): Attributes => ({ ...torchWindow(c), dilation: c.dilation, groups: c.groups });
const torch: Writers = {
  conv: torchConv,
  depthwise: torchConv,
  transpose: (c) => ({ ...torchConv(c), output_padding: c.outputPadding }),
  max: (c) => ({ ...torchWindow(c), dilation: c.dilation, ceil_mode: c.ceil }),
  avg: (c) => ({ ...torchWindow(c), ceil_mode: c.ceil, count_include_pad: c.countPadding }),
  dense: () => ({}),
};

/** `NWC`, `NHWC`, `NDHWC`, or with the channels elsewhere. */
const dataFormat = (c: Case, { x }: Required<Layout>): string => x.replace('HW', 'DHW'.slice(-c.space.length));
/** The letters of a layout, the spatial axes as one. */
const axesOf = ({ x }: Required<Layout>): readonly string[] => x.match(/HW|./g)!;
function tensorflowWindow(c: Case, layout: Required<Layout>): Attributes {
  const numbers = axesOf(layout).flatMap((axis) => (axis === 'HW' ? numbersOf(c) : [[0, 0] as const]));
  const padding = typeof c.padding !== 'string' ? numbers : c.padding === 'valid' ? 'VALID' : 'SAME';
  return { strides: c.stride, padding, data_format: dataFormat(c, layout) };
}
const tensorflowConv = (c: Case, layout: Required<Layout>): Attributes => ({
  ...tensorflowWindow(c, layout),
  dilations: c.dilation,
});
const tensorflowPool = (c: Case, layout: Required<Layout>): Attributes => ({
  ksize: c.size,
  ...tensorflowWindow(c, layout),
});
const tensorflow: Writers = {
  conv: tensorflowConv,
  depthwise: (c, layout) => ({ ...tensorflowConv(c, layout), strides: [1, ...c.stride, 1] }),
  transpose(c, layout) {
    const [n, ...rest] = layerOf(c).shape(shapeOf(c));
    const axes: Record<string, readonly number[]> = { N: [n], HW: rest.slice(0, -1), C: rest.slice(-1) };
    return { ...tensorflowConv(c, layout), output_shape: axesOf(layout).flatMap((axis) => axes[axis]) };
  },
  max: tensorflowPool,
  avg: tensorflowPool,
  dense: (_, layout) => ({ transpose_a: false, transpose_b: isTransposed(layout) }),
};

/** In a transposed convolution I are the channels of x and O the filters of a group, the other way round than in ours. */
const exchanged = (weight: string): string => weight.replace(/[IO]/g, (axis) => (axis === 'I' ? 'O' : 'I'));
const webnnWindow = (c: Case): Attributes => ({
  padding: numbersOf(c).flat(),
  strides: c.stride,
  dilations: c.dilation,
});
const webnnConv = (c: Case, { x, weight }: Required<Layout>): Attributes => ({
  ...webnnWindow(c),
  groups: c.groups,
  inputLayout: x.toLowerCase(),
  filterLayout: weight.toLowerCase(),
});
const webnnPool = (c: Case, { x }: Required<Layout>): Attributes => ({
  windowDimensions: c.size,
  ...webnnWindow(c),
  layout: x.toLowerCase(),
  outputShapeRounding: c.ceil ? 'ceil' : 'floor',
});
const webnn: Writers = {
  conv: webnnConv,
  depthwise: webnnConv,
  transpose: (c, { x, weight, ...rest }) => ({
    ...webnnConv(c, { x, weight: exchanged(weight), ...rest }),
    outputPadding: c.outputPadding,
  }),
  max: webnnPool,
  avg: webnnPool,
  dense: (_, layout) => ({ alpha: 1, beta: 1, aTranspose: false, bTranspose: isTransposed(layout) }),
};

const caffeConv = (c: Case): Attributes => ({
  num_output: filtersOf(c),
  bias_term: c.bias,
  kernel_size: c.size,
  stride: c.stride,
  pad: befores(c),
  dilation: c.dilation,
  group: c.groups,
});
const caffePool = (c: Case): Attributes => {
  const [[kernel_h, kernel_w], [stride_h, stride_w], [pad_h, pad_w]] = [c.size, c.stride, befores(c)];
  const pool = operatorOf(c.op).family === 'max' ? 'MAX' : 'AVE';
  const round_mode = c.ceil ? 'CEIL' : 'FLOOR';
  return { pool, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, global_pooling: false, round_mode };
};
const caffe: Writers = {
  conv: caffeConv,
  depthwise: caffeConv,
  transpose: caffeConv,
  max: caffePool,
  avg: caffePool,
  dense: (c, layout) => ({ num_output: filtersOf(c), bias_term: c.bias, axis: 1, transpose: !isTransposed(layout) }),
};

const writers: Readonly<Record<DialectName, Writers>> = { toeplitz, onnx, torch, tensorflow, webnn, caffe };

/** The attributes of a case that the dialect can say, as an engine gets them. */
export const attributesIn = (name: DialectName, c: Case, layout: Required<Layout>): Attributes =>
  writers[name][operatorOf(c.op).family](c, layout);
