// ONNX Runtime Web (WebAssembly) as an engine: each case is an ONNX model of one node, opset 21, NCHW.

import * as ort from 'onnxruntime-web';
import { skip } from '../../dist/oracle/index.js';
import { model } from './onnx.mjs';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const OPSET = 21;

function window({ padding, size, stride, dilation }) {
  const common = { kernel_shape: size, strides: stride, dilations: dilation };
  if (padding === 'valid') return { ...common, auto_pad: 'VALID' };
  if (typeof padding === 'string')
    return { ...common, auto_pad: padding === 'same-upper' ? 'SAME_UPPER' : 'SAME_LOWER' };
  return { ...common, pads: [...padding.map(([before]) => before), ...padding.map(([, after]) => after)] };
}

/** It refuses pooling whose padding is as wide as the kernel. */
function poolWindow(a) {
  if (Array.isArray(a.padding) && a.padding.some((pair, axis) => Math.max(...pair) >= a.size[axis]))
    skip('padding as wide as the kernel');
  return { ...window(a), ceil_mode: a.ceil ? 1 : 0 };
}

/** It says that it has no dilated Conv under SAME. */
function convWindow(a) {
  if (typeof a.padding === 'string' && a.padding !== 'valid' && a.dilation.some((d) => d > 1))
    skip('Conv with SAME and dilation');
  return window(a);
}

const nodes = {
  conv: ({ attributes: a }) => ['Conv', { ...convWindow(a), group: a.groups }],
  depthwise: ({ attributes: a, x }) => ['Conv', { ...convWindow(a), group: x.shape[1] }],
  max: ({ attributes: a }) => ['MaxPool', poolWindow(a)],
  avg: ({ attributes: a }) => ['AveragePool', { ...poolWindow(a), count_include_pad: a.countPadding ? 1 : 0 }],
  dense: () => ['Gemm', { transB: 1 }],
};

const tensorOf = ({ shape, data }) => new ort.Tensor('float32', Float32Array.from(data), shape);

const run = (family) => async (call) => {
  const [op, attributes] = nodes[family](call);
  const inputs = Object.entries({ x: call.x, weight: call.weight, bias: call.bias }).filter(([, each]) => each);
  const bytes = model(op, attributes, Object.fromEntries(inputs.map(([name, { shape }]) => [name, shape])), OPSET);
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  try {
    const { y } = await session.run(Object.fromEntries(inputs.map(([name, each]) => [name, tensorOf(each)])));
    return { shape: [...y.dims], data: Float32Array.from(y.data) };
  } catch (error) {
    throw new Error(
      error.message
        .replace(/^.*Status Message: /s, '')
        .replace(/\S*\/(\w+\.h:\d+) .* was false\./, '$1')
        .trim(),
    );
  } finally {
    await session.release();
  }
};

const families = { conv: 'conv', depthwiseConv: 'depthwise', maxPool: 'max', avgPool: 'avg' };
const ranked = Object.entries(families).flatMap(([name, family]) =>
  [2, 1, 3].map((rank) => [`${name}${rank}d`, run(family)]),
);

export default {
  name: 'ONNX Runtime Web, wasm',
  version: ort.env.versions.web,
  layout: { x: 'NCHW', weight: 'OIHW' },
  ops: { ...Object.fromEntries(ranked), dense: run('dense') },
};
