// The images that toeplitz train runs on: IDX files, a folder, or generated digits, in the middle of 32×32 zeros.

import { SpecError, show } from '../errors.ts';
import { readIdx } from '../formats/idx.ts';
import { allocate, type Tensor } from '../tensor.ts';
import type { Batch } from '../train/batches.ts';
import { digits } from '../train/digits.ts';
import { greyImages, resizeImages, stackImages } from '../train/images.ts';
import { readInput } from './files.ts';
import { isFolder, readImageFolder } from './image-folder.ts';
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
export async function readDigits(
  values: Files,
): Promise<{ readonly train: Batch; readonly test: Batch; readonly classes: readonly string[] }> {
  const { batch: all, classes } = (await readExamples(values, 'images', 'labels')) ?? {
    batch: framed(digits({ count: 3000, seed: 1 })),
    classes: [],
  };
  const tests = await readExamples(values, 'test-images', 'test-labels');
  if (tests && tests.classes.join('/') !== classes.join('/'))
    throw new UsageError(
      `--test-images must have the classes of --images, ${show(classes)}, got ${show(tests.classes)}`,
    );
  if (tests) return { train: all, test: tests.batch, classes };
  const heldOut = (i: number): boolean => (i + Math.floor(i / 10)) % 10 === 9;
  return { train: part(all, (i) => !heldOut(i)), test: part(all, heldOut), classes };
}

interface Examples {
  readonly batch: Batch;
  /** Of a folder: the names of the classes, by their numbers. */
  readonly classes: readonly string[];
}

/** A folder of images, or two files. */
async function readExamples(values: Files, images: keyof Files, labels: keyof Files): Promise<Examples | undefined> {
  const [from, beside] = [values[images], values[labels]];
  if (from !== undefined && (await isFolder(from))) {
    if (beside !== undefined) throw new UsageError(`--${labels} has no place beside the folder --${images}`);
    return readClasses(from);
  }
  if ((from === undefined) !== (beside === undefined)) throw new UsageError(`--${images} and --${labels} go together`);
  return from === undefined ? undefined : { batch: await readPair(from, beside!), classes: [] };
}

/** LeNet-5 tells ten classes apart. */
const CLASSES = 10;

/** Every folder in it is a class; images are made grey, and larger ones 28×28. Spec cli-images. */
async function readClasses(folder: string): Promise<Examples> {
  const { classes, images } = await readImageFolder('train', folder);
  if (classes.length < 2 || classes.length > CLASSES)
    throw new UsageError(
      `train: '${folder}' must hold 2 to ${CLASSES} folders, one for each class, got ${classes.length}`,
    );
  const framedOf = (image: Tensor): Tensor => {
    const grey = greyImages(image);
    const isLarge = grey.shape[0] > SIDE || grey.shape[1] > SIDE;
    const { shape, data } = isLarge ? resizeImages(grey, { height: 28, width: 28 }) : grey;
    const { x } = framed({ x: { shape: [1, ...shape], data }, labels: [] });
    return { shape: x.shape.slice(1), data: x.data };
  };
  const x = stackImages(images.map(({ image }) => framedOf(image)));
  return { batch: { x, labels: images.map(({ label }) => label) }, classes };
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
