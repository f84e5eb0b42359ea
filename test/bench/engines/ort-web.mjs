// onnxruntime-web: WebAssembly.

import * as runtime from 'onnxruntime-web';
import { ort } from './ort.mjs';

const { prepare: of } = ort('ort-web', runtime, { executionProviders: ['wasm'] });

export function prepare(work, threads) {
  runtime.env.wasm.numThreads = threads;
  return of(work, threads);
}
