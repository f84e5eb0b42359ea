// TensorFlow.js on its WebAssembly backend, which always has one thread in Node.

import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { tfjs } from './tfjs-cases.mjs';

const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${dirname(main)}/`);
setThreadsCount(1);
export const { prepare } = tfjs('tfjs', 'wasm');
