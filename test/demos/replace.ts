// Replacing the last layers (T4): a net that knows the digits 0 to 4 gets two new layers at its end and learns 5 to 9 with
// them alone.

import { dense, initialize, type Layer, type Params, type Tensor } from '../../src/index.ts';
import { lenet5 } from '../../src/nets/index.ts';
import { type Batch, cosine, evaluate, fit, minibatches, momentum } from '../../src/train/index.ts';
import { type Digits, first, inOrder, only } from './data.ts';

const SHAPE = [1, 28, 28, 1];

export interface Replaced {
  /** Accuracy on test digits: of the first net on 0 to 4, then of the others on 5 to 9. */
  readonly old: number;
  readonly replaced: number;
  readonly scratch: number;
  readonly before: Params<Tensor>;
  readonly after: Params<Tensor>;
}

/** Trains on all digits 0 to 4, then on `few` of 5 to 9: the last two layers alone, and a whole net from scratch. */
export async function replaceLastLayers(digits: Digits, few: number, epochs: number): Promise<Replaced> {
  const low = (batch: Batch): Batch => only(batch, (label) => label < 5);
  const high = (batch: Batch): Batch => only(batch, (label) => label >= 5, 5);
  const net = lenet5({ classes: 5 });
  const before = await train(net, initialize(net, SHAPE, { seed: 1 }), low(digits.train), epochs);

  const changed = net.with({ children: { out: dense({ units: 5 }) } });
  const fresh = initialize(changed, SHAPE, { seed: 2 });
  const start = { ...before, fc4: fresh.fc4, out: fresh.out };
  const data = first(high(digits.train), few);
  const longer = Math.ceil((epochs * digits.train.x.shape[0]) / (2 * few));
  const after = await train(changed, start, data, longer, (name) => /^(fc4|out)\./.test(name));
  const scratch = await train(changed, fresh, data, longer);
  const accuracy = (layer: Layer, params: Params<Tensor>, test: Batch): number =>
    evaluate(layer, params, inOrder(test)).accuracy;
  return {
    old: accuracy(net, before, low(digits.test)),
    replaced: accuracy(changed, after, high(digits.test)),
    scratch: accuracy(changed, scratch, high(digits.test)),
    before,
    after,
  };
}

async function train(
  net: Layer,
  params: Params<Tensor>,
  data: Batch,
  epochs: number,
  trainable: (name: string) => boolean = () => true,
): Promise<Params<Tensor>> {
  const batches = minibatches(data, { size: 20, seed: 1 });
  const result = await fit(net, params, batches, {
    optimizer: momentum({ rate: 0.02 }),
    schedule: cosine({ steps: epochs * batches.length }),
    epochs,
    trainable,
  });
  return result.params;
}
