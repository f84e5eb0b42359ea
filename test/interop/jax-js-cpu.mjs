// jax-js on its plain JavaScript device.
import { engine } from './jax-js.mjs';

export default engine('cpu');
