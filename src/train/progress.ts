// The progress of training: what is reported after every step, and when other tasks of the host may run.

import type { Batches } from './batches.ts';

/** What is known after a step. Rates and times are of this run, in images and seconds. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done since the first epoch, and in all epochs. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  /** Over the epoch so far; NaN where the loss is not one of classes. */
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

/** Over an epoch so far: the losses of its images, how many these are, and of how many labels how many came out wrong. */
export interface Sums {
  loss: number;
  images: number;
  wrong: number;
  rows: number;
}

export const none = (): Sums => ({ loss: 0, images: 0, wrong: 0, rows: 0 });

/** Adds a batch of `images` with its mean loss. */
export function add(sums: Sums, images: number, loss: number, { wrong, rows }: Pick<Sums, 'wrong' | 'rows'>): void {
  sums.loss += loss * images;
  sums.images += images;
  sums.wrong += wrong;
  sums.rows += rows;
}

export const meansOf = ({ loss, images, wrong, rows }: Sums): { loss: number; accuracy: number } => ({
  loss: loss / images,
  accuracy: (rows - wrong) / rows,
});

/** Lets timers and signals run between two steps, often enough for a person and rarely enough to cost nothing. */
export function breaks(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 50) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}

/** Images per second since the first call. */
export function stopwatch(): (images: number) => number {
  const start = performance.now();
  let images = 0;
  return (more) => {
    images += more;
    return images / ((performance.now() - start) / 1000);
  };
}

export function progressOf(
  epoch: number,
  epochs: number,
  step: number,
  batches: Batches,
  sums: Sums,
  imagesPerSecond: number,
): Progress {
  const steps = epochs * batches.length;
  const imagesLeft = ((steps - step) / batches.length) * batches.examples;
  return {
    epoch,
    epochs,
    step,
    steps,
    ...meansOf(sums),
    imagesPerSecond,
    secondsLeft: imagesLeft / imagesPerSecond,
  };
}
