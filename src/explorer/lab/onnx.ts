// The layer of the lab as a model of ONNX, made in Python.

import { toChannelsFirst, weightToChannelsFirst } from '../../layout.ts';
import type { Lab } from './lab.ts';
import { plainWeight } from './plain-weight.ts';
import { array, attributesOf, flipNote, pairsOf } from './python.ts';

export function onnxCode(lab: Lab): string {
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
    `onnx.save(make.make_model(graph, opset_imports=[make.make_opsetid('', 19)], ir_version=9), 'layer.onnx')`,
  ].join('\n');
}
