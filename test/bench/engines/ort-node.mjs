// onnxruntime-node: native code, which shows what the machine can do beyond WebAssembly.

import runtime from 'onnxruntime-node';
import { ort } from './ort.mjs';

export const { prepare } = ort('ort-node', runtime, { executionProviders: ['cpu'] });
