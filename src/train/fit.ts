// Training: for each step a batch, a loss, a gradient for every parameter, and an update.

import { checkFunction, finiteNumber, known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { type StepMemory, stepMemory } from '../kernels/step-memory.ts';
import { checkedVjp } from '../layer/checked-vjp.ts';
import { checkLayer, isMade, type Layer, type Params } from '../layer/layer.ts';
import { mapLayer } from '../layer/map-layer.ts';
import { trainedIn } from '../layer/parameter.ts';
import { checkParams, flatParams, mapParams, nameIn } from '../layer/params.ts';
import { hash } from '../random.ts';
import { isList, reading } from '../reading.ts';
import { type Data, type Tensor, tensor } from '../tensor.ts';
import type { Batch, Batches } from './batches.ts';
import { readCheckpoint, type State, writeCheckpoint } from './checkpoint.ts';
import { type Clip, clipped, readClip } from './clip.ts';
import { checkBatches, lossOf } from './loss.ts';
import { countWrong } from './metrics.ts';
import type { Optimizer } from './optimizer.ts';
import { add, breaks, meansOf, none, type Progress, progressOf, stopwatch } from './progress.ts';
import { constant, type Schedule } from './schedule.ts';
import { type Best, isStale, readValidation, validated } from './validation.ts';

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
    for (const batch of batches.epoch(epoch)) {
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

function checkFit(net: Layer, params: Params<Tensor>, batches: Batches, options: FitOptions): FitOptions {
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

const factorOf = (schedule: Schedule, step: number): number =>
  finiteNumber('train-fit', 'fit', 'what schedule returns', schedule(step), 'a finite number', () => true);

/** Running statistics are never trained. */
function movable(net: Layer, batches: Batches, trainable: (name: string) => boolean): (name: string) => boolean {
  const [first] = batches.epoch(0);
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

/** How a step moves the parameters. */
interface Rules {
  readonly optimizer: Optimizer;
  readonly clip: Clip;
  readonly moves: (name: string) => boolean;
  readonly rate: number;
  readonly inMemory: StepMemory;
}

/** A layer made by hand may keep its tensors: they are arrays of their own. */
const atOnce: StepMemory = (step) => step();

/** One step: updates the parameters of `state` in place unless the loss is not finite. */
function step(
  net: Layer,
  state: State,
  batch: Batch,
  loss: Layer,
  { optimizer, clip, moves, rate, inMemory }: Rules,
): { value: number; count: ReturnType<typeof countWrong> } {
  const { value, count, pulled } = (isMade(net) && isMade(loss) ? inMemory : atOnce)(() => {
    const [output, pull] = checkedVjp('fit', net, batch.x, state.params);
    const [{ data }, pullLoss] = loss.vjp(output, {});
    const one = tensor([1], [1], output.data instanceof Float32Array ? 'float32' : 'float64');
    const pulled = Number.isFinite(data[0]) ? pull(pullLoss(one).x, false).params : undefined;
    return { value: data[0], count: countWrong(loss, output, 1), pulled };
  });
  if (pulled) {
    const given = flatParams(pulled);
    const moving = Object.entries(flatParams(state.params)).filter(([name]) => moves(name));
    const missing = moving.find(([name]) => given[name] === undefined);
    if (missing) throw new SpecError('layer-rules', `fit: the net must give a gradient for '${missing[0]}', got none`);
    const gradients = clipped(new Map(moving.map(([name]) => [name, given[name].data])), clip);
    for (const [name, { data }] of moving)
      optimizer.update(data, gradients.get(name)!, state.carried[name], rate, state.step);
  }
  return { value, count };
}
