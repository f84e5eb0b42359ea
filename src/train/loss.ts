// What training and evaluation take in addition to a net: batches, and the loss of each.

import { checkFunction } from '../attributes.ts';
import { show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import type { Layer } from '../layer/layer.ts';
import { crossEntropy } from '../ops/loss.ts';
import { isObject, reading } from '../reading.ts';
import { checkTensor } from '../tensor.ts';
import type { Batch, Batches } from './batches.ts';

/** The loss of a batch: what `loss` makes of it, or cross-entropy of its labels. Spec train-fit. */
export function lossOf(who: string, loss: unknown): (batch: Batch) => Layer {
  if (loss === undefined) return ({ labels }) => crossEntropy({ labels });
  checkFunction('train-fit', who, 'loss', loss);
  return (batch) => {
    const layer = loss(batch);
    checkLayer(who, layer, 'what loss returns');
    return layer;
  };
}

/** Spec train-fit. */
export function checkBatches(who: string, batches: unknown, what = 'batches'): void {
  const epoch = reading('train-fit', who, what, () => (batches as Batches | undefined)?.epoch);
  if (typeof epoch !== 'function')
    throw wrongType('train-fit', `${who}: ${what} must come from minibatches(), got ${show(batches)}`);
}

/** The batches of an epoch, each checked as it comes: they may be made by hand. Spec train-fit. */
export function* batchesOf(who: string, batches: Batches, epoch: number): Generator<Batch, void> {
  const given: unknown = batches.epoch(epoch);
  if (!isObject(given) || !(Symbol.iterator in given))
    throw wrongType('train-fit', `${who}: epoch of batches must give batches, got ${show(given)}`);
  for (const batch of given as Iterable<Batch>) {
    if (!isObject(batch)) throw wrongType('train-fit', `${who}: a batch must be {x, labels}, got ${show(batch)}`);
    checkTensor(who, 'x', batch.x);
    yield batch;
  }
}
