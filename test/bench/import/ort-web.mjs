// As toeplitz.mjs, for onnxruntime on WebAssembly; the model is read from the file that is named.

import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync(process.argv[2]), { executionProviders: ['wasm'] });
await session.run({ x: new ort.Tensor('float32', new Float32Array(12544), [1, 16, 28, 28]) });
console.log(performance.now());
process.exit(0);
