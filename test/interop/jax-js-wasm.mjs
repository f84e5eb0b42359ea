// jax-js on WebAssembly.
import { engine } from './jax-js.mjs';

export default engine('wasm');
