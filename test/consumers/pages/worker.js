// A worker that runs the kernels from the module that it is sent.

import { conv2d, host, initialize, tensor, useKernels } from '../node_modules/toeplitz/dist/index.js';

addEventListener('message', ({ data: { module, number } }) => {
  useKernels(module);
  const layer = conv2d({ filters: 10, size: 3 });
  const params = initialize(layer, [number, 8, 8, 1], { seed: 1 });
  const y = layer.forward(tensor([number, 8, 8, 1]), params);
  postMessage({ ...host(), shape: y.shape });
});
