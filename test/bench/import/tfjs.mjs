// As toeplitz.mjs, for TensorFlow.js on WebAssembly.

import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { conv2d, ones, setBackend } from '@tensorflow/tfjs-core';

setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await setBackend('wasm');
conv2d(ones([1, 28, 28, 16]), ones([5, 5, 16, 32]), 1, 2).dataSync();
console.log(performance.now());
