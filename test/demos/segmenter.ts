// A class for every pixel of generated pictures: a segmenter compared with the coarse cell grid at the beginning of
// lecture L0.

import { initialize, type Layer, type Params, type Tensor } from '../../src/index.ts';
import { cellGrid, segmenter } from '../../src/nets/index.ts';
import { type Batch, cosine, fit, minibatches, momentum } from '../../src/train/index.ts';
import { BACKGROUND, inOrder, pictures } from './data.ts';

export interface PixelScore {
  readonly name: string;
  /** Shares of pixels given their class: of all pixels, and of those of a square or disc. */
  readonly all: number;
  readonly shapes: number;
}

/** Both nets before and after training on `count` pictures, measured on others; and the answer 'background' everywhere. */
export async function segmenterAgainstGrid(
  count: number,
  epochs: number,
  { width = 16, side = 32 } = {},
): Promise<PixelScore[]> {
  const [data, test] = [pictures({ count, side, seed: 1 }), pictures({ count: 100, side, seed: 2 })];
  const shape = [1, ...data.x.shape.slice(1)];
  const scores = [score('background everywhere', test, () => BACKGROUND)];
  for (const [name, layer, cell] of [
    ['grid of 4×4 cells', cellGrid({ cell: 4, outputs: 3, width: 32 }), 4],
    ['segmenter', segmenter({ outputs: 3, width }), 1],
  ] as const) {
    const start = initialize(layer, shape, { seed: 1 });
    const batches = minibatches(ofCells(data, cell), { size: 10, seed: 1 });
    const { params } = await fit(layer, start, batches, {
      optimizer: momentum({ rate: 0.05 }),
      schedule: cosine({ steps: epochs * batches.length }),
      epochs,
    });
    scores.push(score(`${name}, before`, test, classesOf(layer, start, test, cell)));
    scores.push(score(`${name}, after`, test, classesOf(layer, params, test, cell)));
  }
  return scores;
}

/** The same pictures with one class for each cell: the one most of its pixels have. */
function ofCells({ x, labels }: Batch, cell: number): Batch {
  const [n, height, width] = x.shape;
  const votes = Array.from({ length: (n * height * width) / (cell * cell) }, () => [0, 0, 0]);
  for (let i = 0; i < labels.length; i++) votes[cellOf(i, height, width, cell)][labels[i]]++;
  return { x, labels: votes.map((each) => each.indexOf(Math.max(...each))) };
}

/** The number of the cell that holds pixel i, over all pictures. */
function cellOf(i: number, height: number, width: number, cell: number): number {
  const [row, column] = [Math.floor(i / width) % height, i % width];
  const image = Math.floor(i / (height * width));
  return (image * (height / cell) + Math.floor(row / cell)) * (width / cell) + Math.floor(column / cell);
}

/** The class of greatest logit, looked up for every pixel. */
function classesOf(net: Layer, params: Params<Tensor>, { x }: Batch, cell: number): (pixel: number) => number {
  const logits = [...inOrder({ x, labels: new Array(x.shape[0]).fill(0) }, 10).epoch(0)].flatMap((batch) =>
    Array.from(net.forward(batch.x, params).data),
  );
  return (pixel) => {
    const at = 3 * cellOf(pixel, x.shape[1], x.shape[2], cell);
    const three = logits.slice(at, at + 3);
    return three.indexOf(Math.max(...three));
  };
}

function score(name: string, { labels }: Batch, guess: (pixel: number) => number): PixelScore {
  const truth = Array.from(labels);
  const right = truth.map((label, pixel) => (guess(pixel) === label ? 1 : 0));
  const share = (wanted: (label: number) => boolean): number => {
    const chosen = right.filter((_, i) => wanted(truth[i]));
    return chosen.reduce<number>((sum, each) => sum + each, 0) / chosen.length;
  };
  return { name, all: share(() => true), shapes: share((label) => label !== BACKGROUND) };
}
