// From the start of the process to the first result of a convolution (GoogLeNet's 5×5).

import { conv2d, initialize, tensor } from '../../../dist/index.js';

const layer = conv2d({ filters: 32, size: 5, padding: 2 });
const shape = [1, 28, 28, 16];
layer.forward(tensor(shape), initialize(layer, shape, { seed: 1 }));
console.log(performance.now());
