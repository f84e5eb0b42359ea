// Every subpath, in use: prints a number that depends on what they give.

import { host, initialize, parameter, parameterCount, tensor } from 'toeplitz';
import { readSafetensors, writeSafetensors } from 'toeplitz/formats';
import { filterTiles } from 'toeplitz/inspect';
import { lenet5, vgg } from 'toeplitz/nets';
import { dialects } from 'toeplitz/oracle';
import { laws } from 'toeplitz/testing';
import { digits, minibatches } from 'toeplitz/train';
import { digest } from './digest.js';

const net = lenet5();
const params = initialize(net, [1, 32, 32, 1], { seed: 1 });
const [batch] = minibatches(digits({ count: 4, seed: 1 }), { size: 4 }).epoch(0);
const { tensors } = readSafetensors(writeSafetensors(params));
const y = net.forward(tensor([1, 32, 32, 1], new Float32Array(1024).fill(0.5)), params);
console.log(
  [
    `subpaths: ${host().runs}, ${digest([y, batch.x])}`,
    parameterCount(vgg(16), [1, 224, 224, 3]),
    filterTiles(parameter(params, 'conv1.weight')).length,
    Object.keys(tensors).length,
    Object.keys(dialects).length,
    typeof laws,
  ].join(', '),
);
