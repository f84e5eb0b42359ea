// ONNX Runtime Web, in WebAssembly.

import * as ort from 'onnxruntime-web';
import { engine } from './ort.mjs';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

export default engine(ort, 'wasm', 'Web, wasm', ort.env.versions.web);
