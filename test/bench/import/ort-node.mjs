// As toeplitz.mjs, for onnxruntime in native code; the model is read from the file that is named.

import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';

const session = await ort.InferenceSession.create(readFileSync(process.argv[2]));
await session.run({ x: new ort.Tensor('float32', new Float32Array(12544), [1, 16, 28, 28]) });
console.log(performance.now());
