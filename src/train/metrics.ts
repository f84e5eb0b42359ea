// The quality of a classifier: top-k error, and loss and accuracy over a set.

import { wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkParams } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { mapLayer } from '../layer/map-layer.ts';
import { checkLabels, IGNORED, type Labels, readLabels } from '../ops/targets.ts';
import { checkTensor, type Tensor } from '../tensor.ts';
import type { Batch, Batches } from './batches.ts';
import { batchesOf, checkBatches, lossOf } from './loss.ts';

/**
 * The share of rows whose label is not among the k greatest logits; of equal logits the first ranks first;
 * where one of two is NaN, that of the label ranks second. Spec train-top.
 *
 * @param logits `[batch, …, classes]`; one label per row, from 0 to classes − 1.
 * @throws {SpecError} loss-labels for other labels; train-top for a k that is not a whole number ≥ 1.
 * @example
 * [1, 2].map((k) => topError(tensor([1, 3], [3, 1, 2]), [2], k)) // [1, 0]
 */
export function topError(logits: Tensor, labels: Labels, k = 1): number {
  const who = 'topError';
  checkTensor(who, 'logits', logits);
  wholeNumber('train-top', who, 'k', k, 1);
  const read = readLabels(who, labels);
  checkLabels(who, read, logits.shape);
  return wrongRows(logits, read, k) / read.length;
}

/** How many rows are wrong at k, for labels that have been checked. */
function wrongRows(logits: Tensor, labels: ArrayLike<number>, k: number): number {
  const classes = logits.shape[logits.shape.length - 1];
  let wrong = 0;
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === IGNORED) continue;
    const at = row * classes;
    const own = logits.data[at + labels[row]];
    let ahead = 0;
    for (let o = 0; o < classes; o++) {
      const other = logits.data[at + o];
      if (o !== labels[row] && !(other < own || (other === own && o > labels[row]))) ahead++;
    }
    if (ahead >= k) wrong++;
  }
  return wrong;
}

/**
 * Rows of logits wrong at k, by the labels of a loss, which has checked them; NaN if it is not cross-entropy. Spec
 * train-top.
 */
export function countWrong(loss: Layer, logits: Tensor, k: number): { readonly wrong: number; readonly rows: number } {
  const labels = loss.roles?.labels;
  if (labels === undefined) return { wrong: Number.NaN, rows: Number.NaN };
  const rows = Array.from(labels).filter((label) => label !== IGNORED).length;
  return { wrong: wrongRows(logits, labels, k), rows };
}

/**
 * The net as it is used after training: without dropout. Spec train-evaluation.
 *
 * @example
 * evaluation(chain({ drop: dropout() })).children.drop.name // identity
 */
export function evaluation(net: Layer): Layer {
  checkLayer('evaluation', net, 'net');
  return mapLayer(net, (_, layer) => layer.roles?.random?.after ?? layer);
}

export interface Score {
  /** Mean loss of an example. */
  readonly loss: number;
  /** Share of labels that have the greatest logit; NaN where the loss is not cross-entropy. */
  readonly accuracy: number;
  /** Share of labels that are not among the five greatest logits; NaN where the loss is not cross-entropy. */
  readonly top5Error: number;
  readonly examples: number;
}

/**
 * Loss, accuracy and top-5 error over all batches, without dropout. Spec train-evaluation.
 *
 * @param loss the loss of a batch, as for `fit`: by default cross-entropy of its labels.
 * @example
 * const set = minibatches({ x: tensor([2, 2], [1, 0, 0, 1]), labels: [0, 0] }, { size: 2 });
 * evaluate(identity(), {}, set).accuracy // 0.5
 */
export function evaluate(net: Layer, params: Params<Tensor>, batches: Batches, loss?: (batch: Batch) => Layer): Score {
  const who = 'evaluate';
  checkLayer(who, net, 'net');
  checkParams(who, params);
  checkBatches(who, batches);
  const lossOfBatch = lossOf(who, loss);
  const used = evaluation(net);
  let [total, wrong, wrong5, rows, examples] = [0, 0, 0, 0, 0];
  for (const batch of batchesOf(who, batches, 0)) {
    const n = batch.x.shape[0];
    const logits = used.forward(batch.x, params);
    const layer = lossOfBatch(batch);
    total += n * layer.forward(logits, {}).data[0];
    const first = countWrong(layer, logits, 1);
    wrong += first.wrong;
    wrong5 += countWrong(layer, logits, 5).wrong;
    rows += first.rows;
    examples += n;
  }
  if (examples === 0) throw new SpecError('train-evaluation', `${who}: batches must give at least one batch, got none`);
  return { loss: total / examples, accuracy: (rows - wrong) / rows, top5Error: wrong5 / rows, examples };
}
