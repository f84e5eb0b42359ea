// What `fit` is given and what it gives, and the checks of it before anything runs. Spec train-fit.

import { checkFunction, finiteNumber, known, wholeNumber } from '../attributes.ts';
import { show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkParams } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { isList, reading } from '../reading.ts';
import type { Tensor } from '../tensor.ts';
import type { Batch, Batches } from './batches.ts';
import { type Clip, readClip } from './clip.ts';
import { checkBatches } from './loss.ts';
import type { Optimizer } from './optimizer.ts';
import type { Progress } from './progress.ts';
import type { Schedule } from './schedule.ts';
import type { Best } from './validation.ts';

export interface FitOptions {
  readonly optimizer: Optimizer;
  readonly epochs: number;
  /** The loss of a batch, a layer on the net's output; by default cross-entropy of its labels. */
  readonly loss?: (batch: Batch) => Layer;
  /** The factor on the learning rate. */
  readonly schedule?: Schedule;
  /** How many threads share the work of a step, this one among them; 1 by default. The bits stay. Spec train-threads. */
  readonly threads?: number;
  /** Seeds dropout. */
  readonly seed?: number;
  /**
   * Which parameters are trained, by flat name; the others keep their bits. Running statistics are never trained. To
   * retrain new last layers only, use `net.with({ children: { out: dense({ units: 5 }) } })` with `out` from its
   * initialize() and the trained rest, and `trainable: (name) => name.startsWith('out.')`.
   */
  readonly trainable?: (name: string) => boolean;
  /** Clips the gradients of every step, by their global norm or by value. Spec train-clip. */
  readonly clip?: Clip;
  /** Batches that are not trained on: loss and accuracy are measured on them after every epoch. Spec train-validation. */
  readonly validation?: Batches;
  /** Stops when the validation loss has not fallen below its least for so many epochs. Spec train-validation. */
  readonly patience?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Called with a checkpoint, a safetensors file, after every epoch and when `signal` stops the run. */
  readonly onCheckpoint?: (checkpoint: Uint8Array, epoch: number) => void | Promise<void>;
  /** A checkpoint to continue from: the bits are those of a run without interruption. */
  readonly resume?: Uint8Array;
  readonly signal?: { readonly aborted: boolean };
}

export interface FitResult {
  readonly params: Params<Tensor>;
  readonly step: number;
  /** Mean loss and accuracy of each epoch of this run. */
  readonly history: readonly Epoch[];
  /** With `validation`: the epoch of the least validation loss and its parameters, where `params` are those of the end. */
  readonly best?: Best;
}

export interface Epoch {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  /** With `validation` only. */
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}

const OPTIONS =
  'optimizer epochs loss schedule threads seed trainable clip validation patience onProgress onCheckpoint resume signal'.split(
    ' ',
  );

const CALLBACKS = ['schedule', 'trainable', 'onProgress', 'onCheckpoint'] as const;

const isOptimizer = (value: unknown): value is Optimizer =>
  reading('train-fit', 'fit', 'optimizer', () => {
    const { update, state, name, rate } = (value ?? {}) as Partial<Record<keyof Optimizer, unknown>>;
    return (
      typeof update === 'function' &&
      typeof name === 'string' &&
      typeof rate === 'number' &&
      isList(state) &&
      state.every((each) => typeof each === 'string')
    );
  });

/** The options, those that are left out still missing. */
export function checkFit(net: Layer, params: Params<Tensor>, batches: Batches, options: FitOptions): FitOptions {
  const [who, clause] = ['fit', 'train-fit'];
  checkLayer(who, net, 'net');
  checkParams(who, params);
  checkBatches(who, batches);
  wholeNumber(clause, who, 'the number of batches', batches.length, 1);
  options = known(who, options, OPTIONS, 'options');
  const { optimizer, epochs, seed = 0, clip, signal } = options;
  if (!isOptimizer(optimizer))
    throw wrongType(clause, `fit: optimizer must be sgd(), momentum() or adam(), got ${show(optimizer)}`);
  wholeNumber(clause, who, 'epochs', epochs, 1);
  finiteNumber(clause, who, 'seed', seed, 'a whole number', Number.isSafeInteger);
  for (const name of CALLBACKS) if (options[name] !== undefined) checkFunction(clause, who, name, options[name]);
  if (signal !== undefined && typeof reading(clause, who, 'signal', () => signal?.aborted) !== 'boolean')
    throw wrongType(clause, `fit: signal must be an AbortSignal, got ${show(signal)}`);
  return clip === undefined ? options : { ...options, clip: readClip(clip) };
}
