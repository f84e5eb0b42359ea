// onnxruntime, for the web (WebAssembly) or native. Its tensors are channels first, from array to array.

import { channelsFirst, onnxModel, swapped } from '../onnx.mjs';

export function ort(name, runtime, options) {
  const prepare = async ({ kind, tree, x }, threads) => {
    if (kind !== 'forward') return [];
    const { bytes, result } = onnxModel(tree);
    const session = await runtime.InferenceSession.create(bytes, {
      ...options,
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    const [n, h, w, c] = tree.input;
    const values = tree.input.length === 4 ? swapped(x, n, h * w, c) : x;
    const input = new runtime.Tensor('float32', values, channelsFirst(tree.input));
    const run = async () => (await session.run({ x: input }))[result];
    const output = async () => {
      const { data } = await run();
      const [N, H, W, C] = tree.output;
      return tree.output.length === 4 ? swapped(data, N, C, H * W) : data;
    };
    return [{ name, run, output, free: () => session.release() }];
  };
  return { prepare };
}
