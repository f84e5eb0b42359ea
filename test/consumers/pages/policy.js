// A page under a policy that names 'wasm-unsafe-eval' runs the kernels, under one that does not, the loops.

import { conv2d, host, initialize, tensor } from '../node_modules/toeplitz/dist/index.js';

const layer = conv2d({ filters: 1, size: 3 });
const y = layer.forward(tensor([1, 8, 8, 1]), initialize(layer, [1, 8, 8, 1], { seed: 1 }));
await fetch('/result', { method: 'POST', body: JSON.stringify({ ...host(), shape: y.shape }) });
