// What a person chooses beside the plain run: Adam, clipping, validation, early stopping, whole batches only.

import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  batchNorm,
  chain,
  crossEntropy,
  dense,
  flatten,
  initialize,
  type Layer,
  type Params,
  relu,
  squaredError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { flatParams } from '../../src/layer/flat-params.ts';
import { adam, type Batch, digits, evaluate, fit, minibatches, momentum, sgd } from '../../src/train/index.ts';

const f = Math.fround;
const shape = [1, 28, 28, 1];
const net = chain({ flatten: flatten(), hidden: dense({ units: 12 }), relu: relu(), out: dense({ units: 10 }) });
const start = initialize(net, shape, { seed: 1 });
const batches = minibatches(digits({ count: 120, seed: 1 }), { size: 16, seed: 3 });
const kept = minibatches(digits({ count: 50, seed: 2 }), { size: 50 });
const values = (params: Params<Tensor>): number[][] => Object.values(flatParams(params)).map(({ data }) => [...data]);

/** Runs of a linear layer with the weights [1, −2] on one example, whose gradient is known. */
const linear = dense({ units: 1, bias: false });
const toward = (batch: Batch): Layer => squaredError({ target: tensor([1, 1], batch.labels) });
const one = minibatches({ x: tensor([1, 2], [3, 4]), labels: [0] }, { size: 1 });
const weights = { weight: tensor([2, 1], [1, -2]) };

describe('adam', () => {
  it('[train-adam] follows the paper, written out with powers, for many steps', () => {
    for (const [beta1, beta2] of [
      [0.9, 0.999],
      [0, 0.5],
      [0.5, 0],
    ]) {
      const optimizer = adam({ rate: 0.01, beta1, beta2, epsilon: 1e-8, decay: 0.1 });
      const state = { mean: new Float64Array(1), square: new Float64Array(1) };
      const theta = new Float64Array([1]);
      let [own, m, v] = [1, 0, 0];
      for (let t = 1; t <= 50; t++) {
        const g = ((t * 7) % 5) - 2;
        optimizer.update(theta, new Float64Array([g]), state, 0.01, t - 1);
        const full = g + 0.1 * own;
        m = beta1 * m + (1 - beta1) * full;
        v = beta2 * v + (1 - beta2) * full * full;
        own -= (0.01 * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + 1e-8);
        expect(theta[0]).toBeCloseTo(own, 12);
      }
    }
  });

  it('[train-adam] the first step has the length of the rate, whatever the gradient', async () => {
    const { params } = await fit(linear, weights, one, { optimizer: adam({ rate: 0.5 }), epochs: 1, loss: toward });
    expect((params.weight as Tensor).data).toEqual(Float32Array.of(1.5, -1.5));
  });

  it('[train-adam] gives the same bits in whatever order the steps are asked for', () => {
    const move = (optimizer = adam({ rate: 1 }), step = 40): number => {
      const theta = new Float64Array([0.1]);
      optimizer.update(
        theta,
        new Float64Array([3]),
        { mean: new Float64Array(1), square: new Float64Array(1) },
        1,
        step,
      );
      return theta[0];
    };
    const used = adam({ rate: 1 });
    for (const step of [0, 3, 100, 39]) move(used, step);
    expect(move(used)).toBe(move());
    expect(move(used, 2 ** 40)).toBe(move(adam({ rate: 1 }), 100_000_000));
  });

  it('[train-checkpoint] what Adam carries is in the checkpoint: going on gives the bits of one run', async () => {
    const options = { optimizer: adam(), epochs: 3, seed: 5 };
    const checkpoints: Uint8Array[] = [];
    const whole = await fit(net, start, batches, { ...options, onCheckpoint: (bytes) => void checkpoints.push(bytes) });
    const rest = await fit(net, start, batches, { ...options, optimizer: adam(), resume: checkpoints[0] });
    expect(values(rest.params)).toEqual(values(whole.params));
    expect(whole.history[2].loss).toBeLessThan(whole.history[0].loss);
  });

  it('[train-adam] options are checked', () => {
    expect(() => adam({ beta1: 1 })).toThrow('beta1 must be a number in [0, 1), got 1 [train-adam]');
    expect(() => adam({ beta2: -0.1 })).toThrow('[train-adam]');
    expect(() => adam({ epsilon: 0 })).toThrow('[train-adam]');
    expect(() => adam({ rate: 0 })).toThrow('[train-step]');
    expect(() => adam({ beta: 0.9 } as never)).toThrow("got 'beta'");
    expect(() => adam({ beta1: '0.9' as never })).toThrow(TypeError);
  });
});

describe('clip', () => {
  // y = 3·1 − 4·2 = −5, so the gradient is 2·(−5)·[3, 4] = [−30, −40], of the norm 50.
  const moved = async (clip: object): Promise<number[]> => {
    const run = await fit(linear, weights, one, { optimizer: sgd({ rate: 1 }), epochs: 1, loss: toward, clip });
    return [...(run.params.weight as Tensor).data];
  };

  it('[train-clip] by value, by norm, by both, by neither', async () => {
    expect(await moved({})).toEqual([31, 38]);
    expect(await moved({ value: 35 })).toEqual([31, 33]);
    expect(await moved({ norm: 5 })).toEqual([4, 2]);
    expect(await moved({ norm: 50 })).toEqual([31, 38]);
    expect(await moved({ value: 30, norm: 1 })).toEqual([1, -2].map((w) => f(w + f(30 * (1 / Math.sqrt(1800))))));
  });

  it('[train-clip] the norm is that of all parameters that move, and of no others', async () => {
    const two = chain({ a: dense({ units: 1, bias: false }), b: dense({ units: 1, bias: false }) });
    const params = { a: { weight: tensor([1, 1], [3]) }, b: { weight: tensor([1, 1], [4]) } };
    // y = 12, gradient at y 24, so da = 24·4 = 96 and db = 24·3 = 72: together 120.
    const batch = minibatches({ x: tensor([1, 1], [1]), labels: [0] }, { size: 1 });
    const run = async (trainable: (name: string) => boolean) =>
      values(
        (
          await fit(two, params, batch, {
            optimizer: sgd({ rate: 1 }),
            epochs: 1,
            loss: toward,
            clip: { norm: 10 },
            trainable,
          })
        ).params,
      ).flat();
    expect(await run(() => true)).toEqual([3 - 8, 4 - 6]);
    expect(await run((name) => name.startsWith('a'))).toEqual([3 - 10, 4]);
  });

  it('[train-clip] a norm that is not finite is an error before the step', async () => {
    const huge = minibatches({ x: tensor([1, 2], [1e200, 1e200], 'float64'), labels: [0] }, { size: 1 });
    const wide = { weight: tensor([2, 1], [1e-200, 0], 'float64') };
    const loss = () => squaredError({ target: tensor([1, 1], [0]) });
    const run = fit(linear, wide, huge, { optimizer: sgd({ rate: 1 }), epochs: 1, loss, clip: { norm: 1 } });
    await expect(run).rejects.toThrow('the norm of the gradients must be finite, got Infinity [train-clip]');
    expect(wide.weight.data[0]).toBe(1e-200);
  });

  it.each([{ norm: 0 }, { value: -1 }, { norm: Number.NaN }, { value: '1' }, { norms: 1 }, null, 5])(
    '[train-clip] %o is refused',
    async (clip) => {
      await expect(moved(clip as object)).rejects.toHaveProperty('clause');
    },
  );
});

describe('validation', () => {
  const options = { optimizer: momentum({ rate: 0.05 }), epochs: 6, seed: 5, validation: kept };

  it('[train-validation] the history has the losses and accuracies of evaluate; best is the least of them', async () => {
    const checkpoints: Params<Tensor>[] = [];
    const { history, best, params } = await fit(net, start, batches, options);
    for (const { epoch } of history) {
      const until = await fit(net, start, batches, { ...options, epochs: epoch + 1, validation: undefined });
      checkpoints.push(until.params);
      const { loss, accuracy } = evaluate(net, until.params, kept);
      expect(history[epoch]).toMatchObject({ validationLoss: loss, validationAccuracy: accuracy });
    }
    const losses = history.map(({ validationLoss }) => validationLoss!);
    expect(best).toMatchObject({ epoch: losses.indexOf(Math.min(...losses)), loss: Math.min(...losses) });
    expect(values(best!.params)).toEqual(values(checkpoints[best!.epoch]));
    expect(values(params)).toEqual(values(checkpoints[5]));
  });

  /** A run whose validation losses are those named: the loss of the one validation example is made up. */
  const run = (losses: number[], patience: number | undefined, more: object = {}) => {
    let epoch = 0;
    const loss = (batch: Batch): Layer =>
      batch.labels[0] === 7
        ? { ...squaredError({ target: tensor([1, 1]) }), forward: () => tensor([1], [losses[epoch++]], 'float64') }
        : toward(batch);
    const validation = minibatches({ x: tensor([1, 2]), labels: [7] }, { size: 1 });
    const optimizer = sgd({ rate: 1e-3 });
    return fit(linear, weights, one, {
      optimizer,
      epochs: losses.length,
      loss,
      validation,
      patience,
      ...more,
    } as never);
  };

  it.each([
    { losses: [5, 4, 3, 2], patience: 1, epochs: 4, best: 3 },
    { losses: [5, 4, 4, 2], patience: 1, epochs: 3, best: 1 },
    { losses: [5, 6, 7, 4, 5, 6, 7, 1], patience: 3, epochs: 7, best: 3 },
    { losses: [5, 6, 7, 4], patience: undefined, epochs: 4, best: 3 },
    { losses: [Number.NaN, Number.NaN, 9, Number.NaN, 8], patience: 2, epochs: 5, best: 4 },
    { losses: [Number.NaN, Number.NaN, Number.NaN], patience: 1, epochs: 2, best: 0 },
  ])('[train-validation] losses $losses with patience $patience: $epochs epochs, best $best', async (each) => {
    const { history, best } = await run(each.losses, each.patience);
    expect([history.length, best?.epoch]).toEqual([each.epochs, each.best]);
  });

  it('[train-checkpoint] going on from a checkpoint stops where the whole run stops, with the same best', async () => {
    const losses = [5, 3, 4, 4, 4, 1];
    const checkpoints: Uint8Array[] = [];
    const whole = await run(losses, 3, { onCheckpoint: (bytes: Uint8Array) => void checkpoints.push(bytes) });
    expect([whole.history.length, whole.best?.epoch]).toEqual([5, 1]);
    for (const done of [1, 2, 3, 4, 5]) {
      const rest = await run(losses.slice(done), 3, { epochs: 6, resume: checkpoints[done - 1] });
      expect([rest.history.length, rest.best?.epoch, rest.best?.loss, rest.step]).toEqual([5 - done, 1, 3, 5]);
      expect(values(rest.best!.params)).toEqual(values(whole.best!.params));
      expect(values(rest.params)).toEqual(values(whole.params));
    }
  });

  it('[train-validation] patience without validation, and what is no batches, are refused', async () => {
    const wrong = (more: object) => fit(net, start, batches, { ...options, validation: undefined, ...more });
    await expect(wrong({ patience: 2 })).rejects.toThrow('patience needs validation batches, got none');
    await expect(wrong({ validation: kept, patience: 0 })).rejects.toThrow('[train-validation]');
    await expect(wrong({ validation: {} })).rejects.toThrow('fit: validation must come from minibatches()');
  });
});

describe('the last batch', () => {
  const data = digits({ count: 7, seed: 1 });
  const sizes = (options: { size: number; dropLast?: boolean }): number[] =>
    [...minibatches(data, options).epoch(0)].map(({ x }) => x.shape[0]);

  it('[train-batches] is smaller, or left out with dropLast', () => {
    expect(sizes({ size: 3 })).toEqual([3, 3, 1]);
    expect(sizes({ size: 3, dropLast: true })).toEqual([3, 3]);
    expect(sizes({ size: 7, dropLast: true })).toEqual([7]);
    const { length, examples } = minibatches(data, { size: 3, dropLast: true });
    expect([length, examples]).toEqual([2, 6]);
    expect(() => minibatches(data, { size: 8, dropLast: true })).toThrow('a whole batch of 8, got 7 examples [train-b');
    expect(() => minibatches(data, { size: 8, dropLast: 1 as never })).toThrow(TypeError);
  });

  afterEach(() => vi.restoreAllMocks());

  it('[train-batches] of one example under batchNorm is told once; in no other case is anything', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const normed = chain({ flatten: flatten(), body: chain({ norm: batchNorm() }), out: dense({ units: 10 }) });
    const run = (layer: Layer, options: { size: number; dropLast?: boolean }) =>
      fit(layer, initialize(layer, shape), minibatches(data, options), { optimizer: sgd({ rate: 0.01 }), epochs: 2 });
    await run(normed, { size: 3, dropLast: true });
    await run(normed, { size: 4 });
    await run(normed, { size: 1 });
    await run(net, { size: 3 });
    expect(warn.mock.calls).toEqual([]);
    await run(normed, { size: 3 });
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/a batch holds 1 example.*'body.norm' takes.*dropLast/)]]);
  });
});

it('[train-evaluation] labels that are ignored are left out of accuracy', async () => {
  const x = tensor([4, 2], [1, 0, 1, 0, 0, 1, 0, 1]);
  const set = minibatches({ x, labels: [0, 1, 255, 255] }, { size: 4 });
  const score = evaluate(chain([]), {}, set, ({ labels }) => crossEntropy({ labels, ignore: 255 }));
  expect(score.accuracy).toBe(0.5);
});
