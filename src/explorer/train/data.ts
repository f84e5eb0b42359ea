// The images to train on: generated digits or IDX files, in the middle of 32×32 zeros, as LeNet-5 takes them.

import { readIdx } from '../../formats/idx.ts';
import { lenet5 } from '../../nets/lenet5.ts';
import type { Tensor } from '../../tensor.ts';
import type { Batch } from '../../train/batches.ts';
import { digits } from '../../train/digits.ts';

export const SIDE = 32;
/** Of a drawn digit and of MNIST. */
export const INNER = 28;

export const net = lenet5();
export const shape = [1, SIDE, SIDE, 1] as const;

/** Images of at most 32×32 cells in the middle of zeros. */
export function framed({ shape: [n, height, width], data }: Tensor): Tensor {
  const wide = new Float32Array(n * SIDE * SIDE);
  const [top, left] = [(SIDE - height) >> 1, (SIDE - width) >> 1];
  for (let row = 0; row < n * height; row++) {
    const [image, i] = [Math.floor(row / height), row % height];
    wide.set(data.subarray(row * width, (row + 1) * width), (image * SIDE + top + i) * SIDE + left);
  }
  return { shape: [n, SIDE, SIDE, 1], data: wide };
}

/** The bytes of two IDX files. */
export interface Files {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Reads a pair of IDX files; what does not go together is an error that says so. */
export async function readPair({ images, labels }: Files, most: number): Promise<Batch> {
  const [x, y] = [await readIdx(images), await readIdx(labels)];
  const fits = x.shape.length === 3 && x.shape.slice(1).every((side) => side >= 1 && side <= SIDE);
  if (!fits)
    throw new RangeError(
      `The images must have the shape [n, 28, 28], at most ${SIDE} cells a side; the file has [${x.shape}].`,
    );
  if (y.shape.length !== 1 || y.shape[0] !== x.shape[0])
    throw new RangeError(
      `There must be a label for each of the ${x.shape[0]} images; the other file has the shape [${y.shape}].`,
    );
  if (!(x.data instanceof Uint8Array)) throw new RangeError('The pixels must be bytes from 0 to 255 (U8).');
  if (x.shape[0] < 2)
    throw new RangeError(`There must be an image to train on and one to hold out; the file has ${x.shape[0]}.`);
  const wrong = Array.from(y.data).find((label) => !(label >= 0 && label <= 9));
  if (wrong !== undefined) throw new RangeError(`The labels must be 0 to 9; there is a ${wrong}.`);
  const n = Math.min(most, x.shape[0]);
  const size = x.shape[1] * x.shape[2];
  const data = Float32Array.from(x.data.subarray(0, n * size), (pixel) => pixel / 255);
  return { x: framed({ shape: [n, x.shape[1], x.shape[2]], data }), labels: Array.from(y.data.subarray(0, n)) };
}

export function generated(count: number, seed: number): Batch {
  const { x, labels } = digits({ count, seed });
  return { x: framed(x), labels };
}

/** The last tenth is held out to measure on. */
export function parted({ x, labels }: Batch): { readonly train: Batch; readonly test: Batch } {
  const n = x.shape[0];
  const kept = n - Math.max(1, Math.floor(n / 10));
  const part = (from: number, to: number): Batch => ({
    x: { shape: [to - from, SIDE, SIDE, 1], data: x.data.slice(from * SIDE * SIDE, to * SIDE * SIDE) },
    labels: Array.from(labels).slice(from, to),
  });
  return { train: part(0, kept), test: part(kept, n) };
}
