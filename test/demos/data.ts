// The data of the experiments: digits (MNIST if it is available, otherwise generated ones), and pictures of shapes.

import { readFileSync } from 'node:fs';
import { avgPool2d, type Tensor, tensor } from '../../src/index.ts';
import { type Batch, digits, minibatches, random, readIdx } from '../../src/train/index.ts';
import { shared } from '../shared.ts';

export interface Digits {
  /** 'MNIST' or 'generated digits'. */
  readonly name: string;
  readonly train: Batch;
  readonly test: Batch;
}

/** As many digits [n, 28, 28, 1] between 0 and 1 to train on, and to measure on. */
export const generatedDigits = (train: number, test: number): Digits => ({
  name: 'generated digits',
  train: digits({ count: train, seed: 1 }),
  test: digits({ count: test, seed: 2 }),
});

/** The first digits of MNIST, where ../shared has them. */
export async function bestDigits(train: number, test: number): Promise<Digits> {
  const folder = shared('data/mnist');
  if (folder === undefined) return generatedDigits(train, test);
  const read = async (name: string, count: number): Promise<Batch> => {
    const [x, y] = await Promise.all(
      ['images-idx3', 'labels-idx1'].map((kind) => readIdx(readFileSync(`${folder}/${name}-${kind}-ubyte.gz`))),
    );
    const pixels = Float32Array.from(x.data.subarray(0, count * 784), (pixel) => pixel / 255);
    return { x: { shape: [count, 28, 28, 1], data: pixels }, labels: Array.from(y.data.subarray(0, count)) };
  };
  return { name: 'MNIST', train: await read('train10k', train), test: await read('t10k', test) };
}

/** The first `count` examples. */
export function first({ x, labels }: Batch, count: number): Batch {
  const inner = x.data.length / x.shape[0];
  return {
    x: { shape: [count, ...x.shape.slice(1)], data: x.data.slice(0, count * inner) },
    labels: Array.from(labels).slice(0, count),
  };
}

/** The examples whose label is wanted, each label lowered by `by`. */
export function only({ x, labels }: Batch, wanted: (label: number) => boolean, by = 0): Batch {
  const inner = x.data.length / x.shape[0];
  const chosen = Array.from(labels, (_, i) => i).filter((i) => wanted(labels[i]));
  const data = new Float32Array(chosen.length * inner);
  chosen.forEach((from, to) => {
    data.set(x.data.subarray(from * inner, (from + 1) * inner), to * inner);
  });
  return { x: { shape: [chosen.length, ...x.shape.slice(1)], data }, labels: chosen.map((i) => labels[i] - by) };
}

/** The mean of every 2×2 pixels: a quarter of the work for a net of any input size. */
export const halved = ({ x, labels }: Batch): Batch => ({ x: avgPool2d({ size: 2 }).forward(x, {}), labels });

/** All examples in batches, in their order: to measure on. */
export const inOrder = (data: Batch, size = 100) => minibatches(data, { size, shuffle: false });

/** Classes of the pixels of a picture. */
export const [BACKGROUND, SQUARE, DISC] = [0, 1, 2];

/**
 * Grey pictures [count, side, side, 1] with two to five squares and discs of 7 to 13 pixels, later ones over earlier,
 * every one of its own grey, on a background of its own grey, with noise; a class for every pixel.
 */
export function pictures({ count, seed, side = 32 }: { count: number; seed: number; side?: number }): Batch {
  const source = random(seed);
  const between = (least: number, most: number): number => least + (most - least) * source.uniform();
  const x: Tensor = tensor([count, side, side, 1]);
  const labels = new Uint8Array(count * side * side);
  for (let image = 0; image < count; image++) {
    const [grey, from] = [between(0, 0.3), image * side * side];
    x.data.fill(grey, from, from + side * side);
    for (let shapes = 2 + source.below(4); shapes > 0; shapes--) {
      const [kind, size, ink] = [SQUARE + source.below(2), 7 + source.below(7), between(0.5, 1)];
      const [top, left] = [source.below(side - size + 1), source.below(side - size + 1)];
      eachPixel(kind, size, (i, j) => {
        const at = from + (top + i) * side + left + j;
        labels[at] = kind;
        x.data[at] = ink;
      });
    }
  }
  for (let i = 0; i < x.data.length; i++) x.data[i] += between(-0.1, 0.1);
  return { x, labels };
}

/** The pixels of a square, or of the disc in it. */
function eachPixel(kind: number, size: number, visit: (i: number, j: number) => void): void {
  const middle = (size - 1) / 2;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const inside = (i - middle) * (i - middle) + (j - middle) * (j - middle) <= (size / 2) * (size / 2);
      if (kind === SQUARE || inside) visit(i, j);
    }
  }
}
