// jax-js on one of its devices, with gradients by its vjp.

import * as jax from '@jax-js/jax';
import { skip } from '../../dist/oracle/index.js';

const { lax, nn, numpy } = jax;

const arrayOf = ({ shape, data }) => numpy.array(Float32Array.from(data)).reshape([...shape]);
const resultOf = (array) => ({ shape: [...array.shape], data: Float32Array.from(array.dataSync()) });

/** The bias of each channel, which is axis 1. */
const withBias = (y, bias) =>
  bias === undefined ? y : numpy.add(y, bias.reshape([1, -1, ...y.shape.slice(2).map(() => 1)]));

const conv =
  ({ stride, padding, dilation, groups }) =>
  (x, weight, bias) =>
    withBias(
      lax.convGeneralDilated(x, weight, stride, padding, {
        rhsDilation: dilation,
        ...(groups > 1 && { featureGroupCount: groups }),
      }),
      bias,
    );

const operators = {
  conv2d: conv,
  conv1d: conv,
  conv3d: conv,
  dense: () => (x, weight, bias) =>
    bias === undefined ? numpy.matmul(x, weight) : numpy.add(numpy.matmul(x, weight), bias),
  relu: () => (x) => nn.relu(x),
  leakyRelu:
    ({ slope }) =>
    (x) =>
      nn.leakyRelu(x, slope),
  sigmoid: () => (x) => nn.sigmoid(x),
  tanh: () => (x) => numpy.tanh(x),
  softmax:
    ({ axis }) =>
    (x) =>
      nn.softmax(x, axis === -1 ? 1 : axis === 0 ? 0 : skip('an axis in the middle')),
};

const operands = ({ x, weight, bias }) => [x, weight, bias].filter((each) => each !== undefined).map(arrayOf);

const forward = (call) => resultOf(operators[call.op](call.attributes)(...operands(call)));

function gradient(call) {
  const [y, pull] = jax.vjp(operators[call.op](call.attributes), operands(call));
  y.dispose?.();
  const [x, weight, bias] = pull(arrayOf(call.dy)).map(resultOf);
  return { x, ...(weight && { weight }), ...(bias && { bias }) };
}

const forAll = (f) => Object.fromEntries(Object.keys(operators).map((op) => [op, f]));

export async function engine(device) {
  await jax.init(device);
  jax.defaultDevice(device);
  return {
    name: `jax-js, ${device}`,
    version: '0.1.25',
    layout: { x: 'NCHW', weight: 'OIHW', dense: 'IO' },
    same: 'numbers',
    traits: { padding: 'multiplied' },
    ops: forAll(forward),
    gradients: forAll(gradient),
  };
}
