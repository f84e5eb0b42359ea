// onnxruntime-web: WebAssembly, one thread.

import * as runtime from 'onnxruntime-web';
import { ort } from './ort.mjs';

runtime.env.wasm.numThreads = 1;
export const { prepare } = ort('ort-web', runtime, { executionProviders: ['wasm'] });
