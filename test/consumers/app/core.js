// A net forward, compiled and backwards: prints what runs and a number that depends on every bit.

import { chain, compile, conv2d, dense, flatten, host, initialize, maxPool2d, relu, tensor } from 'toeplitz';
import { digest } from './digest.js';

const net = chain({
  conv: conv2d({ filters: 6, size: 5 }),
  relu: relu(),
  pool: maxPool2d({ size: 2 }),
  flatten: flatten(),
  out: dense({ units: 10 }),
});
const shape = [2, 12, 12, 3];
const params = initialize(net, shape, { seed: 1 });
const x = tensor(
  shape,
  Float32Array.from({ length: 864 }, (_, i) => ((i * 37) % 17) / 8 - 1),
);
const [y, pull] = net.vjp(x, params);
const { out } = pull(y).params;
console.log(`core: ${host().runs}, ${digest([y, compile(net, shape, params)(x), out.weight, out.bias])}`);
