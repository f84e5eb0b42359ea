// The 1-D net of lecture L2 finds its filter: from the number of isolated ones in binary strings it learns the template
// −1 1 −1.
//
//   x  0 1 0 0 1 1 0 1 0      relu(x ∗ [−1, 1, −1])  0 1 0 0 0 0 0 1 0      target 2

import { initialize, squaredError, type Tensor, tensor } from '../../src/index.ts';
import { cnn1d } from '../../src/nets/index.ts';
import { type Batch, cosine, fit, minibatches, momentum, random } from '../../src/train/index.ts';

const TEMPLATE = [-1, 1, -1];

/** Random binary strings [count, length, 1] and their numbers of ones between zeros; outside is 0. */
function strings(count: number, length: number, seed: number): Batch {
  const source = random(seed);
  const x = tensor([count, length, 1]);
  const labels = new Array<number>(count).fill(0);
  for (let i = 0; i < x.data.length; i++) x.data[i] = source.below(2);
  labels.forEach((_, n) => {
    const bit = (i: number): number => (i < 0 || i >= length ? 0 : x.data[n * length + i]);
    for (let i = 0; i < length; i++) if (bit(i) > bit(i - 1) + bit(i + 1)) labels[n]++;
  });
  return { x, labels };
}

export interface Found {
  readonly seed: number;
  readonly loss: number;
  /** Before and after training, brought to the template's length. */
  readonly start: readonly number[];
  readonly filter: readonly number[];
  /** Of the filter found and the template: 1 where they are equal up to a factor above 0. */
  readonly cosine: number;
}

/** Trains the net from each of `starts` first parameters; best loss first. A start whose rectifier is silent finds nothing. */
export async function findFilter(starts: number, epochs: number): Promise<Found[]> {
  const [net, length] = [cnn1d(), 10];
  const batches = minibatches(strings(300, length, 1), { size: 20, seed: 1 });
  const found: Found[] = [];
  for (let seed = 1; seed <= starts; seed++) {
    const start = initialize(net, [1, length, 1], { seed });
    const { params, history } = await fit(net, start, batches, {
      optimizer: momentum({ rate: 0.005 }),
      schedule: cosine({ steps: epochs * batches.length }),
      epochs,
      loss: ({ labels }) => squaredError({ target: tensor([labels.length, 1], labels) }),
    });
    const [before, filter] = [start, params].map(({ conv1 }) => (conv1 as { weight: Tensor }).weight.data);
    found.push({
      seed,
      loss: history[epochs - 1].loss,
      start: scaled(before),
      filter: scaled(filter),
      cosine: dot(scaled(filter), scaled(TEMPLATE)) / 3,
    });
  }
  return found.sort((a, b) => a.loss - b.loss);
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, each, i) => sum + each * b[i], 0);

/** The same direction with the length √3 of the template. */
function scaled(filter: ArrayLike<number>): number[] {
  const values = Array.from(filter);
  return values.map((each) => (each * Math.sqrt(3)) / Math.sqrt(dot(values, values)));
}
