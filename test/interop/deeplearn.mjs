// deeplearn.js 0.5, from which TensorFlow.js came, on its plain JavaScript backend, as an engine that speaks tensorflow.

import dl from 'deeplearn';
import { skip } from '../../dist/oracle/index.js';

dl.ENV.setMath?.(new dl.NDArrayMath('cpu', false));

const tensorOf = ({ shape, data }) => dl.Tensor.make([...shape], { values: Float32Array.from(data) }, 'float32');
const resultOf = (t) => ({ shape: [...t.shape], data: Float32Array.from(t.dataSync()) });
const withBias = (y, b) => (b ? dl.add(y, b) : y);

function paddingOf({ padding }) {
  if (typeof padding === 'string') return padding.toLowerCase();
  const sides = padding.slice(1, 3).flat();
  return sides.every((n) => n === sides[0]) ? sides[0] : skip('padding that differs between the sides');
}

const operators = {
  conv2d: (a) => (x, w, b) => {
    if (a.dilations.some((n) => n > 1)) skip('no dilation');
    return withBias(dl.conv2d(x, w, a.strides, paddingOf(a)), b);
  },
  depthwiseConv2d: (a) => (x, w, b) =>
    withBias(dl.depthwiseConv2d(x, w, a.strides.slice(1, 3), paddingOf(a), a.dilations), b),
  maxPool2d: (a) => (x) => dl.maxPool(x, a.ksize, a.strides, paddingOf(a)),
  avgPool2d: (a) => (x) => dl.avgPool(x, a.ksize, a.strides, paddingOf(a)),
  dense: (a) => (x, w, b) => withBias(dl.matMul(x, w, a.transpose_a, a.transpose_b), b),
  relu: () => (x) => dl.relu(x),
  sigmoid: () => (x) => dl.sigmoid(x),
  tanh: () => (x) => dl.tanh(x),
  softmax:
    ({ axis }) =>
    (x) =>
      dl.softmax(x, axis),
};

const operands = ({ x, weight, bias }) => [x, weight, bias].filter((each) => each !== undefined).map(tensorOf);
const forward = (call) => resultOf(operators[call.op](call.attributes)(...operands(call)));

export default {
  name: 'deeplearn.js, CPU',
  version: '0.5.1',
  dialect: 'tensorflow',
  traits: { padding: 'skipped' },
  ops: Object.fromEntries(Object.keys(operators).map((op) => [op, forward])),
};
