// TensorFlow.js in plain JavaScript: the only one of its backends without native code that can train a convolution.

import '@tensorflow/tfjs'; // the gradients are not in tfjs-core

import { tfjs } from './tfjs-cases.mjs';

export const { prepare } = tfjs('tfjs-cpu', 'cpu');
