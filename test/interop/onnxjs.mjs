// onnx.js on its plain JavaScript backend: each case is an ONNX model of one node.

import onnx from 'onnxjs';
import { skip } from '../../dist/oracle/index.js';
import { model } from './onnx.mjs';

const OPSET = 9;

const nodes = {
  conv2d: 'Conv',
  depthwiseConv2d: 'Conv',
  maxPool2d: 'MaxPool',
  avgPool2d: 'AveragePool',
  dense: 'Gemm',
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softmax: 'Softmax',
  globalAvgPool: 'GlobalAveragePool',
  globalMaxPool: 'GlobalMaxPool',
};

const run = (node) => async (call) => {
  // Before opset 13 Softmax takes all axes from this one on as one.
  if (node === 'Softmax' && call.attributes.axis !== call.x.shape.length - 1)
    skip('softmax over an axis that is not the last');
  const { alpha: _, beta: __, dilations, ...attributes } = call.attributes;
  if (/Pool/.test(node) && dilations?.some((n) => n > 1)) skip('no dilated pools in this opset');
  if (/Pool/.test(node) && attributes.ceil_mode === 1 && OPSET < 10) skip('no ceil_mode in this opset');
  const { ceil_mode: ___, ...given } = attributes;
  const units = call.op === 'dense' ? call.weight.shape[call.attributes.transB === 1 ? 0 : 1] : 0;
  // Gemm of this opset always adds a third matrix.
  const bias = call.bias ?? (call.op === 'dense' ? { shape: [units], data: new Float32Array(units) } : undefined);
  const inputs = Object.entries({ x: call.x, weight: call.weight, bias }).filter(([, each]) => each);
  const shapes = Object.fromEntries(inputs.map(([name, { shape }]) => [name, shape]));
  const bytes = model(node, { ...given, ...(dilations && node === 'Conv' && { dilations }) }, shapes, OPSET, 3, []);
  const session = new onnx.InferenceSession({ backendHint: 'cpu' });
  await session.loadModel(bytes);
  const tensors = inputs.map(([, { shape, data }]) => new onnx.Tensor(Float32Array.from(data), 'float32', [...shape]));
  const [y] = (await session.run(tensors)).values();
  return { shape: [...y.dims], data: Float32Array.from(y.data) };
};

export default {
  name: 'ONNX.js, cpu',
  version: '0.1.8',
  dialect: 'onnx',
  ops: Object.fromEntries(Object.entries(nodes).map(([op, node]) => [op, run(node)])),
};
