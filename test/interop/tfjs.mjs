// TensorFlow.js as an engine, for any of its backends. What it does not offer is skipped with the reason; `same-upper` is
// its `same`; where a case has both a stride and a dilation it refuses, so the cases go round that too.

import * as tf from '@tensorflow/tfjs';
import { skip } from '../../dist/oracle/index.js';

const any = (numbers, least) => numbers.some((n) => n > least);

/** Padding as TensorFlow.js writes it for NHWC. */
function paddingOf({ padding, ceil }) {
  if (ceil) skip('ceil');
  if (padding === 'same-lower') skip('same-lower');
  if (padding === 'same-upper') return 'same';
  return padding === 'valid' ? 'valid' : [[0, 0], ...padding, [0, 0]];
}

const tensorOf = ({ shape, data }) => tf.tensor(Float32Array.from(data), [...shape], 'float32');

const resultOf = (t) => ({ shape: t.shape, data: Float32Array.from(t.dataSync()) });

function strideOrDilation({ stride, dilation }) {
  if (any(stride, 1) && any(dilation, 1)) skip('stride and dilation together');
}

const withBias = (y, b) => (b ? tf.add(y, b) : y);

/** Each operator as a function of tensors. */
const operators = {
  conv2d({ attributes: a }) {
    if (a.groups > 1) skip('groups');
    strideOrDilation(a);
    const padding = paddingOf(a);
    return (x, w, b) => withBias(tf.conv2d(x, w, a.stride, padding, 'NHWC', a.dilation), b);
  },
  depthwiseConv2d({ attributes: a, x: { shape } }) {
    strideOrDilation(a);
    const padding = paddingOf(a);
    const C = shape[3];
    return (x, w, b) =>
      withBias(
        tf.depthwiseConv2d(x, tf.reshape(w, [...a.size, C, a.multiplier]), a.stride, padding, 'NHWC', a.dilation),
        b,
      );
  },
  maxPool2d({ attributes: a }) {
    if (any(a.dilation, 1)) skip('dilated pooling');
    const padding = paddingOf(a);
    return (x) => tf.maxPool(x, a.size, a.stride, padding);
  },
  avgPool2d({ attributes: a }) {
    if (any(a.dilation, 1)) skip('dilated pooling');
    if (a.countPadding) skip('countPadding');
    const padding = paddingOf(a);
    return (x) => tf.avgPool(x, a.size, a.stride, padding);
  },
  dense: () => (x, w, b) => withBias(tf.matMul(x, w), b),
};

const operands = ({ x, weight, bias }) => [x, weight, bias].filter((each) => each !== undefined).map(tensorOf);

const forward = (call) => {
  const f = operators[call.op](call);
  return tf.tidy(() => resultOf(f(...operands(call))));
};

function gradient(call) {
  if (call.attributes.dilation && any(call.attributes.dilation, 1)) skip('gradient with dilation');
  const f = operators[call.op](call);
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
    traits,
    ops: forAll(forward, Object.keys(operators)),
    gradients: forAll(gradient, gradients),
  };
}
