// The images that toeplitz train runs on: IDX files, a folder, or generated digits, each in the middle of zeros. Spec cli-images.

import { SpecError, show } from '../errors.ts';
import { readIdx } from '../formats/idx.ts';
import { allocate } from '../tensor.ts';
import type { Batch } from '../train/batches.ts';
import { digits } from '../train/digits.ts';
import { greyImages, resizeImages, stackImages } from '../train/images.ts';
import { readInput } from './files.ts';
import { isFolder, readImageFolder } from './image-folder.ts';
import { UsageError } from './usage.ts';

/** What the net takes, and how many classes it tells apart. */
export interface Frame {
  readonly height: number;
  readonly width: number;
  /** 1 for grey images, 3 for colours. */
  readonly channels: number;
  readonly classes: number;
}

/** LeNet-5's. */
export const ownFrame: Frame = { height: 32, width: 32, channels: 1, classes: 10 };

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
  frame = ownFrame,
): Promise<{ readonly train: Batch; readonly test: Batch; readonly classes: readonly string[] }> {
  const { batch: all, classes } = (await readExamples(frame, values, 'images', 'labels')) ?? {
    batch: framed(frame, digits({ count: 3000, seed: 1 })),
    classes: [],
  };
  const tests = await readExamples(frame, values, 'test-images', 'test-labels');
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
async function readExamples(
  frame: Frame,
  values: Files,
  images: keyof Files,
  labels: keyof Files,
): Promise<Examples | undefined> {
  const [from, beside] = [values[images], values[labels]];
  if (from !== undefined && (await isFolder(from))) {
    if (beside !== undefined) throw new UsageError(`--${labels} has no place beside the folder --${images}`);
    return readClasses(frame, from);
  }
  if ((from === undefined) !== (beside === undefined)) throw new UsageError(`--${images} and --${labels} go together`);
  return from === undefined ? undefined : { batch: await readPair(frame, from, beside!), classes: [] };
}

/** Every folder in it is a class. */
async function readClasses(frame: Frame, folder: string): Promise<Examples> {
  const { classes, images } = await readImageFolder('train', folder);
  if (classes.length < 2 || classes.length > frame.classes)
    throw new UsageError(
      `train: '${folder}' must hold 2 to ${frame.classes} folders, one for each class, got ${classes.length}`,
    );
  const x = stackImages(
    images.map(({ image: { shape, data } }) => {
      const { x: own } = framed(frame, { x: { shape: [1, ...shape], data }, labels: [] });
      return { shape: own.shape.slice(1), data: own.data };
    }),
  );
  return { batch: { x, labels: images.map(({ label }) => label) }, classes };
}

async function readPair(frame: Frame, images: string, labels: string): Promise<Batch> {
  // One after the other: a pipe that is still open when the other file is refused would keep the command from ending.
  const x = await readIdx(await readInput(images));
  const y = await readIdx(await readInput(labels));
  if (x.shape.length !== 3 || x.data.length === 0)
    throw new SpecError('train-batches', `train: images must have the shape [n, 28, 28], got [${x.shape}]`);
  if (y.shape.length !== 1 || y.shape[0] !== x.shape[0])
    throw new SpecError(
      'train-batches',
      `train: there must be a label for each of the ${x.shape[0]} images, got labels of shape [${y.shape}]`,
    );
  const grey = { shape: [...x.shape, 1], data: Float32Array.from(x.data, (pixel) => pixel / 255) };
  return framed(frame, { x: grey, labels: Array.from(y.data) });
}

/** Of a height and width that are larger than the net's; the lecture's digits of 28 cells leave so much of 32. */
const SHARE = 7 / 8;

/** The images in the middle of zeros, of the net's number of channels; larger ones become smaller. Spec cli-images. */
function framed({ height: H, width: W, channels: C }: Frame, { x, labels }: Batch): Batch {
  const plain = C === 1 || x.shape[3] < 3 ? greyImages(x) : x;
  const isLarge = x.shape[1] > H || x.shape[2] > W;
  const size = { height: Math.ceil(SHARE * H), width: Math.ceil(SHARE * W) };
  const { shape, data } = isLarge ? resizeImages(plain, size) : plain;
  const [n, height, width, depth] = shape;
  const wide = allocate('train', [n, H, W, C], 'float32');
  const [top, left] = [(H - height) >> 1, (W - width) >> 1];
  for (let row = 0; row < n * height; row++) {
    const start = ((Math.floor(row / height) * H + top + (row % height)) * W + left) * C;
    for (let i = 0; i < width * C; i++)
      wide.data[start + i] = data[(row * width + Math.floor(i / C)) * depth + (depth < C ? 0 : i % C)];
  }
  return { x: wide, labels };
}

/** The examples whose index is wanted. */
function part({ x, labels }: Batch, wanted: (i: number) => boolean): Batch {
  const numbers = Array.from(labels, (_, i) => i).filter(wanted);
  const [batch, ...image] = x.shape;
  const size = x.data.length / batch;
  const chosen = allocate('train', [numbers.length, ...image], 'float32');
  numbers.forEach((from, to) => {
    chosen.data.set(x.data.subarray(from * size, (from + 1) * size), to * size);
  });
  return { x: chosen, labels: numbers.map((i) => labels[i]) };
}
