// What a classifier takes for what: the greatest logit of every row, and how often each class is taken for each.

import { known, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { checkLabels, IGNORED, type Labels, readIgnored, readLabels } from '../ops/targets.ts';
import { allocate, checkTensor, sizeOf, type Tensor } from '../tensor.ts';

/**
 * The place of the greatest number of every row, as a label: of equal ones the first, of NaN the first NaN. Spec train-argmax.
 *
 * @param logits `[batch, …, classes]`; the labels come row-major, one for each row.
 * @throws {SpecError} train-argmax for no classes.
 * @example
 * argmax(tensor([2, 3], [1, 5, 5, 7, 0, 2])) // [1, 0]
 */
export function argmax(logits: Tensor): number[] {
  checkTensor('argmax', 'logits', logits);
  const classes = logits.shape[logits.shape.length - 1];
  if (logits.shape.length === 0 || classes === 0)
    throw new SpecError('train-argmax', `argmax: the last axis must hold classes, got shape [${logits.shape}]`);
  return Array.from({ length: sizeOf(logits.shape.slice(0, -1)) }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      const [value, most] = [logits.data[row * classes + c], logits.data[row * classes + best]];
      if (value > most || (value !== value && most === most)) best = c;
    }
    return best;
  });
}

/**
 * How often each class was taken for each: row i, column j of the matrix `[classes, classes]` counts the rows of label i whose
 * greatest logit is j. Of several batches the matrices are added. Spec train-confusion.
 *
 * @param logits `[batch, …, classes]`; one label per row, from 0 to classes − 1, or `ignore`.
 * @throws {SpecError} loss-labels, loss-ignore, train-argmax.
 * @example
 * confusionMatrix(tensor([3, 2], [1, 0, 0, 1, 1, 0]), [0, 1, 1]).data // [1, 0, 1, 1]
 */
export function confusionMatrix(logits: Tensor, labels: Labels, options: { readonly ignore?: number } = {}): Tensor {
  const who = 'confusionMatrix';
  checkTensor(who, 'logits', logits);
  options = known(who, options, ['ignore'], 'options');
  const ignore = readIgnored(who, options.ignore);
  const read = readLabels(who, labels, ignore).map((label) => (label === ignore ? IGNORED : label));
  checkLabels(who, read, logits.shape);
  const classes = wholeNumber('train-argmax', who, 'the number of classes', logits.shape[logits.shape.length - 1], 1);
  const counts = allocate(who, [classes, classes], 'float64');
  for (const [row, taken] of argmax(logits).entries())
    if (read[row] !== IGNORED) counts.data[read[row] * classes + taken]++;
  return counts;
}
