// From the start of the process to the first result of a convolution (GoogLeNet's 5×5).

import { conv2d, tensor } from '../../../dist/index.js';

const layer = conv2d({ filters: 32, size: 5, padding: 2 });
layer.forward(tensor([1, 28, 28, 16]), { weight: tensor([5, 5, 16, 32]), bias: tensor([32]) });
console.log(performance.now());
