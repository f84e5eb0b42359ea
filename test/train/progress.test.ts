// What is reported after every step of training, and when other tasks of the host may run.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dense, identity, squaredError, tensor } from '../../src/index.ts';
import { fit, minibatches, sgd } from '../../src/train/index.ts';
import { breaks, type Progress, stopwatch } from '../../src/train/progress.ts';

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

describe('progress', () => {
  it('[train-fit] has means over the epoch so far, and rates and times of the run', async () => {
    const x = tensor([5, 1], [1, 2, 3, 4, 5]);
    const reported: Progress[] = [];
    await fit(
      dense({ units: 1 }),
      { weight: tensor([1, 1], [1]), bias: tensor([1]) },
      minibatches({ x, labels: [0, 1, 2, 3, 4] }, { size: 2, shuffle: false }),
      {
        optimizer: sgd({ rate: 1e-9 }),
        epochs: 2,
        loss: ({ labels }) => {
          now += 500;
          return squaredError({ target: tensor([labels.length, 1], labels) });
        },
        onProgress: (progress) => void reported.push(progress),
      },
    );
    // Every image is off by 1. In every half second come 2, 2 and 1 images; 10 come in all.
    const counts = [2, 4, 5, 7, 9, 10];
    expect(reported.map(({ epoch, epochs, step, steps }) => [epoch, epochs, step, steps])).toEqual(
      [0, 0, 0, 1, 1, 1].map((epoch, i) => [epoch, 2, i + 1, 6]),
    );
    for (const [i, { loss, accuracy, imagesPerSecond, secondsLeft }] of reported.entries()) {
      expect(loss).toBeCloseTo(1, 5);
      expect(accuracy).toBeNaN();
      expect(imagesPerSecond).toBe(counts[i] / ((i + 1) / 2));
      // What is left is counted in batches of the mean size, 5/3.
      expect(secondsLeft).toBeCloseTo(((5 - i) * (5 / 3)) / imagesPerSecond, 12);
    }
  });

  it('[train-fit] the loss and the accuracy of an epoch weigh every image alike', async () => {
    const x = tensor([3, 2], [5, 0, 0, 5, 0, 0]);
    const batches = minibatches({ x, labels: [0, 0, 1] }, { size: 2, shuffle: false });
    const losses = [Math.log1p(Math.exp(-5)), Math.log1p(Math.exp(5)), Math.log(2)];
    const { history } = await fit(identity(), {}, batches, { optimizer: sgd({ rate: 1 }), epochs: 1 });
    expect(history).toHaveLength(1);
    expect(history[0].loss).toBeCloseTo((losses[0] + losses[1] + losses[2]) / 3, 6);
    expect(history[0].accuracy).toBe(1 / 3);
  });
});

it('[train-fit] images per second are counted from the beginning of the run', () => {
  const rate = stopwatch();
  now += 250;
  expect(rate(10)).toBe(40);
  now += 750;
  expect(rate(30)).toBe(40);
});

it('[train-fit] other tasks may run once in 50 ms', async () => {
  const timer = vi.spyOn(globalThis, 'setTimeout');
  const pause = breaks();
  now += 49;
  await pause();
  expect(timer).not.toHaveBeenCalled();
  now += 1;
  await pause();
  await pause();
  expect(timer).toHaveBeenCalledTimes(1);
  expect(timer.mock.calls[0][1]).toBe(0);
  now += 50;
  await pause();
  expect(timer).toHaveBeenCalledTimes(2);
});
