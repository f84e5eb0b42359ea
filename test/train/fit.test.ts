// Training (T3, T4): it learns, it is reproducible to the last bit, and it continues where it stopped.

import { expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import {
  batchNorm,
  chain,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  initialize,
  type Layer,
  maxPool2d,
  NUMERICS,
  type Params,
  relu,
  squaredError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { flatParams } from '../../src/layer/flat-params.ts';
import { digits } from '../../src/train/digits.ts';
import {
  type Batch,
  calibrate,
  cosine,
  evaluate,
  type FitOptions,
  minibatches,
  momentum,
  sgd,
  fit as train,
} from '../../src/train/index.ts';

const net = chain({
  conv: conv2d({ filters: 6, size: 5, stride: 2 }),
  norm: batchNorm(),
  relu: relu(),
  pool: maxPool2d({ size: 2 }),
  drop: dropout({ rate: 0.2 }),
  flatten: flatten(),
  out: dense({ units: 10 }),
});
const shape = [1, 28, 28, 1];
const data = digits({ count: 120, seed: 1 });
const batches = minibatches(data, { size: 16, seed: 3 });
const options: FitOptions = {
  optimizer: momentum({ rate: 0.05, decay: 1e-4 }),
  epochs: 2,
  seed: 5,
  schedule: cosine({ steps: 16 }),
};
const start = initialize(net, shape, { seed: 2 });

const bits = (params: Params<Tensor>) =>
  Object.fromEntries(
    Object.entries(flatParams(params)).map(([name, { data }]) => [
      name,
      Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ]),
  );

test('[train-fit] a small net learns generated digits; the given parameters do not change', async () => {
  const before = bits(start);
  const { params, history } = await train(
    net,
    start,
    minibatches(digits({ count: 400, seed: 1 }), { size: 16, seed: 3 }),
    { ...options, epochs: 4, schedule: undefined },
  );
  expect(bits(start)).toEqual(before);
  expect(history).toHaveLength(4);
  expect(history[3].loss).toBeLessThan(history[0].loss / 3);
  const score = evaluate(
    net,
    params,
    minibatches(digits({ count: 100, seed: 99 }), { size: 100, shuffle: false }),
    ({ labels }) => crossEntropy({ labels }),
  );
  expect(score.accuracy).toBeGreaterThan(0.85);
  expect(score.top5Error).toBeLessThanOrEqual(1 - score.accuracy);
});

test('[train-fit] the same call gives the same bits, another seed others', async () => {
  const first = await train(net, start, batches, options);
  expect(bits((await train(net, start, batches, options)).params)).toEqual(bits(first.params));
  expect(bits((await train(net, start, batches, { ...options, seed: 6 })).params)).not.toEqual(bits(first.params));
});

test.each([3, 8, 11])(
  '[train-checkpoint] stopped after %i steps and resumed: the bits of the uninterrupted run',
  async (stop) => {
    const whole = await train(net, start, batches, options);
    const abort = new AbortController();
    let checkpoint = new Uint8Array();
    const stopped = await train(net, start, batches, {
      ...options,
      signal: abort.signal,
      onProgress: ({ step }) => step === stop && abort.abort(),
      onCheckpoint: (bytes) => {
        checkpoint = bytes as Uint8Array<ArrayBuffer>;
      },
    });
    expect(stopped.step).toBe(stop);
    const resumed = await train(net, start, batches, { ...options, resume: checkpoint });
    expect(resumed.step).toBe(16);
    expect(bits(resumed.params)).toEqual(bits(whole.params));
  },
);

test('[train-checkpoint] a checkpoint of another net or optimizer, or a truncated one, is refused', async () => {
  let checkpoint = new Uint8Array();
  await train(net, start, batches, {
    ...options,
    epochs: 1,
    onCheckpoint: (bytes) => {
      checkpoint = bytes as Uint8Array<ArrayBuffer>;
    },
  });
  const other = chain({ flatten: flatten(), out: dense({ units: 10 }) });
  await expect(train(other, initialize(other, shape), batches, { ...options, resume: checkpoint })).rejects.toThrow(
    /parameter of this net.*\[train-checkpoint\]/,
  );
  await expect(
    train(net, start, batches, { ...options, optimizer: sgd({ rate: 0.1 }), resume: checkpoint }),
  ).rejects.toThrow(/'momentum', got 'sgd'/);
  const frozen = { ...options, epochs: 1, trainable: (name: string) => name.startsWith('out') };
  let part = new Uint8Array();
  await train(net, start, batches, {
    ...frozen,
    onCheckpoint: (bytes) => {
      part = bytes as Uint8Array<ArrayBuffer>;
    },
  });
  await expect(train(net, start, batches, { ...options, resume: part })).rejects.toThrow(
    /trainable must be as it was.*'conv.weight\/velocity', got none \[train-checkpoint\]/,
  );
  await expect(train(net, start, batches, { ...options, resume: checkpoint.slice(0, 900) })).rejects.toThrow(
    /safetensors/,
  );
});

test('[train-step] one step of sgd and of momentum, by hand', async () => {
  const layer = dense({ units: 1, bias: false });
  const params = { weight: tensor([2, 1], [1, 2]) };
  const loss = (batch: Batch): Layer => squaredError({ target: tensor([1, 1], batch.labels) });
  const one = minibatches({ x: tensor([1, 2], [3, 4]), labels: [10] }, { size: 1 });
  const moved = await train(layer, params, one, { optimizer: sgd({ rate: 0.125, decay: 0.5 }), epochs: 1, loss });
  expect(Array.from((moved.params.weight as Tensor).data)).toEqual([
    1 - 0.125 * (2 * 3 + 0.5),
    2 - 0.125 * (2 * 4 + 1),
  ]);
  const state = { velocity: new Float64Array([2]) };
  const theta = new Float64Array([1]);
  momentum({ rate: 1, momentum: 0.5, decay: 0.25 }).update(theta, new Float64Array([3]), state, 0.5, 0);
  expect([state.velocity[0], theta[0]]).toEqual([4.25, 1 - 0.5 * 4.25]);
});

test('[train-step] rates are checked', () => {
  expect(() => sgd({ rate: 0 })).toThrow(/rate must be a number above 0, got 0 \[train-step\]/);
  expect(() => sgd({ rate: Number.NaN })).toThrow(/got NaN/);
  expect(() => momentum({ rate: 1, momentum: 1 })).toThrow(/\[0, 1\), got 1/);
  expect(() => momentum({ rate: 1, decay: -1 })).toThrow(/decay/);
  expect(() => sgd({ rate: 1, momentum: 0.9 } as never)).toThrow(/got 'momentum'/);
});

test('[train-fit] what is not trainable keeps its bits (T4); the rest changes', async () => {
  const { params } = await train(net, start, batches, {
    ...options,
    epochs: 1,
    trainable: (name) => name.startsWith('out'),
  });
  const [before, after] = [bits(start), bits(params)];
  for (const name of Object.keys(before)) {
    if (name.startsWith('out')) expect(after[name]).not.toEqual(before[name]);
    else expect(after[name]).toEqual(before[name]);
  }
});

test('[train-checkpoint] a checkpoint of another version of the numerics is refused, because it would not continue with the same bits', async () => {
  let checkpoint = new Uint8Array();
  await train(net, start, batches, {
    ...options,
    epochs: 1,
    onCheckpoint(bytes) {
      checkpoint = new Uint8Array(bytes);
    },
  });
  const { tensors, metadata } = readSafetensors(checkpoint);
  expect(metadata.numerics).toBe(String(NUMERICS));
  for (const numerics of ['1', undefined]) {
    const { numerics: _, ...rest } = metadata;
    const other = writeSafetensors(tensors, { ...rest, ...(numerics && { numerics }) });
    await expect(train(net, start, batches, { ...options, resume: other })).rejects.toThrow(
      /only version 2 of the numerics .*got version 1 .*\[train-checkpoint\]/,
    );
  }
});

test('[train-loss] a loss that is not finite stops training and names the step; the checkpoint before it is valid', async () => {
  const checkpoints: number[] = [];
  const bad = { x: tensor(data.x.shape, data.x.data), labels: data.labels };
  bad.x.data[100 * 784] = Number.NaN;
  const run = train(net, start, minibatches(bad, { size: 16, shuffle: false }), {
    ...options,
    onCheckpoint: (_, epoch) => {
      checkpoints.push(epoch);
    },
  });
  await expect(run).rejects.toThrow(/must be finite, got NaN at step 6 of epoch 0 \[train-loss\]/);
  expect(checkpoints).toEqual([]);
});

test('[train-dropout] drops other cells in every step', async () => {
  const layer = chain({ drop: dropout({ rate: 0.5 }), out: dense({ units: 1, bias: false }) });
  const x = tensor([1, 32], new Array(32).fill(1));
  const loss = (): Layer => squaredError({ target: tensor([1, 1], [1e6]) });
  const moved: number[][] = [];
  const params = initialize(layer, [1, 32], { seed: 1 });
  for (const epochs of [1, 2]) {
    const result = await train(layer, params, minibatches({ x, labels: [0] }, { size: 1 }), {
      optimizer: sgd({ rate: 1 }),
      epochs,
      loss,
    });
    moved.push(Array.from(flatParams(result.params)['out.weight'].data));
  }
  const first = moved[0].map((value, i) => value !== flatParams(params)['out.weight'].data[i]);
  const second = moved[1].map((value, i) => value !== moved[0][i]);
  expect(first).not.toEqual(second);
  expect(first.filter(Boolean).length).toBeGreaterThan(4);
});

test('[train-fit] arguments of the wrong kind are refused before anything runs', async () => {
  await expect(train({} as Layer, start, batches, options)).rejects.toThrow(/net must be a layer/);
  await expect(train(net, start, [] as never, options)).rejects.toThrow(/minibatches/);
  await expect(train(net, start, batches, { ...options, epoch: 3 } as never)).rejects.toThrow(/got 'epoch'/);
  await expect(train(net, start, batches, { ...options, epochs: 0 })).rejects.toThrow(/epochs must be a whole number/);
  await expect(train(net, start, batches, { ...options, optimizer: {} as never })).rejects.toThrow(/optimizer/);
  await expect(train(net, 3 as never, batches, options)).rejects.toThrow(
    'fit: parameters must be an object of tensors',
  );
});

const wrong: [message: string, options: object][] = [
  ['loss must be a function, got the layer relu', { loss: relu() }],
  ['what loss returns must be a layer, got 5 [layer-rules]', { loss: () => 5 }],
  ["trainable must be a function, got ['out']", { trainable: ['out'] }],
  ['schedule must be a function, got 0.5', { schedule: 0.5 }],
  ["what schedule returns must be a finite number, got 'x'", { schedule: () => 'x' }],
  ['what schedule returns must be a finite number, got NaN', { schedule: () => Number.NaN }],
  ['onProgress must be a function, got true', { onProgress: true }],
  ["onCheckpoint must be a function, got 'file'", { onCheckpoint: 'file' }],
  ['signal must be an AbortSignal, got {signal, abort}', { signal: { signal: {}, abort: 0 } }],
  ['seed must be a whole number, got 0.5', { seed: 0.5 }],
];
test.each(wrong)('[train-fit] refused: fit: %s', async (message, odd) => {
  const result = train(net, start, batches, { optimizer: sgd({ rate: 0.1 }), epochs: 1, ...odd });
  await expect(result).rejects.toThrow(`fit: ${message}`);
  await expect(result).rejects.toHaveProperty('clause');
});

test('[layer-rules] if a layer does not return the gradient of a parameter, the error names the parameter', async () => {
  const forgetful: Layer = {
    ...dense({ units: 10 }),
    vjp(x, p) {
      const [y, pull] = dense({ units: 10 }).vjp(x, p);
      return [y, (dy) => ({ x: pull(dy).x, params: { weight: pull(dy).params.weight } })];
    },
  };
  const mine = chain({ flatten: flatten(), out: forgetful });
  const result = train(mine, initialize(mine, shape), batches, { optimizer: sgd({ rate: 0.1 }), epochs: 1 });
  await expect(result).rejects.toThrow("fit: the net must give a gradient for 'out.bias', got none [layer-rules]");
});

test('[train-fit] evaluate and calibrate refuse invalid nets, batches and inputs', () => {
  const x = tensor([1, 28, 28, 1]);
  expect(() => evaluate(net, start, { x, labels: [0] } as never)).toThrow(
    'evaluate: batches must come from minibatches(), got {x, labels} [train-fit]',
  );
  expect(() => evaluate({} as never, start, batches)).toThrow(
    "evaluate: net must be a layer, got {}, which has no 'forward' [",
  );
  expect(() => evaluate(net, start, batches, (() => 5) as never)).toThrow(
    'evaluate: what loss returns must be a layer, got 5',
  );
  expect(() => calibrate(net, start, x as never)).toThrow(
    'calibrate: inputs must be an array of tensors, got {shape, data} [train-calibrate]',
  );
});
