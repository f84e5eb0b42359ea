// Splitting examples: some to train on, the others to measure on.

import { finiteNumber, known } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { hash, random } from '../random.ts';
import { type Batch, checkData, pick } from './batches.ts';

/**
 * Splits examples at random into two parts, the second with `share` of them, ⌊n·share + ½⌋. Every example is in one part, with its
 * labels; the same seed gives the same parts. Spec train-split.
 *
 * @throws {SpecError} train-split for a share outside (0, 1), or of which a part would be empty; train-batches.
 * @example
 * splitExamples({ x: tensor([10, 2]), labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, { share: 0.2 }).map(({ labels }) => labels.length) // [8, 2]
 */
export function splitExamples(
  data: Batch,
  options: { readonly share: number; readonly seed?: number },
): [first: Batch, second: Batch] {
  const [who, clause] = ['splitExamples', 'train-split'];
  options = known(who, options, ['share', 'seed'], 'options');
  const { share, seed = 0 } = options;
  finiteNumber(clause, who, 'share', share, 'a number between 0 and 1', (value) => value > 0 && value < 1);
  finiteNumber(clause, who, 'seed', seed, 'a whole number', Number.isSafeInteger);
  const perExample = checkData(who, data);
  const n = data.x.shape[0];
  const apart = Math.floor(n * share + 0.5);
  if (apart === 0 || apart === n)
    throw new SpecError(clause, `${who}: both parts must have an example, got ${n - apart} and ${apart}`);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  random(hash(seed, 'split')).shuffle(order);
  const part = (which: Uint32Array): Batch => pick(data, which.sort(), perExample);
  return [part(order.slice(apart)), part(order.slice(0, apart))];
}
