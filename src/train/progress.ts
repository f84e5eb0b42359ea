// How far training is: what a person is told after every step, and when the host gets a turn.

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

/** Over the images of an epoch so far: their losses, how many were right, how many they are. */
export interface Sums {
  loss: number;
  right: number;
  images: number;
}

export const none = (): Sums => ({ loss: 0, right: 0, images: 0 });

/** Adds a batch of `images` with its mean loss and the share of them that is right. */
export function add(sums: Sums, images: number, loss: number, right: number): void {
  sums.loss += loss * images;
  sums.right += right * images;
  sums.images += images;
}

/** Lets timers and signals have their turn between two steps, often enough for a person and rarely enough to cost nothing. */
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
    loss: sums.loss / sums.images,
    accuracy: sums.right / sums.images,
    imagesPerSecond,
    secondsLeft: imagesLeft / imagesPerSecond,
  };
}
