// Training: for each step a batch, a loss, a gradient for every parameter, and an update.

import { finiteNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { type StepMemory, stepMemory } from '../kernels/step-memory.ts';
import { trainedIn } from '../layer/declared-params.ts';
import { flatParams, mapParams, nameIn } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { mapLayer } from '../layer/map-layer.ts';
import { hash } from '../random.ts';
import type { Data, Tensor } from '../tensor.ts';
import type { Batches } from './batches.ts';
import { readCheckpoint, type State, writeCheckpoint } from './checkpoint.ts';
import { checkFit, type Epoch, type FitOptions, type FitResult } from './fit-options.ts';
import { batchesOf, lossOf } from './loss.ts';
import type { Optimizer } from './optimizer.ts';
import { add, breaks, meansOf, none, progressOf, stopwatch } from './progress.ts';
import { constant, type Schedule } from './schedule.ts';
import { step } from './step.ts';
import { isStale, readValidation, validated } from './validation.ts';

/**
 * Trains a net by mini-batches and returns new parameters; the given ones do not change. Every epoch has a new random
 * order, every step reseeds dropout with hash(seed, step, path): the same call gives the same bits on every host.
 * The net must end in logits: the default loss contains the softmax, and after a `softmax()` of its own a net hardly
 * learns. `console.warn` tells once of a last batch of one example under batchNorm. Spec train-fit.
 *
 * @throws {SpecError} train-loss when a loss is NaN or infinite (earlier checkpoints remain valid);
 * train-checkpoint when `resume` does not belong to this net; train-clip for gradients whose norm is not finite;
 * train-validation; train-fit.
 * @example
 * const net = chain({ flatten: flatten(), out: dense({ units: 10 }) });
 * const batches = minibatches(digits({ count: 100, seed: 1 }), { size: 20 });
 * const start = initialize(net, [1, 28, 28, 1], { seed: 1 });
 * const { params, history } = await fit(net, start, batches, { optimizer: momentum({ rate: 0.01 }), epochs: 3 });
 * [history.length, parameter(params, 'out.weight').shape] // [3, [784, 10]]
 * loadWeights(net, [1, 28, 28, 1], writeSafetensors(params)).missing // []
 */
export async function fit(
  net: Layer,
  params: Params<Tensor>,
  batches: Batches,
  options: FitOptions,
): Promise<FitResult> {
  const checked = checkFit(net, params, batches, options);
  const { threads = 1 } = checked;
  const shared = threads === 1 ? undefined : await (await import('../threads/step-threads.ts')).stepThreads(threads);
  try {
    return await trained(net, params, batches, checked, stepMemory(shared?.arenaOf));
  } finally {
    shared?.end();
  }
}

async function trained(
  net: Layer,
  params: Params<Tensor>,
  batches: Batches,
  options: FitOptions,
  inMemory: StepMemory,
): Promise<FitResult> {
  const { optimizer, epochs, schedule = constant(), seed = 0, clip = {}, onProgress, onCheckpoint, signal } = options;
  const loss = lossOf('fit', options.loss);
  const validation = readValidation(options.validation, options.patience, options.loss);
  const moves = movable(net, batches, options.trainable ?? (() => true));
  let state = options.resume
    ? readCheckpoint(options.resume, params, optimizer, moves)
    : begin(params, optimizer, moves);
  const history: Epoch[] = [];
  const result = (): FitResult => {
    const { step, params, best } = state;
    return { params, step, history, ...(best && { best }) };
  };
  let warned = false;
  const clock = stopwatch();
  const pause = breaks();
  for (let epoch = Math.floor(state.step / batches.length); epoch < epochs; epoch++) {
    if (isStale(epoch - 1, validation, state.best)) break;
    const [sums, begun] = [none(), state.step];
    let done = state.step - epoch * batches.length;
    for (const batch of batchesOf('fit', batches, epoch)) {
      if (done-- > 0) continue;
      if (signal?.aborted) {
        await onCheckpoint?.(writeCheckpoint(state, optimizer), epoch);
        return result();
      }
      const rate = optimizer.rate * factorOf(schedule, state.step);
      const before = state.step;
      if (batch.x.shape[0] === 1 && !warned) warned = warnOfOne(net, batches);
      const rules = { optimizer, clip, moves, rate, inMemory };
      const { value, count } = step(reseeded(net, seed, before), state, batch, loss(batch), rules);
      if (!Number.isFinite(value))
        throw new SpecError(
          'train-loss',
          `fit: the loss must be finite, got ${value} at step ${before} of epoch ${epoch}`,
        );
      state = { ...state, step: before + 1 };
      add(sums, batch.x.shape[0], value, count);
      onProgress?.(progressOf(epoch, epochs, state.step, batches, sums, clock(batch.x.shape[0])));
      await pause();
    }
    if (state.step === begun)
      throw new SpecError('train-fit', `fit: batches must give at least one batch, got none in epoch ${epoch}`);
    const measured = validation && validated(net, state.params, epoch, validation, state.best);
    if (measured) state = { ...state, best: measured.best };
    history.push({
      epoch,
      ...meansOf(sums),
      ...(measured && { validationLoss: measured.loss, validationAccuracy: measured.accuracy }),
    });
    await onCheckpoint?.(writeCheckpoint(state, optimizer), epoch);
  }
  return result();
}

const factorOf = (schedule: Schedule, step: number): number =>
  finiteNumber('train-fit', 'fit', 'what schedule returns', schedule(step), 'a finite number', () => true);

/** Running statistics are never trained. */
function movable(net: Layer, batches: Batches, trainable: (name: string) => boolean): (name: string) => boolean {
  const [first] = batchesOf('fit', batches, 0);
  if (first === undefined)
    throw new SpecError('train-fit', 'fit: batches must give at least one batch an epoch, got none in epoch 0');
  const isTrained = trainedIn(net, first.x.shape);
  return (name) => isTrained(name) && trainable(name);
}

/** Whether it said that batch norm is given statistics of one example, where the batches are larger. Spec train-batches. */
function warnOfOne(net: Layer, batches: Batches): boolean {
  const path = batches.examples > batches.length ? batchNormIn(net) : undefined;
  if (path === undefined) return false;
  globalThis.console?.warn?.(
    `toeplitz: a batch holds 1 example, whose statistics ${path} takes: choose another size, or minibatches({ dropLast: true }) [train-batches]`,
  );
  return true;
}

/** The path of the first layer that takes statistics of the batch. */
function batchNormIn(layer: Layer, path = ''): string | undefined {
  if (layer.roles?.batchStatistics) return path === '' ? layer.name : `'${path}'`;
  for (const [name, child] of Object.entries(layer.children)) {
    const found = batchNormIn(child, nameIn(path, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A copy of the parameters, and zeros for the optimizer. */
function begin(params: Params<Tensor>, optimizer: Optimizer, moves: (name: string) => boolean): State {
  const own = mapParams(params, ({ shape, data }) => ({ shape, data: data.slice() }));
  const carried: Record<string, Record<string, Data>> = {};
  for (const [name, { data }] of Object.entries(flatParams(own))) {
    if (moves(name)) carried[name] = Object.fromEntries(optimizer.state.map((key) => [key, data.slice().fill(0)]));
  }
  return { step: 0, params: own, carried };
}

/**
 * Every layer that draws random numbers, such as dropout, with the seed of this step and its path. Spec train-dropout.
 */
const reseeded = (net: Layer, seed: number, step: number): Layer =>
  mapLayer(net, (path, layer) => layer.roles?.random?.reseeded(hash(seed, step, path)) ?? layer);
