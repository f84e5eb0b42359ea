// ONNX Runtime on the CPU, in Node.

import * as ort from 'onnxruntime-node';
import { engine } from './ort.mjs';

ort.env.logLevel = 'fatal';

export default engine(ort, 'cpu', 'Node, CPU', ort.env.versions.node ?? ort.env.versions.common);
