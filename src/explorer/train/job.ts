// Trains LeNet-5 in a worker, and says how the loss falls.

import { loadWeights } from '../../formats/weights.ts';
import { initialize } from '../../layer/initialize.ts';
import { minibatches } from '../../train/batches.ts';
import { fit } from '../../train/fit.ts';
import { evaluate } from '../../train/metrics.ts';
import { momentum } from '../../train/optimizer.ts';
import type { Progress } from '../../train/progress.ts';
import type { Job } from '../jobs/job.ts';
import { type Files, generated, net, parted, readPair, shape } from './data.ts';
import type { Plan } from './texts.ts';

export interface TrainArgs {
  readonly plan: Plan;
  /** Without them digits are generated. */
  readonly files?: Files | undefined;
  /** A checkpoint to go on from. */
  readonly resume?: Uint8Array | undefined;
  /** Weights to begin with. */
  readonly start?: Uint8Array | undefined;
}

/** A point of the curve: the mean loss since the last one. */
export interface Point {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly imagesPerSecond: number;
}

/** What is known after an epoch, or where the training was stopped. */
export interface Measured {
  readonly checkpoint: Uint8Array;
  readonly step: number;
  readonly epoch: number;
  /** On the images that are held out. */
  readonly loss: number;
  readonly accuracy: number;
  readonly heldOut: number;
}

export type TrainMessage = { readonly point: Point } | { readonly measured: Measured };

/** Milliseconds between two points. */
const PAUSE_MS = 120;

/** Makes points of the progress after each step: one in a while, and one at the end of each epoch. */
export function curve(stepsOfEpoch: number, now: () => number): (progress: Progress) => Point | undefined {
  let said = -Infinity;
  /** Of the epoch: steps and their losses, up to the last point. */
  let last = { steps: 0, sum: 0 };
  return ({ step, steps, loss, epoch, imagesPerSecond }) => {
    const inEpoch = step - epoch * stepsOfEpoch;
    if (inEpoch <= last.steps) last = { steps: 0, sum: 0 };
    if (now() - said < PAUSE_MS && inEpoch < stepsOfEpoch) return undefined;
    // The mean since the last point, made of the means since the beginning of the epoch.
    const sum = loss * inEpoch;
    const mean = (sum - last.sum) / (inEpoch - last.steps);
    said = now();
    last = { steps: inEpoch, sum };
    return { step, steps, loss: mean, imagesPerSecond };
  };
}

export const train: Job<TrainArgs, TrainMessage> = async ({ plan, files, resume, start }, say, signal) => {
  const all = files ? await readPair(files, plan.examples) : generated(plan.examples, plan.seed);
  const { train, test } = parted(all);
  const batches = minibatches(train, { size: Math.min(plan.batch, train.x.shape[0]), seed: plan.seed });
  const heldOut = minibatches(test, { size: 100, shuffle: false });
  const first = start ? loadWeights(net, shape, start).params : initialize(net, shape, { seed: plan.seed });
  let done = 0;
  const pointAfter = curve(batches.length, () => performance.now());
  await fit(net, first, batches, {
    optimizer: momentum({ rate: plan.rate, momentum: plan.momentum }),
    epochs: plan.epochs,
    seed: plan.seed,
    signal,
    ...(resume && { resume }),
    onProgress(progress) {
      done = progress.step;
      const point = pointAfter(progress);
      if (point) say({ point });
    },
    onCheckpoint(checkpoint, epoch) {
      const { params } = loadWeights(net, shape, checkpoint);
      const { loss, accuracy } = evaluate(net, params, heldOut);
      say({ measured: { checkpoint, step: done, epoch, loss, accuracy, heldOut: test.x.shape[0] } });
    },
  });
};
