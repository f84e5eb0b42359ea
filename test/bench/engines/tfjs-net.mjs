// A planned tree on TensorFlow.js, with its fused kernels where it has them.

import * as tf from '@tensorflow/tfjs-core';

const weights = (node) => {
  const shape = node.op === 'depthwise' ? [...node.weightShape.slice(0, 2), node.weightShape[3], 1] : node.weightShape;
  return { filter: tf.tensor(node.weight, shape), bias: tf.tensor(node.bias) };
};
const activation = (node) => (node.relu ? 'relu' : undefined);

/** The function x => y of a tree; its weights are tensors from now on. */
export function build(node) {
  const rules = { conv, depthwise, dense, sum, chain };
  if (rules[node.op]) return rules[node.op](node);
  const { size, stride, padding, output } = node;
  return {
    maxPool: (x) => tf.maxPool(x, size, stride, padding, 'floor'),
    avgPool: (x) => tf.avgPool(x, size, stride, padding, 'floor'),
    globalAvgPool: (x) => tf.mean(x, [1, 2]),
    flatten: (x) => tf.reshape(x, output),
    relu: tf.relu,
  }[node.op];
}

function conv(node) {
  const { filter, bias } = weights(node);
  const { stride: strides, padding: pad, dilation: dilations } = node;
  const more = { strides, pad, dilations, dimRoundingMode: 'floor' };
  if (node.groups === 1) return (x) => tf.fused.conv2d({ x, filter, bias, activation: activation(node), ...more });
  const [filters, biases] = [tf.split(filter, node.groups, 3), tf.split(bias, node.groups)];
  return (x) =>
    tf.concat(
      tf
        .split(x, node.groups, 3)
        .map((part, g) =>
          tf.fused.conv2d({ x: part, filter: filters[g], bias: biases[g], activation: activation(node), ...more }),
        ),
      3,
    );
}

function depthwise(node) {
  const { filter, bias } = weights(node);
  const { stride: strides, padding: pad } = node;
  return (x) =>
    tf.fused.depthwiseConv2d({ x, filter, bias, strides, pad, activation: activation(node), dimRoundingMode: 'floor' });
}

function dense(node) {
  const { filter: b, bias } = weights(node);
  return (a) => tf.fused.matMul({ a, b, bias, activation: activation(node) });
}

function sum(node) {
  const [first, second] = node.parts.map(build);
  return (x) => tf.add(first(x), second(x));
}

function chain(node) {
  const parts = node.parts.map(build);
  return (x) => parts.reduce((value, part) => part(value), x);
}
