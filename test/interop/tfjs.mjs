// TensorFlow.js as an engine that speaks tensorflow, for any of its backends.

import * as tf from '@tensorflow/tfjs';
import { skip } from '../../dist/oracle/index.js';

/** `SAME` and `VALID` in its letters; numbers are written alike. */
const paddingOf = ({ padding }) => (typeof padding === 'string' ? padding.toLowerCase() : padding);

const tensorOf = ({ shape, data }) => tf.tensor(Float32Array.from(data), [...shape], 'float32');

const resultOf = (t) => ({ shape: t.shape, data: Float32Array.from(t.dataSync()) });

const withBias = (y, b) => (b ? tf.add(y, b) : y);

/** Each operator as a function of its attributes and tensors. */
const operators = {
  conv2d: (a) => (x, w, b) => withBias(tf.conv2d(x, w, a.strides, paddingOf(a), a.data_format, a.dilations), b),
  depthwiseConv2d: (a) => (x, w, b) =>
    withBias(tf.depthwiseConv2d(x, w, a.strides.slice(1, 3), paddingOf(a), a.data_format, a.dilations), b),
  convTranspose2d(a) {
    if (a.dilations.some((d) => d > 1)) skip('dilated conv2dTranspose');
    return (x, w, b) => withBias(tf.conv2dTranspose(x, w, a.output_shape, a.strides, paddingOf(a)), b);
  },
  maxPool2d: (a) => (x) => tf.maxPool(x, a.ksize, a.strides, paddingOf(a)),
  avgPool2d: (a) => (x) => tf.avgPool(x, a.ksize, a.strides, paddingOf(a)),
  dense: (a) => (x, w, b) => withBias(tf.matMul(x, w, a.transpose_a, a.transpose_b), b),
};

const operands = ({ x, weight, bias }) => [x, weight, bias].filter((each) => each !== undefined).map(tensorOf);

const forward = (call) => {
  const f = operators[call.op](call.attributes);
  return tf.tidy(() => resultOf(f(...operands(call))));
};

function gradient(call) {
  if (call.attributes.dilations?.some((d) => d > 1)) skip('gradient with dilation');
  const f = operators[call.op](call.attributes);
  return tf.tidy(() => {
    const given = operands(call);
    const [x, weight, bias] = tf.grads(f)(given, tensorOf(call.dy)).map(resultOf);
    return { x, ...(weight && { weight }), ...(bias && { bias }) };
  });
}

const forAll = (f, names) => Object.fromEntries(names.map((name) => [name, f]));

/** The engine of one backend; `gradients` names the operators whose gradients that backend has kernels for. */
export async function engine(backend, { gradients, traits }) {
  await tf.setBackend(backend);
  await tf.ready();
  return {
    name: `TensorFlow.js, ${tf.getBackend()} backend`,
    version: tf.version_core,
    dialect: 'tensorflow',
    traits,
    ops: forAll(forward, Object.keys(operators)),
    gradients: forAll(gradient, gradients),
  };
}
