// Validation: loss and accuracy on data that are not trained on, the best parameters so far, and when to stop.

import { wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { mapParams } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import type { Tensor } from '../tensor.ts';
import type { Batch, Batches } from './batches.ts';
import { checkBatches } from './loss.ts';
import { evaluate } from './metrics.ts';

/** The epoch of the least validation loss, what it was there, and a copy of the parameters of then. */
export interface Best {
  readonly epoch: number;
  readonly loss: number;
  /** NaN where the loss is not one of classes. */
  readonly accuracy: number;
  readonly params: Params<Tensor>;
}

export interface Validation {
  readonly batches: Batches;
  readonly patience: number;
  readonly loss: ((batch: Batch) => Layer) | undefined;
}

/** Spec train-validation. */
export function readValidation(
  batches: Batches | undefined,
  patience: number | undefined,
  loss: Validation['loss'],
): Validation | undefined {
  if (patience !== undefined) wholeNumber('train-validation', 'fit', 'patience', patience, 1);
  if (batches === undefined) {
    if (patience === undefined) return undefined;
    throw new SpecError('train-validation', `fit: patience needs validation batches, got none beside ${patience}`);
  }
  checkBatches('fit', batches, 'validation');
  return { batches, patience: patience ?? Number.POSITIVE_INFINITY, loss };
}

/** Loss and accuracy after an epoch, and the best so far. An equal loss is not better, one that is NaN never. */
export function validated(
  net: Layer,
  params: Params<Tensor>,
  epoch: number,
  { batches, loss: lossOf }: Validation,
  best: Best | undefined,
): { readonly loss: number; readonly accuracy: number; readonly best: Best } {
  const { loss, accuracy } = evaluate(net, params, batches, lossOf);
  if (best && !(loss < best.loss) && !(Number.isNaN(best.loss) && !Number.isNaN(loss))) return { loss, accuracy, best };
  const own = mapParams(params, ({ shape, data }) => ({ shape, data: data.slice() }));
  return { loss, accuracy, best: { epoch, loss, accuracy, params: own } };
}

/** Whether the epochs up to this one have brought nothing better for too long. Spec train-validation. */
export const isStale = (epoch: number, validation: Validation | undefined, best: Best | undefined): boolean =>
  validation !== undefined && best !== undefined && epoch - best.epoch >= validation.patience;
