// The layers of toeplitz/ops as nodes of ONNX. Spec onnx-write.

import { SpecError } from '../errors.ts';
import { axisFirst, plain, pointwise, type Write } from './write-node.ts';

const float = (value: unknown): { readonly float: number } => ({ float: value as number });

/** Infinite limits are left out. */
const clip: Write = ({ graph, layer, path, x, y }) => {
  const inputs = (['min', 'max'] as const).map((what) => {
    const limit = layer.attributes[what] as number;
    return Number.isFinite(limit) ? graph.number(`${path}.${what}`, limit) : '';
  });
  return { ...x, name: graph.node('Clip', path, [x.name, ...inputs]), shape: y };
};

/** x · σ(x): the node Swish is newer than this opset. */
const silu: Write = ({ graph, path, x, y }) => {
  const gate = graph.node('Sigmoid', `${path}.gate`, [x.name]);
  return { ...x, name: graph.node('Mul', path, [x.name, gate]), shape: y };
};

/** Mul, Add and Pow, as far as they are needed. */
const power: Write = ({ graph, layer, path, x, y }) => {
  const { exponent, scale, shift } = layer.attributes as Readonly<Record<string, number>>;
  let { name } = x;
  if (scale !== 1) name = graph.node('Mul', `${path}.times`, [name, graph.number(`${path}.scale`, scale)]);
  if (shift !== 0) name = graph.node('Add', `${path}.plus`, [name, graph.number(`${path}.shift`, shift)]);
  return { ...x, name: graph.node('Pow', path, [name, graph.number(`${path}.exponent`, exponent)]), shape: y };
};

const pad: Write = ({ graph, layer, path, x, y }) => {
  const space = x.shape.slice(1, -1);
  const { padding, mode, value } = layer.attributes as {
    readonly padding: number | readonly (number | readonly [number, number])[];
    readonly mode: string;
    readonly value: number;
  };
  const sides = space.map((_, i) => {
    const own = typeof padding === 'number' ? padding : padding[i];
    return typeof own === 'number' ? [own, own] : own;
  });
  const pads = [0, 1].flatMap((side) => [0, 0, ...sides.map((each) => each[side])]);
  const inputs = [x.name, graph.wholes(`${path}.pads`, pads), graph.number(`${path}.value`, value)];
  return { name: graph.node('Pad', path, inputs, { mode }), shape: y };
};

const coordinates: Readonly<Record<string, string>> = {
  'half-pixel': 'half_pixel',
  'half-pixel-or-first': 'pytorch_half_pixel',
  'half-pixel-start': 'tf_half_pixel_for_nn',
  asymmetric: 'asymmetric',
  'align-corners': 'align_corners',
};
const roundings: Readonly<Record<string, string>> = {
  'prefer-floor': 'round_prefer_floor',
  'prefer-ceil': 'round_prefer_ceil',
  floor: 'floor',
  ceil: 'ceil',
};

/** Factors are float32 in the file. */
const upsample: Write = ({ graph, layer, path, x, y }) => {
  const { scale, mode, coordinates: where, rounding } = layer.attributes as Record<string, unknown>;
  const space = x.shape.slice(1, -1);
  const extent =
    scale === undefined
      ? ['', graph.wholes(`${path}.size`, [x.shape[0], x.shape[x.shape.length - 1], ...y.slice(1, -1)])]
      : [graph.floats(`${path}.scale`, [1, 1, ...space.map((_, i) => (Array.isArray(scale) ? scale[i] : scale))])];
  const attributes = {
    mode: mode as string,
    coordinate_transformation_mode: coordinates[where as string],
    nearest_mode: roundings[rounding as string],
  };
  return { name: graph.node('Resize', path, [x.name, '', ...extent], attributes), shape: y };
};

/** Weight and bias behind x. */
const norm =
  (op: string, more: (attributes: Readonly<Record<string, unknown>>) => Record<string, number> = () => ({})): Write =>
  ({ graph, layer, path, x, y, params }) => {
    const inputs = ['weight', 'bias'].map((name) => graph.weight(`${path}.${name}`, params[name]));
    const attributes = { epsilon: float(layer.attributes.epsilon), ...more(layer.attributes) };
    return { name: graph.node(op, path, [x.name, ...inputs], attributes), shape: y };
  };

/** Over the last axis, to which the channels of an image are moved and back. */
const layerNorm: Write = (w) => {
  const { graph, path, x, y } = w;
  const rank = x.shape.length;
  const write = norm('LayerNormalization', () => ({ axis: -1 }));
  if (rank < 3) return write(w);
  const last = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
  const first = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
  const moved = graph.node('Transpose', `${path}.last`, [x.name], { perm: last });
  const { name } = write({ ...w, x: { ...x, name: moved } });
  return { name: graph.node('Transpose', `${path}.first`, [name], { perm: first }), shape: y };
};

const slice: Write = ({ graph, layer, path, x, y }) => {
  const { axes, starts, ends, steps } = layer.attributes as Readonly<Record<string, readonly number[]>>;
  const own = axes.map((axis) => axisFirst(axis, x.shape.length));
  const inputs = Object.entries({ starts, ends, axes: own, steps }).map(([name, values]) =>
    graph.wholes(`${path}.${name}`, values),
  );
  return { name: graph.node('Slice', path, [x.name, ...inputs]), shape: y };
};

/** The channels one by one. */
const shuffleChannels: Write = ({ graph, layer, path, x, y }) => {
  const C = x.shape[x.shape.length - 1];
  const groups = layer.attributes.groups as number;
  const from = Array.from({ length: C }, (_, c) => (c % groups) * (C / groups) + Math.floor(c / groups));
  return { name: graph.node('Gather', path, [x.name, graph.wholes(`${path}.channels`, from)], { axis: 1 }), shape: y };
};

/** ONNX has blocks of two axes alone, and one order to make them depth. */
const blocks =
  (op: string, order: (order: string) => Record<string, string> | undefined): Write =>
  ({ graph, layer, path, x, y }) => {
    const attributes = order(layer.attributes.order as string);
    if (x.shape.length !== 4 || attributes === undefined)
      throw new SpecError('onnx-write', `writeOnnx: at ${path}: ONNX has no operator for the layer ${layer.name}`);
    const blocksize = layer.attributes.size as number;
    return { name: graph.node(op, path, [x.name], { blocksize, ...attributes }), shape: y };
  };

export const newerWriters: Readonly<Record<string, Write>> = {
  clip,
  silu,
  power,
  hardSigmoid: pointwise('HardSigmoid', ({ attributes: { alpha, beta } }) => ({
    alpha: float(alpha),
    beta: float(beta),
  })),
  hardSwish: pointwise('HardSwish'),
  gelu: pointwise('Gelu', ({ attributes: { approximate } }) => ({ approximate: approximate as string })),
  elu: pointwise('Elu', ({ attributes: { alpha } }) => ({ alpha: float(alpha) })),
  selu: pointwise('Selu', ({ attributes: { alpha, gamma } }) => ({ alpha: float(alpha), gamma: float(gamma) })),
  softplus: pointwise('Softplus'),
  pad,
  upsample,
  instanceNorm: norm('InstanceNormalization'),
  groupNorm: norm('GroupNormalization', ({ groups }) => ({ num_groups: groups as number })),
  layerNorm,
  logSoftmax: plain('LogSoftmax', ({ layer, x }) => ({
    axis: axisFirst(layer.attributes.axis as number, x.shape.length),
  })),
  slice,
  shuffleChannels,
  depthToSpace: blocks('DepthToSpace', (order) => ({ mode: order })),
  spaceToDepth: blocks('SpaceToDepth', (order) => (order === 'DCR' ? {} : undefined)),
};
