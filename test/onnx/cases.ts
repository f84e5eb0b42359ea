// One node after another, in the opsets that say them in other words.

import { type Shape, type Tensor, tensor } from '../../src/index.ts';
import type { Draft } from '../../src/onnx/encode.ts';
import { sizeOf } from '../../src/tensor.ts';
import { type AttributeValue, floats, modelOf, wholes } from './build.ts';

export interface NodeCase {
  readonly op: string;
  readonly opset: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Of the input x. */
  readonly shape: Shape;
  /** The inputs behind x: constants, `''` for one left out, or a shape for another input of the model. */
  readonly more: readonly (Draft | '' | Shape)[];
  readonly outputs: number;
}

const node = (
  op: string,
  opset: number,
  shape: Shape,
  attributes: NodeCase['attributes'] = {},
  more: NodeCase['more'] = [],
  outputs = 1,
): NodeCase => ({ op, opset, attributes, shape, more, outputs });

const one = (value: number): Draft => floats('', [], [value]);
const int = (...values: number[]): Draft => wholes('', values);
const weights = (...shape: number[]): Draft => {
  const size = shape.reduce((a, b) => a * b, 1);
  return floats(
    '',
    shape,
    Array.from({ length: size }, (_, i) => ((i * 7) % 11) / 4 - 1),
  );
};
const image = [2, 3, 5, 4];
/** Above 0, for variances. */
const above = floats('', [3], [1, 2, 4]);

// biome-ignore format: one line per node
export const cases: readonly NodeCase[] = [
  node('Conv', 7, image, { kernel_shape: [2, 3], strides: [2, 1], pads: [1, 0, 0, 2], dilations: [1, 1] }, [weights(4, 3, 2, 3), weights(4)]),
  node('Conv', 11, image, { auto_pad: 'SAME_LOWER', group: 3 }, [weights(6, 1, 2, 2)]),
  node('Conv', 22, [1, 2, 6], { auto_pad: 'SAME_UPPER', strides: [2] }, [weights(2, 2, 3)]),
  node('Conv', 13, [1, 1, 3, 4, 5], { auto_pad: 'VALID' }, [weights(2, 1, 2, 2, 2)]),
  node('ConvTranspose', 11, image, { strides: [2, 3], output_padding: [1, 2], group: 3 }, [weights(3, 2, 3, 2), weights(6)]),
  node('ConvTranspose', 11, image, { strides: [2, 2], auto_pad: 'SAME_UPPER' }, [weights(3, 2, 3, 3)]),
  node('ConvTranspose', 11, image, { strides: [2, 2], auto_pad: 'SAME_UPPER', output_shape: [10, 8] }, [weights(3, 2, 3, 4)]),
  node('ConvTranspose', 11, image, { strides: [3, 2], output_shape: [16, 9] }, [weights(3, 2, 3, 2)]),
  node('MaxPool', 8, image, { kernel_shape: [2, 3], pads: [1, 1, 0, 1] }),
  node('MaxPool', 12, image, { kernel_shape: [2, 2], strides: [2, 3], ceil_mode: 1, dilations: [1, 2] }),
  node('AveragePool', 7, image, { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  node('AveragePool', 19, image, { kernel_shape: [2, 2], pads: [1, 0, 0, 1], strides: [2, 2], dilations: [2, 1], ceil_mode: 1 }),
  node('AveragePool', 11, [1, 2, 7], { kernel_shape: [3], auto_pad: 'SAME_UPPER', strides: [2] }),
  node('GlobalAveragePool', 7, image),
  node('GlobalMaxPool', 7, [2, 3, 4]),
  node('GlobalLpPool', 7, image, { p: 3 }),
  node('LpPool', 11, image, { kernel_shape: [2, 2], pads: [0, 1, 1, 0] }),
  node('LpPool', 18, image, { kernel_shape: [2, 2], strides: [2, 2], p: 1, ceil_mode: 1 }),
  node('LRN', 7, image, { size: 3, alpha: { float: 0.5 }, beta: { float: 0.5 }, bias: { float: 2 } }),
  node('BatchNormalization', 7, image, {}, [weights(3), weights(3), weights(3), above]),
  node('BatchNormalization', 15, [4, 3], { epsilon: { float: 0.5 } }, [weights(3), weights(3), weights(3), above]),
  node('Gemm', 7, [2, 3], { alpha: { float: 0.5 }, beta: { float: 2 }, transB: 1 }, [weights(4, 3), weights(2, 1)]),
  node('Gemm', 11, [3, 2], { transA: 1 }, [weights(3, 4)]),
  node('Gemm', 13, [2, 3], {}, [weights(3, 4), weights(1, 4)]),
  node('MatMul', 9, [2, 3], {}, [weights(3, 4)]),
  node('MatMul', 13, [2, 2, 5, 3], {}, [weights(3, 4)]),
  node('MatMul', 13, [2, 1, 5, 3], {}, [weights(1, 3, 3, 4)]),
  node('MatMul', 13, [2, 5, 3], {}, [weights(3)]),
  node('MatMul', 13, [3], {}, [weights(3, 2)]),
  node('Softmax', 7, image), node('Softmax', 11, image, { axis: 2 }), node('Softmax', 13, image), node('Softmax', 13, image, { axis: 1 }), node('Softmax', 13, image, { axis: 0 }), node('Softmax', 7, [3, 4]),
  node('LogSoftmax', 11, image), node('LogSoftmax', 13, image, { axis: 1 }), node('LogSoftmax', 13, image),
  node('Relu', 7, image), node('LeakyRelu', 7, image, { alpha: { float: 0.25 } }), node('Sigmoid', 7, image), node('Tanh', 7, image), node('Neg', 7, image),
  node('Clip', 7, image, { min: { float: -1 }, max: { float: 0.5 } }), node('Clip', 7, image, { max: { float: 0.5 } }), node('Clip', 11, image, {}, [one(-1)]), node('Clip', 13, image, {}, ['', one(1)]), node('Clip', 13, image, {}, [one(0)]), node('Clip', 13, image, {}, [one(1), one(-0.5)]), node('Relu', 14, []), node('Sigmoid', 13, []),
  node('HardSigmoid', 7, image), node('HardSigmoid', 22, image, { alpha: { float: 0.125 }, beta: { float: 0.25 } }), node('HardSwish', 14, image),
  node('Gelu', 20, image), node('Gelu', 20, image, { approximate: 'tanh' }), node('Erf', 9, image),
  node('InstanceNormalization', 7, image, { epsilon: { float: 0.5 } }, [weights(3), weights(3)]), node('GroupNormalization', 18, [2, 6, 3, 2], { num_groups: 3 }, [weights(3), weights(3)]), node('GroupNormalization', 21, [2, 6, 5], { num_groups: 2, epsilon: { float: 0.25 } }, [weights(6), weights(6)]),
  node('LayerNormalization', 17, image, {}, [weights(4), weights(4)]), node('LayerNormalization', 17, image, { axis: 2, epsilon: { float: 0.25 } }, [weights(5, 4)]),
  node('LpPool', 18, [2, 3, 6], { kernel_shape: [3], p: 3 }), node('LpPool', 11, [1, 2, 3, 4, 3], { kernel_shape: [2, 2, 1] }), node('GlobalLpPool', 7, [2, 3, 5]), node('ReduceMean', 13, image, { axes: [2, 3] }), node('Mul', 14, image, {}, [[2, 3, 1, 1]]),
  node('Elu', 7, image), node('Selu', 7, image), node('Softplus', 7, image), node('Softsign', 7, image), node('Exp', 7, image), node('Abs', 7, image), node('Sign', 9, image), node('Floor', 7, image), node('Ceil', 7, image), node('Round', 11, image), node('Reciprocal', 7, image), node('Sqrt', 7, image), node('Log', 7, image),
  node('Dropout', 7, image, { ratio: { float: 0.75 } }), node('Dropout', 13, image, {}, [one(0.5)]), node('Identity', 7, image),
  node('Add', 7, image, {}, [image]), node('Add', 13, image, {}, [weights(3, 1, 1)]), node('Sub', 14, image, {}, [weights(4)]), node('Mul', 7, image, {}, [[2, 3, 1, 1]]), node('Div', 7, image, {}, [one(3)]), node('Mul', 7, [3, 1], {}, [[1, 4]]),
  node('Pow', 7, image, {}, [one(2)]), node('Pow', 13, image, {}, [wholes('', [3], [])]), node('Max', 8, image, {}, [weights(4), weights(5, 1)]), node('Min', 13, image, {}, [weights(4)]), node('Sum', 8, image, {}, [image, weights(4)]),
  node('PRelu', 9, image, {}, [weights(3, 1, 1)]),
  node('ReduceMean', 11, image, { axes: [2, -1] }), node('ReduceMean', 18, image, { keepdims: 0 }, [int(1, 3)]), node('ReduceSum', 11, image, { axes: [1], keepdims: 0 }), node('ReduceSum', 13, image, {}, [int(0, 2)]), node('ReduceSum', 13, image, { noop_with_empty_axes: 1 }), node('ReduceMax', 13, image), node('ReduceMin', 18, image, {}, [int(1)]), node('ReduceProd', 13, image, { axes: [3] }),
  node('Reshape', 7, image, {}, [int(0, -1)]), node('Reshape', 14, image, {}, [int(5, 2, 12)]), node('Flatten', 7, image), node('Flatten', 11, image, { axis: -2 }), node('Flatten', 9, image, { axis: 0 }),
  node('Squeeze', 7, [1, 3, 1, 2], { axes: [0, 2] }), node('Squeeze', 11, [1, 3, 1]), node('Squeeze', 13, [1, 3, 1, 2], {}, [int(-2)]), node('Unsqueeze', 7, [3, 2], { axes: [0, 3] }), node('Unsqueeze', 13, [3, 2], {}, [int(-1, 1)]),
  node('Transpose', 7, image), node('Transpose', 13, image, { perm: [0, 2, 3, 1] }),
  node('Slice', 7, image, { starts: [1, -2], ends: [100, -1], axes: [2, 3] }), node('Slice', 10, image, {}, [int(0, 1), int(1, -1)]), node('Slice', 13, image, {}, [int(-1, 3), int(-100, 0), int(2, 3), int(-2, -1)]), node('Slice', 11, image, {}, [int(1), int(2 ** 62), int(2)]),
  node('Split', 7, image, { axis: 2, split: [2, 3] }, [], 2), node('Split', 11, image, { axis: 3 }, [], 2), node('Split', 13, image, { axis: 1 }, [int(1, 2)], 2), node('Split', 18, image, { axis: 2, num_outputs: 2 }, [], 2),
  node('Concat', 7, image, { axis: 1 }, [[2, 2, 5, 4]]), node('Concat', 11, image, { axis: -1 }, [[2, 3, 5, 1], image]),
  node('Gather', 7, image, { axis: 1 }, [int(2, 0, 2)]), node('Gather', 11, image, { axis: -1 }, [wholes('', [-1, 0], [2, 1])]), node('Gather', 13, image, {}, [wholes('', [1], [])]),
  node('Expand', 8, [3, 1], {}, [int(2, 1, 4)]), node('Shape', 7, image), node('Shape', 15, image, { start: 1, end: -1 }), node('Size', 7, image), node('Cast', 9, image, { to: 7 }), node('Cast', 13, image, { to: 11 }), node('Cast', 13, image, { to: 9 }),
  node('Pad', 7, image, { pads: [0, 0, 1, 2, 0, 1, 0, 0], value: { float: 1.5 } }), node('Pad', 11, image, { mode: 'reflect' }, [int(0, 0, 2, 3, 0, 0, 1, 0)]), node('Pad', 13, image, { mode: 'edge' }, [int(0, 1, 0, 3, 0, 0, 6, 0)]), node('Pad', 18, image, {}, [int(1, -1, 2, -2), one(-3), int(2, 3)]), node('Pad', 19, image, { mode: 'wrap' }, [int(0, 0, 1, 2, 0, 0, 3, 0)]),
  node('Upsample', 7, image, { scales: { floats: [1, 1, 2, 3] } }), node('Upsample', 9, image, { mode: 'linear' }, [floats('', [4], [1, 1, 2, 2])]),
  node('Resize', 10, image, {}, [floats('', [4], [1, 1, 2, 1.5])]), node('Resize', 11, image, { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }, [floats('', [0], []), floats('', [4], [1, 1, 2, 2])]), node('Resize', 13, image, {}, ['', '', int(2, 3, 7, 3)]), node('Resize', 13, image, { mode: 'linear' }, ['', floats('', [4], [1, 1, 2, 0.5])]), node('Resize', 19, image, { mode: 'linear', coordinate_transformation_mode: 'align_corners' }, ['', '', int(2, 3, 9, 6)]), node('Resize', 18, image, { axes: [3, -2] }, ['', floats('', [2], [2, 1.5])]), node('Resize', 18, image, { axes: [2, 3], keep_aspect_ratio_policy: 'not_smaller', mode: 'linear' }, ['', '', int(7, 8)]), node('Resize', 18, image, { keep_aspect_ratio_policy: 'not_larger', axes: [2, 3] }, ['', '', int(10, 9)]), node('Resize', 19, image, { coordinate_transformation_mode: 'half_pixel_symmetric', mode: 'linear', axes: [2, 3] }, ['', '', int(7, 3)]), node('Resize', 13, image, { coordinate_transformation_mode: 'pytorch_half_pixel', nearest_mode: 'round_prefer_ceil' }, ['', '', int(2, 3, 1, 8)]),
  node('Swish', 24, image), node('Swish', 24, image, { alpha: { float: 1.5 } }), node('Mish', 18, image), node('Celu', 12, image, { alpha: { float: 0.5 } }), node('Mod', 10, image, { fmod: 1 }, [weights(4)]), node('Tile', 7, [2, 3, 1, 2], {}, [int(1, 2, 3, 1)]),
  node('ArgMax', 7, image, { axis: 1 }), node('ArgMin', 13, image, { axis: -1, keepdims: 0, select_last_index: 1 }), node('LessOrEqual', 12, image, {}, [weights(4)]), node('GreaterOrEqual', 16, image, {}, [weights(3, 1, 1)]),
  node('DepthToSpace', 7, [1, 8, 2, 3], { blocksize: 2 }), node('DepthToSpace', 11, [1, 8, 2, 3], { blocksize: 2, mode: 'CRD' }), node('SpaceToDepth', 7, [1, 2, 4, 6], { blocksize: 2 }),
];

export type Type = 'float32' | 'float64';

/** A constant of the file in float64, if it is one of float32. */
export const typed = (draft: Draft, type: Type): Draft =>
  type === 'float64' && draft.type === 1
    ? { name: draft.name, dims: draft.dims, type: 11, doubles: draft.floats }
    : draft;

/** Numbers with few digits, both signs among them. */
const valued = (shape: readonly number[], step: number): Tensor =>
  tensor(
    [...shape],
    Array.from({ length: sizeOf(shape) }, (_, i) => ((i * step) % 17) / 4 - 2),
  );

const isShape = (value: NodeCase['more'][number]): value is readonly number[] => Array.isArray(value);

/** A model of one node, its inputs and the names of its outputs. */
export function modelFor({ op, opset, attributes, shape, more, outputs }: NodeCase, type: Type = 'float32') {
  const named = more.map((each, i) => (each === '' || isShape(each) ? each : typed({ ...each, name: `w${i}` }, type)));
  const inputs = Object.fromEntries([
    ['x', shape],
    ...named.flatMap((each, i) => (isShape(each) ? [[`w${i}`, each]] : [])),
  ]);
  const to = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const bytes = modelOf({
    opset,
    inputs,
    element: type === 'float64' ? 11 : 1,
    initializers: named.filter((each): each is Draft => each !== '' && !isShape(each)),
    nodes: [{ op, attributes, inputs: ['x', ...named.map((each, i) => (each === '' ? '' : `w${i}`))], outputs: to }],
  });
  const tensors = Object.entries(inputs).map(([name, each], i) => [name, valued(each as number[], 5 + 2 * i)]);
  return { bytes, inputs: Object.fromEntries(tensors) as Record<string, Tensor>, to };
}
