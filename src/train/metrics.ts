// How good a classifier is: top-k error, and loss and accuracy over a set.

import { identity, mapLayer } from '../algebra.ts';
import { wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import type { Layer, Params } from '../layer.ts';
import { crossEntropy } from '../ops/loss.ts';
import { checkTensor, type Tensor } from '../tensor.ts';
import type { Batch, Batches } from './batches.ts';

/**
 * The share of rows whose label is not among the k greatest logits; of equal logits the first ranks first. Spec train-top.
 *
 * @param logits `[…, classes]`; one label per row.
 * @example
 * [1, 2].map((k) => topError(tensor([1, 3], [3, 1, 2]), [2], k)) // [1, 0]
 */
export function topError(logits: Tensor, labels: ArrayLike<number>, k = 1): number {
  checkTensor('topError', 'logits', logits);
  const classes = logits.shape[logits.shape.length - 1];
  const rows = logits.data.length / classes;
  wholeNumber('train-top', 'topError', 'k', k, 1);
  if (labels.length !== rows)
    throw new SpecError(
      'train-top',
      `topError: there must be a label for each of the ${rows} rows, got ${labels.length}`,
    );
  let wrong = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * classes;
    const own = logits.data[at + labels[row]];
    let ahead = 0;
    for (let o = 0; o < classes; o++) {
      const other = logits.data[at + o];
      if (o !== labels[row] && !(other < own) && (other > own || o < labels[row] || own !== own)) ahead++;
    }
    if (ahead >= k) wrong++;
  }
  return wrong / rows;
}

/**
 * The net as it is used after training: without dropout. Spec train-evaluation.
 *
 * @example
 * evaluation(chain({ drop: dropout() })).children.drop.name // identity
 */
export const evaluation = (net: Layer): Layer =>
  mapLayer(net, (_, layer) => (layer.name === 'dropout' ? identity() : layer));

export interface Score {
  /** Mean loss of an example. */
  readonly loss: number;
  readonly accuracy: number;
  /** Share of examples whose label is not among the five greatest logits. */
  readonly top5Error: number;
  readonly examples: number;
}

/**
 * Loss, accuracy and top-5 error over all batches, dropout left out. Spec train-evaluation.
 *
 * @param loss the loss of a batch, as for `fit`: by default cross-entropy of its labels.
 * @example
 * const set = minibatches({ x: tensor([2, 2], [1, 0, 0, 1]), labels: [0, 0] }, { size: 2 });
 * evaluate(identity(), {}, set).accuracy // 0.5
 */
export function evaluate(
  net: Layer,
  params: Params<Tensor>,
  batches: Batches,
  loss: (batch: Batch) => Layer = ({ labels }) => crossEntropy({ labels }),
): Score {
  const used = evaluation(net);
  let [total, wrong, wrong5, examples] = [0, 0, 0, 0];
  for (const batch of batches.epoch(0)) {
    const n = batch.x.shape[0];
    const logits = used.forward(batch.x, params);
    total += n * loss(batch).forward(logits, {}).data[0];
    wrong += n * topError(logits, batch.labels, 1);
    wrong5 += n * topError(logits, batch.labels, 5);
    examples += n;
  }
  return { loss: total / examples, accuracy: 1 - wrong / examples, top5Error: wrong5 / examples, examples };
}
