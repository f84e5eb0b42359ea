// Batch norm in training, given statistics afterwards: what calibrate changes for single images.

import { batchNorm, chain, conv2d, dense, flatten, initialize, relu } from '../../src/index.ts';
import { calibrate, cosine, evaluate, fit, minibatches, momentum } from '../../src/train/index.ts';
import { type Digits, first, inOrder } from './data.ts';

const net = chain({
  conv1: conv2d({ filters: 8, size: 5, stride: 2, bias: false }),
  norm1: batchNorm(),
  relu1: relu(),
  conv2: conv2d({ filters: 16, size: 3, stride: 2, bias: false }),
  norm2: batchNorm(),
  relu2: relu(),
  flatten: flatten(),
  out: dense({ units: 10 }),
});

export interface Calibrated {
  readonly norm: string;
  /** Accuracy on the test digits, given to the net by 100 and one at a time. */
  readonly hundred: number;
  readonly one: number;
}

/** Trains a net with batch norm, then measures it as it is and calibrated on the first 200 of its digits. */
export async function withAndWithoutCalibration(digits: Digits, epochs: number): Promise<Calibrated[]> {
  const batches = minibatches(digits.train, { size: 20, seed: 1 });
  const { params } = await fit(net, initialize(net, [1, 28, 28, 1], { seed: 1 }), batches, {
    optimizer: momentum({ rate: 0.05 }),
    schedule: cosine({ steps: epochs * batches.length }),
    epochs,
  });
  const seen = Array.from(inOrder(first(digits.train, 200)).epoch(0), ({ x }) => x);
  const nets = { batchNorm: { layer: net, params }, frozenNorm: calibrate(net, params, seen) };
  return Object.entries(nets).map(([norm, { layer, params }]) => {
    const accuracy = (size: number): number => evaluate(layer, params, inOrder(digits.test, size)).accuracy;
    return { norm, hundred: accuracy(100), one: accuracy(1) };
  });
}
