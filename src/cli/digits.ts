// The digits that toeplitz train runs on: IDX files or generated ones, in the middle of 32×32 zeros.

import { SpecError } from '../errors.ts';
import { readIdx } from '../formats/idx.ts';
import { allocate } from '../tensor.ts';
import type { Batch } from '../train/batches.ts';
import { digits } from '../train/digits.ts';
import { readInput } from './files.ts';
import { UsageError } from './usage.ts';

/** LeNet-5 takes images of 32×32. */
export const SIDE = 32;

/** The files of the digits; without them, digits are generated. */
export interface Files {
  readonly images?: string | undefined;
  readonly labels?: string | undefined;
  readonly 'test-images'?: string | undefined;
  readonly 'test-labels'?: string | undefined;
}

/**
 * Digits to train on and digits to measure on: the given ones, or every tenth of the first, chosen so that all labels
 * occur.
 */
export async function readDigits(values: Files): Promise<{ train: Batch; test: Batch }> {
  const { images, labels } = values;
  if ((images === undefined) !== (labels === undefined)) throw new UsageError('--images and --labels go together');
  if ((values['test-images'] === undefined) !== (values['test-labels'] === undefined))
    throw new UsageError('--test-images and --test-labels go together');
  const all = images === undefined ? framed(digits({ count: 3000, seed: 1 })) : await readPair(images, labels!);
  if (values['test-images'] !== undefined)
    return { train: all, test: await readPair(values['test-images'], values['test-labels']!) };
  const heldOut = (i: number): boolean => (i + Math.floor(i / 10)) % 10 === 9;
  return { train: part(all, (i) => !heldOut(i)), test: part(all, heldOut) };
}

async function readPair(images: string, labels: string): Promise<Batch> {
  const [x, y] = await Promise.all([images, labels].map(async (file) => readIdx(await readInput(file))));
  if (x.shape.length !== 3 || x.shape[1] > SIDE || x.shape[2] > SIDE)
    throw new SpecError('train-batches', `train: images must have the shape [n, 28, 28], got [${x.shape}]`);
  if (y.shape.length !== 1 || y.shape[0] !== x.shape[0])
    throw new SpecError(
      'train-batches',
      `train: there must be a label for each of the ${x.shape[0]} images, got labels of shape [${y.shape}]`,
    );
  const grey = { shape: [...x.shape, 1], data: Float32Array.from(x.data, (pixel) => pixel / 255) };
  return framed({ x: grey, labels: Array.from(y.data) });
}

/** The images in the middle of 32×32 zeros. */
function framed({ x, labels }: Batch): Batch {
  const [n, height, width] = x.shape;
  const wide = allocate('train', [n, SIDE, SIDE, 1], 'float32');
  const [top, left] = [(SIDE - height) >> 1, (SIDE - width) >> 1];
  for (let row = 0; row < n * height; row++) {
    const [image, i] = [Math.floor(row / height), row % height];
    wide.data.set(x.data.subarray(row * width, (row + 1) * width), (image * SIDE + top + i) * SIDE + left);
  }
  return { x: wide, labels };
}

/** The examples whose index is wanted. */
function part({ x, labels }: Batch, wanted: (i: number) => boolean): Batch {
  const numbers = Array.from(labels, (_, i) => i).filter(wanted);
  const size = SIDE * SIDE;
  const chosen = allocate('train', [numbers.length, SIDE, SIDE, 1], 'float32');
  numbers.forEach((from, to) => {
    chosen.data.set(x.data.subarray(from * size, (from + 1) * size), to * size);
  });
  return { x: chosen, labels: numbers.map((i) => labels[i]) };
}
