// The layer of the lab as code that can be pasted: toeplitz, PyTorch, Keras, ONNX.

import { toChannelsFirst, weightToChannelsFirst } from '../../layout.ts';
import type { Tensor } from '../../tensor.ts';
import type { Lab } from './lab.ts';

export const languages = { toeplitz: 'toeplitz', torch: 'PyTorch', keras: 'Keras', onnx: 'ONNX' } as const;
export type CodeName = keyof typeof languages;

export const codeOf = (lab: Lab, name: CodeName): string =>
  ({ toeplitz: toeplitzCode, torch: torchCode, keras: kerasCode, onnx: onnxCode })[name](lab);

const number = (value: number): string => String(value);
const listed = (values: ArrayLike<number>): string => Array.from(values, number).join(', ');

type Pairs = readonly (readonly [number, number])[];
const pairsOf = ({ axes }: Lab): Pairs => axes.map(({ before, after }) => [before, after]);
const tuple = (values: readonly number[]): string => (values.length === 1 ? `${values[0]}` : `(${values.join(', ')})`);
const truth = (value: boolean): string => (value ? 'True' : 'False');

const attributesOf = ({ layer }: Lab) =>
  layer.attributes as {
    readonly size: readonly number[];
    readonly stride: readonly number[];
    readonly dilation: readonly number[];
    readonly padding: unknown;
    readonly groups?: number;
    readonly filters?: number;
    readonly multiplier?: number;
    readonly outputPadding?: readonly number[];
    readonly ceil?: boolean;
    readonly countPadding?: boolean;
    readonly p?: number;
  };

/** A JavaScript value as source; attributes at their defaults are left out. */
const script = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(script).join(', ')}]` : typeof value === 'string' ? `'${value}'` : String(value);

function toeplitzCode(lab: Lab): string {
  const { layer, x, weight, bias } = lab;
  const quiet: Readonly<Record<string, unknown>> = {
    padding: 'valid',
    dilation: [1, 1],
    stride: lab.weight ? [1, 1] : undefined,
    outputPadding: [0, 0],
    groups: 1,
    ceil: false,
    countPadding: false,
    algorithm: 'auto',
    bias: true,
    multiplier: 1,
  };
  const isQuiet = (name: string, value: unknown): boolean =>
    JSON.stringify(value) === JSON.stringify(quiet[name]) ||
    (Array.isArray(quiet[name]) &&
      Array.isArray(value) &&
      value.every((each) => each === (quiet[name] as number[])[0]));
  const short = (value: unknown): unknown =>
    Array.isArray(value) && value.every((each) => typeof each === 'number' && each === value[0]) ? value[0] : value;
  const attributes = Object.entries(layer.attributes)
    .filter(([name, value]) => !isQuiet(name, value))
    .map(([name, value]) => `${name}: ${script(short(value))}`);
  const tensorCode = (name: string, { shape, data }: Tensor): string =>
    `const ${name} = tensor([${shape.join(', ')}], [${listed(data)}]);`;
  const params = [weight && 'weight', bias && 'bias'].filter(Boolean).join(', ');
  return [
    `import { ${layer.name}, tensor } from 'toeplitz';`,
    '',
    `const layer = ${layer.name}({ ${attributes.join(', ')} });`,
    tensorCode('x', x),
    ...(weight ? [tensorCode('weight', weight)] : []),
    ...(bias ? [tensorCode('bias', bias)] : []),
    `console.log(layer.forward(x, {${params ? ` ${params} ` : ''}}).data);`,
  ].join('\n');
}

/** The weight of a correlation, with its channels first: the library's own, or turned around where it flips. */
function plainWeight({ weight, layer, rank }: Lab): Tensor | undefined {
  if (!weight || !layer.name.startsWith('true')) return weight;
  const each = weight.shape.slice(rank).reduce((product, axis) => product * axis, 1);
  const K = weight.data.length / each;
  const data = Float32Array.from(
    weight.data,
    (_, i) => weight.data[(K - 1 - Math.floor(i / each)) * each + (i % each)],
  );
  return { shape: weight.shape, data };
}

const array = (module: string, { shape, data }: Tensor): string =>
  module === 'torch'
    ? `torch.tensor([${listed(data)}]).reshape(${shape.join(', ')})`
    : `numpy.array([${listed(data)}], 'float32').reshape(${shape.join(', ')})`;

const flipNote = ({ layer }: Lab): string[] =>
  layer.name.startsWith('true') ? ['# The weight is turned around: this library does not flip it.'] : [];

function torchCode(lab: Lab): string {
  const { op, rank, x, bias } = lab;
  const a = attributesOf(lab);
  const weight = plainWeight(lab);
  const pairs = pairsOf(lab);
  const isUneven = pairs.some(([before, after]) => before !== after);
  const before = pairs.map(([each]) => each);
  const lines = [
    'import torch',
    'import torch.nn.functional as F',
    '',
    ...flipNote(lab),
    `x = ${array('torch', toChannelsFirst(x))}`,
  ];
  if (weight) lines.push(`weight = ${array('torch', weightToChannelsFirst(weight))}`);
  lines.push(...(bias ? [`bias = ${array('torch', bias)}`] : weight ? ['bias = None'] : []));
  const pad = pairs.toReversed().flat().join(', ');
  if (op === 'transposed') {
    const output = tuple(a.outputPadding ?? []);
    const common = `stride=${tuple(a.stride)}, output_padding=${output}, groups=${a.groups}, dilation=${tuple(a.dilation)}`;
    if (!isUneven) lines.push(`y = F.conv_transpose${rank}d(x, weight, bias, padding=${tuple(before)}, ${common})`);
    else
      lines.push(
        `# The two sides are cut by different numbers, which conv_transpose${rank}d cannot say.`,
        `y = F.conv_transpose${rank}d(x, weight, bias, ${common})`,
        `y = F.pad(y, (${pairs
          .toReversed()
          .flat()
          .map((cells) => -cells)
          .join(', ')}))`,
      );
  } else {
    const isMax = op === 'max';
    if (isUneven) lines.push(`x = F.pad(x, (${pad})${isMax ? ", value=float('-inf')" : ''})`);
    const padding = isUneven ? '0' : tuple(before);
    const window = `${tuple(a.size)}, stride=${tuple(a.stride)}`;
    if (weight) {
      const groups = op === 'depthwise' ? x.shape[x.shape.length - 1] : a.groups;
      lines.push(
        `y = F.conv${rank}d(x, weight, bias, stride=${tuple(a.stride)}, padding=${padding}, dilation=${tuple(a.dilation)}, groups=${groups})`,
      );
    } else if (isMax) {
      lines.push(
        `y = F.max_pool${rank}d(x, ${window}, padding=${padding}, dilation=${tuple(a.dilation)}, ceil_mode=${truth(a.ceil === true)})`,
      );
    } else if (op === 'average') {
      if (isUneven) lines.push('# The padding above is counted now, whatever count_include_pad says.');
      if (a.dilation.some((each) => each > 1)) lines.push('# avg_pool has no dilation.');
      lines.push(
        `y = F.avg_pool${rank}d(x, ${window}, padding=${padding}, ceil_mode=${truth(a.ceil === true)}, count_include_pad=${truth(a.countPadding === true)})`,
      );
    } else lines.push(`y = F.lp_pool${rank}d(x, ${a.p}, ${window}, ceil_mode=${truth(a.ceil === true)})`);
  }
  return [...lines, 'print(y)'].join('\n');
}

function kerasCode(lab: Lab): string {
  const { op, rank, x, bias } = lab;
  const a = attributesOf(lab);
  const weight = plainWeight(lab);
  const pairs = pairsOf(lab);
  const isPadded = pairs.flat().some((cells) => cells > 0);
  const isSame = a.padding === 'same-upper';
  const lines = ['import keras, numpy', '', ...flipNote(lab), `x = ${array('numpy', x)}`];
  if (weight) lines.push(`weight = ${array('numpy', weight)}`);
  if (bias) lines.push(`bias = ${array('numpy', bias)}`);
  const isWritten = isPadded && !isSame && op !== 'transposed';
  if (isWritten) {
    const sides = rank === 1 ? `(${pairs[0].join(', ')})` : `((${pairs[0].join(', ')}), (${pairs[1].join(', ')}))`;
    if (!weight) lines.push('# Pools of Keras pad with zeros here, which takes part in the result.');
    lines.push(`x = keras.layers.ZeroPadding${rank}D(${sides})(x)`);
  }
  const padding = isSame ? "'same'" : "'valid'";
  const common = `strides=${tuple(a.stride)}, padding=${padding}`;
  const withBias = `use_bias=${truth(bias !== undefined)}`;
  const dilation = a.dilation.some((each) => each > 1) ? `, dilation_rate=${tuple(a.dilation)}` : '';
  if (weight && op === 'conv')
    lines.push(
      `layer = keras.layers.Conv${rank}D(${a.filters}, ${tuple(a.size)}, ${common}${dilation}, groups=${a.groups}, ${withBias})`,
    );
  else if (weight && op === 'depthwise') {
    lines.push(`weight = weight.reshape(${a.size.join(', ')}, ${x.shape[x.shape.length - 1]}, ${a.multiplier})`);
    lines.push(
      `layer = keras.layers.DepthwiseConv${rank}D(${tuple(a.size)}, ${common}${dilation}, depth_multiplier=${a.multiplier}, ${withBias})`,
    );
  } else if (weight) {
    if (a.groups !== 1) lines.push('# Conv2DTranspose of Keras has no groups.');
    lines.push(
      `layer = keras.layers.Conv${rank}DTranspose(${a.filters}, ${tuple(a.size)}, ${common}${dilation}, ${withBias})`,
    );
    if (isPadded && !isSame)
      lines.push(
        `cut = keras.layers.Cropping${rank}D(${JSON.stringify(rank === 1 ? pairs[0] : pairs)
          .replaceAll('[', '(')
          .replaceAll(']', ')')})`,
      );
    if (a.outputPadding?.some((cells) => cells > 0)) lines.push(`layer.output_padding = ${tuple(a.outputPadding)}`);
  } else if (op === 'lp') return `${lines.join('\n')}\n# Keras has no Lp pooling.`;
  else {
    if (a.ceil) lines.push('# Keras has no ceil: a last window that is not full is left out.');
    const name = op === 'max' ? 'MaxPooling' : 'AveragePooling';
    lines.push(`layer = keras.layers.${name}${rank}D(${tuple(a.size)}, ${common})`);
  }
  if (weight) lines.push('layer.build(x.shape)', `layer.set_weights([weight${bias ? ', bias' : ''}])`);
  const isCut = op === 'transposed' && isPadded && !isSame;
  return [...lines, isCut ? 'print(cut(layer(x)))' : 'print(layer(x))'].join('\n');
}

function onnxCode(lab: Lab): string {
  const { op, x, bias, layer } = lab;
  const a = attributesOf(lab);
  const weight = plainWeight(lab);
  const pads = [0, 1].flatMap((side) => pairsOf(lab).map((pair) => pair[side]));
  const list = (values: readonly number[]): string => `[${values.join(', ')}]`;
  const names = {
    conv: 'Conv',
    depthwise: 'Conv',
    transposed: 'ConvTranspose',
    max: 'MaxPool',
    average: 'AveragePool',
    lp: 'LpPool',
  };
  const C = x.shape[x.shape.length - 1];
  const attributes = [
    `kernel_shape=${list(a.size)}`,
    `strides=${list(a.stride)}`,
    `pads=${list(pads)}`,
    `dilations=${list(a.dilation)}`,
    ...(weight ? [`group=${op === 'depthwise' ? C : a.groups}`] : [`ceil_mode=${a.ceil ? 1 : 0}`]),
    ...(a.outputPadding?.some((cells) => cells > 0) ? [`output_padding=${list(a.outputPadding)}`] : []),
    ...(op === 'average' ? [`count_include_pad=${a.countPadding ? 1 : 0}`] : []),
    ...(op === 'lp' ? [`p=${a.p}`] : []),
  ];
  const inputs = ['x', ...(weight ? ['weight'] : []), ...(bias ? ['bias'] : [])];
  const channelsFirst = (shape: readonly number[]): string =>
    list([shape[0], shape[shape.length - 1], ...shape.slice(1, -1)]);
  return [
    'import numpy, onnx, onnx.helper as make, onnx.numpy_helper as numbers',
    '',
    ...flipNote(lab),
    `x = ${array('numpy', toChannelsFirst(x))}`,
    ...(weight ? [`weight = ${array('numpy', weightToChannelsFirst(weight))}`] : []),
    ...(bias ? [`bias = ${array('numpy', bias)}`] : []),
    `node = make.make_node('${names[op]}', [${inputs.map((name) => `'${name}'`).join(', ')}], ['y'],`,
    `    ${attributes.join(', ')})`,
    `graph = make.make_graph([node], '${layer.name}',`,
    `    [make.make_tensor_value_info('x', onnx.TensorProto.FLOAT, ${channelsFirst(x.shape)})],`,
    `    [make.make_tensor_value_info('y', onnx.TensorProto.FLOAT, ${channelsFirst(lab.y.shape)})],`,
    `    [${inputs
      .slice(1)
      .map((name) => `numbers.from_array(${name}, '${name}')`)
      .join(', ')}])`,
    `onnx.save(make.make_model(graph, opset_imports=[make.make_opsetid('', 19)]), 'layer.onnx')`,
  ].join('\n');
}
