// TensorFlow.js on its WebAssembly backend (XNNPACK), which multiplies padding as zeros and has few gradient kernels.
import '@tensorflow/tfjs-backend-wasm';
import { engine } from './tfjs.mjs';

export default engine('wasm', { gradients: [], traits: { padding: 'multiplied' } });
