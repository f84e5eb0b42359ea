// Trains LeNet-5 in a worker, and says how the loss falls.

import { loadWeights } from '../../formats/weights.ts';
import { initialize } from '../../layer/initialize.ts';
import { minibatches } from '../../train/batches.ts';
import { fit } from '../../train/fit.ts';
import { evaluate } from '../../train/metrics.ts';
import { momentum } from '../../train/optimizer.ts';
import type { Job } from '../work/job.ts';
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

export const train: Job<TrainArgs, TrainMessage> = async ({ plan, files, resume, start }, say, signal) => {
  const all = files ? await readPair(files, plan.examples) : generated(plan.examples, plan.seed);
  const { train, test } = parted(all);
  const batches = minibatches(train, { size: Math.min(plan.batch, train.x.shape[0]), seed: plan.seed });
  const heldOut = minibatches(test, { size: 100, shuffle: false });
  const first = start ? loadWeights(net, shape, start).params : initialize(net, shape, { seed: plan.seed });
  let [said, done] = [0, 0];
  /** Of the epoch: steps and their losses, up to the last point. */
  let last = { steps: 0, sum: 0 };
  await fit(net, first, batches, {
    optimizer: momentum({ rate: plan.rate, momentum: plan.momentum }),
    epochs: plan.epochs,
    seed: plan.seed,
    signal,
    ...(resume && { resume }),
    onProgress({ step, steps, loss, epoch, imagesPerSecond }) {
      done = step;
      const inEpoch = step - epoch * batches.length;
      if (inEpoch <= last.steps) last = { steps: 0, sum: 0 };
      const now = performance.now();
      if (now - said < PAUSE_MS && inEpoch < batches.length) return;
      const sum = loss * inEpoch;
      say({ point: { step, steps, loss: (sum - last.sum) / (inEpoch - last.steps), imagesPerSecond } });
      said = now;
      last = { steps: inEpoch, sum };
    },
    onCheckpoint(checkpoint, epoch) {
      const { params } = loadWeights(net, shape, checkpoint);
      const { loss, accuracy } = evaluate(net, params, heldOut);
      say({ measured: { checkpoint, step: done, epoch, loss, accuracy, heldOut: test.x.shape[0] } });
    },
  });
};
