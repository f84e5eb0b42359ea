// A training step on TensorFlow.js: softmax cross-entropy, stochastic gradient descent.

import * as tf from '@tensorflow/tfjs-core';

const RATE = 0.01;

export function step(name, { tree, x, shape, labels }) {
  const parts = tree.parts.filter(({ weight }) => weight);
  const variables = parts.flatMap(({ weight, weightShape, bias }) => [
    tf.variable(tf.tensor(weight, weightShape)),
    tf.variable(tf.tensor(bias)),
  ]);
  const images = tf.tensor(x, shape);
  const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), tree.output[1]);
  const logits = () => {
    let next = 0;
    const apply = (value, part) => {
      if (part.op === 'flatten') return tf.reshape(value, part.output);
      if (part.op === 'maxPool') return tf.maxPool(value, part.size, part.stride, part.padding, 'floor');
      const [weight, bias] = [variables[next++], variables[next++]];
      const y = part.op === 'conv' ? tf.conv2d(value, weight, part.stride, part.padding) : tf.matMul(value, weight);
      return part.relu ? tf.relu(tf.add(y, bias)) : tf.add(y, bias);
    };
    return tree.parts.reduce(apply, images);
  };
  const optimizer = tf.train.sgd(RATE);
  const loss = () => tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits())), 1)));
  const run = () => optimizer.minimize(loss);
  const output = () => {
    run();
    return Float32Array.from(variables.flatMap((variable) => [...variable.dataSync()]));
  };
  return [{ name, run, output }];
}
