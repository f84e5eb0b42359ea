// ONNX Runtime as an engine that speaks onnx: each case is an ONNX model of one node, opset 21.

import { skip } from '../../dist/oracle/index.js';
import { model } from './onnx.mjs';

const OPSET = 21;

/** The nodes; those of windows come in one, two and three dimensions. */
const windows = {
  conv: 'Conv',
  depthwiseConv: 'Conv',
  maxPool: 'MaxPool',
  avgPool: 'AveragePool',
  convTranspose: 'ConvTranspose',
};

const tensorOf = (ort, { shape, data }) => new ort.Tensor('float32', Float32Array.from(data), shape);

const run = (ort, provider, node) => async (call) => {
  // Both are 1, the default; the model writer knows no floats.
  const { alpha: _, beta: __, ...attributes } = call.attributes;
  const isDilated = attributes.dilations?.some((d) => d > 1);
  if (node === 'Conv' && /^SAME/.test(attributes.auto_pad) && isDilated) skip('Conv with SAME and dilation'); // it says so
  const inputs = Object.entries({ x: call.x, weight: call.weight, bias: call.bias }).filter(([, each]) => each);
  const bytes = model(node, attributes, Object.fromEntries(inputs.map(([name, { shape }]) => [name, shape])), OPSET);
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    const { y } = await session.run(Object.fromEntries(inputs.map(([name, each]) => [name, tensorOf(ort, each)])));
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

const ranked = (ort, provider) =>
  Object.entries(windows).flatMap(([name, node]) =>
    [2, 1, 3].map((rank) => [`${name}${rank}d`, run(ort, provider, node)]),
  );

export const engine = (ort, provider, name, version) => ({
  name: `ONNX Runtime ${name}`,
  version,
  dialect: 'onnx',
  ops: { ...Object.fromEntries(ranked(ort, provider)), dense: run(ort, provider, 'Gemm') },
});
