// A model to judge for those who have none: a small net, and an engine with one mistake.

import { type Draft, encode } from '../../onnx/encode.ts';
import { readOnnx } from '../../onnx/read.ts';
import { random } from '../../random.ts';
import { sizeOf, type Tensor, tensor } from '../../tensor.ts';

const shapes = { 'conv1.w': [4, 1, 3, 3], 'conv2.w': [6, 4, 3, 3], 'fc.w': [150, 10] } as const;

/** A node from the output of the one before it, which has its name; attributes are whole numbers. */
function node(op: string, name: string, from: string, attributes: Readonly<Record<string, readonly number[]>> = {}) {
  const weight = `${name}.w`;
  return {
    op,
    name,
    inputs: Object.hasOwn(shapes, weight) ? [from, weight] : [from],
    outputs: [name],
    attributes: Object.entries(attributes).map(([name, ints]): Draft => ({ name, type: 7, ints })),
  };
}

/** The model whose second convolution has this padding: top, left, bottom, right. */
function modelWith(pads: readonly number[], initializers: readonly Draft[]): Uint8Array {
  const nodes = [
    node('Conv', 'conv1', 'x', { pads: [1, 1, 1, 1] }),
    node('Relu', 'relu1', 'conv1'),
    node('MaxPool', 'pool1', 'relu1', { kernel_shape: [2, 2], strides: [2, 2] }),
    node('Conv', 'conv2', 'pool1', { pads }),
    node('Relu', 'relu2', 'conv2'),
    node('Flatten', 'flat', 'relu2'),
    node('MatMul', 'fc', 'flat'),
  ];
  const axes = [1, 1, 12, 12].map((value) => ({ value }));
  const inputs = [{ name: 'x', type: { tensor: { element: 1, shape: { axes } } } }];
  const graph = { name: 'sample', nodes, initializers, inputs, outputs: [{ name: 'fc' }] };
  return encode('Model', { irVersion: 8, opsets: [{ version: 17 }], graph });
}

/** A small net, and the tensors of an engine that exchanges the padding before and after in its second convolution. */
export function sampleModel(): { readonly bytes: Uint8Array; readonly tensors: Readonly<Record<string, Tensor>> } {
  const { uniform } = random(1);
  const weights = Object.entries(shapes).map(
    ([name, dims]): Draft => ({
      name,
      dims,
      type: 1,
      floats: Array.from({ length: sizeOf(dims) }, () => uniform() - 0.5),
    }),
  );
  const x = tensor(
    [1, 1, 12, 12],
    Array.from({ length: 144 }, () => uniform()),
  );
  const bytes = modelWith([1, 0, 0, 1], weights);
  return { bytes, tensors: { x, ...readOnnx(modelWith([0, 1, 1, 0], weights)).run({ x }) } };
}
