// Mini-batches: the examples in a new order each epoch, the order derived from the seed.

import { checkFunction, flag, known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { hash, type Random, random } from '../random.ts';
import { isList, listOf, reading } from '../reading.ts';
import { allocate, checkTensor, sizeOf, type Tensor, typeOf } from '../tensor.ts';

/** Examples with whatever the loss needs: one label per example (or per pixel), in the order of x. */
export interface Batch {
  readonly x: Tensor;
  readonly labels: readonly number[] | Uint8Array | Uint16Array | Uint32Array | Int32Array;
}

/** The batches of each epoch. The same epoch always gives the same batches. */
export interface Batches {
  /** Batches in one epoch. */
  readonly length: number;
  /** Examples in one epoch. */
  readonly examples: number;
  epoch(epoch: number): Iterable<Batch>;
}

/** The images of a batch, changed; `random` belongs to that batch alone. */
export type Augmentation = (x: Tensor, random: Random) => Tensor;

/**
 * Divides examples into batches of `size`, in a new random order each epoch. The last batch may be smaller; `dropLast`
 * leaves it out, so that each epoch misses other examples. Spec train-batches.
 *
 * @param data x `[examples, …]`, and labels, a whole number of them per example.
 * @throws {SpecError} train-batches for no examples, labels that do not go with x, or `dropLast` with fewer examples than
 * `size`.
 * @example
 * minibatches({ x: tensor([5, 2]), labels: [0, 1, 0, 1, 0] }, { size: 2, seed: 1 }).length // 3
 */
export function minibatches(
  data: Batch,
  options: {
    readonly size: number;
    readonly seed?: number;
    readonly shuffle?: boolean;
    readonly dropLast?: boolean;
    readonly augment?: Augmentation;
  },
): Batches {
  const who = 'minibatches';
  options = known(who, options, ['size', 'seed', 'shuffle', 'dropLast', 'augment'], 'options');
  const { size, seed = 0, shuffle = true, dropLast = false, augment } = options;
  if (augment !== undefined) checkFunction('train-batches', who, 'augment', augment);
  flag('train-batches', who, 'shuffle', shuffle);
  flag('train-batches', who, 'dropLast', dropLast);
  wholeNumber('train-batches', who, 'size', size, 1);
  const perExample = checkData(who, data);
  const examples = data.x.shape[0];
  if (dropLast && size > examples)
    throw new SpecError(
      'train-batches',
      `${who}: with dropLast there must be a whole batch of ${size}, got ${examples} examples`,
    );
  const length = dropLast ? Math.floor(examples / size) : Math.ceil(examples / size);
  return {
    length,
    examples: dropLast ? length * size : examples,
    *epoch(epoch) {
      wholeNumber('train-batches', who, 'the number of an epoch', epoch, 0);
      const order = Uint32Array.from({ length: examples }, (_, i) => i);
      if (shuffle) random(hash(seed, 'order', epoch)).shuffle(order);
      for (let i = 0; i < length; i++) {
        const batch = pick(data, order.subarray(i * size, (i + 1) * size), perExample);
        yield augment ? { ...batch, x: augment(batch.x, random(hash(seed, 'augment', epoch, i))) } : batch;
      }
    },
  };
}

/** Labels per example, of examples that are checked. Spec train-batches. */
export function checkData(who: string, data: Batch): number {
  if (typeof data !== 'object' || data === null)
    throw wrongType('train-batches', `${who}: data must be {x, labels}, got ${show(data)}`);
  const { x, labels } = reading('train-batches', who, 'data', () => ({ x: data.x, labels: data.labels }));
  checkTensor(who, 'x', x);
  const examples = x.shape[0] ?? 0;
  if (examples === 0)
    throw new SpecError('train-batches', `${who}: there must be at least one example, got x of shape [${x.shape}]`);
  if (isList(labels)) listOf('train-batches', who, 'labels', labels);
  else if (!ArrayBuffer.isView(labels) || !('length' in labels))
    throw wrongType('train-batches', `${who}: labels must be an array, got ${show(labels)}`);
  const perExample = labels.length / examples;
  if (!Number.isInteger(perExample) || perExample === 0)
    throw new SpecError(
      'train-batches',
      `${who}: the ${examples} examples must have the same number of labels each, got ${labels.length} labels`,
    );
  return perExample;
}

/** The examples of these numbers. */
export function pick({ x, labels }: Batch, which: Uint32Array, perExample: number): Batch {
  const inner = sizeOf(x.shape.slice(1));
  const picked = allocate('minibatches', [which.length, ...x.shape.slice(1)], typeOf(x.data));
  const chosen = new Array<number>(which.length * perExample);
  which.forEach((from, to) => {
    picked.data.set(x.data.subarray(from * inner, (from + 1) * inner), to * inner);
    for (let i = 0; i < perExample; i++) chosen[to * perExample + i] = labels[from * perExample + i];
  });
  return { x: picked, labels: chosen };
}
