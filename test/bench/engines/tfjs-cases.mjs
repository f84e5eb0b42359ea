// TensorFlow.js, x and y in the backend's memory.

import * as tf from '@tensorflow/tfjs-core';
import { build } from './tfjs-net.mjs';
import { step } from './tfjs-step.mjs';

/** Backend 'wasm' has no filter gradient; 'cpu', plain JavaScript, is measured where nothing else can do the work. */
export function tfjs(name, backend) {
  tf.enableProdMode();
  const prepare = async (work) => {
    await tf.setBackend(backend);
    tf.engine().startScope();
    const variants = offered(name, backend, work);
    const free = () => {
      tf.disposeVariables();
      tf.engine().endScope();
    };
    // All of a case's tensors go with it: the backend packs weights again at every call once it has many of them.
    return variants.map((variant, i) => ({ ...variant, free: i === 0 ? free : undefined }));
  };
  return { prepare };
}

function offered(name, backend, work) {
  const { kind } = work;
  if (backend === 'wasm') return kind === 'forward' || kind === 'dx' ? tensors(name, work) : [];
  if (kind === 'step') return step(name, work);
  return kind === 'dw' && work.flops < 1e8 ? tensors(name, work) : [];
}

function tensors(name, { kind, tree, x, dy, shape }) {
  const compute = { forward, dx, dw }[kind](tree, dy);
  const input = kind === 'dx' ? tf.tensor(dy, tree.output) : tf.tensor(x, shape);
  const run = () => {
    tf.engine().startScope();
    compute(input);
    tf.engine().endScope();
  };
  return [{ name, run, output: () => tf.tidy(() => compute(input).dataSync()) }];
}

const forward = (tree) => build(tree);

const attributes = ({ stride, padding }) => ({
  strides: [stride, stride],
  pad: padding,
  dataFormat: 'NHWC',
  dimRoundingMode: 'floor',
});

function dx(tree) {
  const filter = tf.tensor(tree.weight, tree.weightShape);
  const more = { ...attributes(tree), inputShape: tree.input };
  return (dy) => tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, more);
}

function dw(tree, gradient) {
  const dy = tf.tensor(gradient, tree.output);
  const more = { ...attributes(tree), filterShape: tree.weightShape };
  return (x) => tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, more);
}
