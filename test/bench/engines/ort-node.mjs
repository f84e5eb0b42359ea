// onnxruntime-node: native code, the reference for what the machine gives beyond WebAssembly.

import runtime from 'onnxruntime-node';
import { ort } from './ort.mjs';

export const { prepare } = ort('ort-node', runtime, { executionProviders: ['cpu'] });
