// What training refuses, word for word: who refuses, what must hold, what came, and the clause.

import { describe, expect, it, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/formats/index.ts';
import {
  batchNorm,
  chain,
  crossEntropy,
  dense,
  identity,
  initialize,
  NUMERICS,
  type Params,
  relu,
  SpecError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { random } from '../../src/random.ts';
import { writeCheckpoint } from '../../src/train/checkpoint.ts';
import { clipped } from '../../src/train/clip.ts';
import {
  adam,
  argmax,
  augment,
  calibrate,
  confusionMatrix,
  cosine,
  digits,
  evaluate,
  evaluation,
  type FitOptions,
  fit,
  greyImages,
  minibatches,
  momentum,
  resizeImages,
  sgd,
  splitExamples,
  stackImages,
  standardize,
  stepDecay,
  topError,
} from '../../src/train/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
type Anything = any;

const image = tensor([1, 4, 4, 1]);

const data = { x: tensor([2, 3]), labels: [0, 1] };

const trap = new Proxy(
  {},
  {
    get() {
      throw new Error('a trap');
    },
  },
) as Anything;

const one = new Float32Array(1);

const two = new Float32Array(2);

const broken: [message: string, call: () => unknown][] = [
  ...Object.entries({
    augment: ['shift, flip, crop', () => augment({ other: 1 } as Anything)],
    minibatches: ['size, seed, shuffle, dropLast, augment', () => minibatches(data, { other: 1 } as Anything)],
    stepDecay: ['every, factor', () => stepDecay({ other: 1 } as Anything)],
    cosine: ['steps, least', () => cosine({ other: 1 } as Anything)],
    digits: ['count, seed', () => digits({ other: 1 } as Anything)],
    resizeImages: ['height, width', () => resizeImages(image, { other: 1 } as Anything)],
    splitExamples: ['share, seed', () => splitExamples(data, { other: 1 } as Anything)],
    sgd: ['rate, decay', () => sgd({ other: 1 } as Anything)],
    momentum: ['rate, momentum, decay', () => momentum({ other: 1 } as Anything)],
    adam: ['rate, beta1, beta2, epsilon, decay', () => adam({ other: 1 } as Anything)],
  } as Record<string, [string, () => unknown]>).map(([name, [names, call]]): [string, () => unknown] => [
    `${name}: the options are ${names}, got 'other' [layer-attributes]`,
    call,
  ]),
  ['augment: shift must be a whole number from 0 to 2147483647, got -1 [train-augment]', () => augment({ shift: -1 })],
  ['augment: crop must be a whole number from 1 to 2147483647, got 0 [train-augment]', () => augment({ crop: 0 })],
  [
    'augment: images have the axes [batch, height, width, channels], got shape [4,4,1] [train-augment]',
    () => augment({})(tensor([4, 4, 1]), random(1)),
  ],
  [
    'augment: crop must be at most the 4×2 of the images, got 3 [train-augment]',
    () => augment({ crop: 3 })(tensor([1, 4, 2, 1]), random(1)),
  ],
  [
    'augment: crop must be at most the 2×4 of the images, got 3 [train-augment]',
    () => augment({ crop: 3 })(tensor([1, 2, 4, 1]), random(1)),
  ],
  [
    'minibatches: size must be a whole number from 1 to 2147483647, got 0 [train-batches]',
    () => minibatches(data, { size: 0 }),
  ],
  [
    'minibatches: the number of an epoch must be a whole number from 0 to 2147483647, got -1 [train-batches]',
    () => [...minibatches(data, { size: 1 }).epoch(-1)],
  ],
  [
    'minibatches: there must be at least one example, got x of shape [] [train-batches]',
    () => minibatches({ x: tensor([], [1]), labels: [0] }, { size: 1 }),
  ],
  [
    'minibatches: the 2 examples must have the same number of labels each, got 0 labels [train-batches]',
    () => minibatches({ ...data, labels: [] }, { size: 1 }),
  ],
  ['calibrate: there must be at least one input, got none [train-calibrate]', () => calibrate(relu(), {}, [])],
  [
    'confusionMatrix: the number of classes must be a whole number from 1 to 2147483647, got 0 [train-argmax]',
    () => confusionMatrix(tensor([0, 0]), []),
  ],
  [
    "confusionMatrix: the options are ignore, got 'ignored' (did you mean 'ignore'?) [layer-attributes]",
    () => confusionMatrix(data.x, [0, 1], { ignored: 1 } as Anything),
  ],
  ['argmax: the last axis must hold classes, got shape [] [train-argmax]', () => argmax(tensor([], [1]))],
  ['argmax: the last axis must hold classes, got shape [2,0] [train-argmax]', () => argmax(tensor([2, 0]))],
  ['topError: k must be a whole number from 1 to 2147483647, got 0 [train-top]', () => topError(data.x, [0, 1], 0)],
  [
    'evaluate: batches must give at least one batch, got none [train-evaluation]',
    () => evaluate(relu(), {}, { ...minibatches(data, { size: 1 }), epoch: () => [] }),
  ],
  ['stackImages: there must be at least one image, got none [train-stack]', () => stackImages([])],
  [
    'stackImages: images must have one shape, [4], got [5] at index 1 [train-stack]',
    () => stackImages([tensor([4]), tensor([5])]),
  ],
  [
    'resizeImages: images must have the axes [height, width, channels], or a batch before them, got shape [4,4] [train-resize]',
    () => resizeImages(tensor([4, 4]), { height: 1, width: 1 }),
  ],
  [
    'resizeImages: images must have the axes [height, width, channels], or a batch before them, got shape [1,1,4,4,1] [train-resize]',
    () => resizeImages(tensor([1, 1, 4, 4, 1]), { height: 1, width: 1 }),
  ],
  [
    'resizeImages: images must have the axes [height, width, channels], or a batch before them, got shape [4,0,1] [train-resize]',
    () => resizeImages(tensor([4, 0, 1]), { height: 1, width: 1 }),
  ],
  [
    'resizeImages: height must be a whole number from 1 to 2147483647, got 0 [train-resize]',
    () => resizeImages(image, { height: 0, width: 1 }),
  ],
  [
    'resizeImages: height must be at most 1048576, got 1048577 [train-resize]',
    () => resizeImages(image, { height: 1048577, width: 1 }),
  ],
  [
    'resizeImages: width must be a whole number from 1 to 2147483647, got 0 [train-resize]',
    () => resizeImages(image, { height: 1, width: 0 }),
  ],
  [
    'greyImages: images must have 1 to 4 channels, got 5 in shape [1,1,5] [train-grey]',
    () => greyImages(tensor([1, 1, 5])),
  ],
  [
    'greyImages: images must have the axes [height, width, channels], or a batch before them, got shape [4,4] [train-grey]',
    () => greyImages(tensor([4, 4])),
  ],
  [
    'standardize: x must have channels on its last axis, got shape [3] [train-standardize]',
    () => standardize(tensor([3])),
  ],
  [
    'standardize: x must have channels on its last axis, got shape [0,3] [train-standardize]',
    () => standardize(tensor([0, 3])),
  ],
  [
    'standardize: mean must have a number for each of 3 channels, got [1] [train-standardize]',
    () => standardize(data.x, { mean: [1], deviation: [1, 1, 1] }),
  ],
  [
    'standardize: mean must be a finite number, got Infinity [train-standardize]',
    () => standardize(data.x, { mean: [0, Number.POSITIVE_INFINITY, 0], deviation: [1, 1, 1] }),
  ],
  [
    'standardize: deviation must be a number above 0, got 0 [train-standardize]',
    () => standardize(data.x, { mean: [0, -1, 0], deviation: [1, 0, 1] }),
  ],
  [
    "standardize: the statistics are mean, deviation, x, got 'std' [train-standardize]",
    () => standardize(data.x, { mean: [1], std: [1] } as Anything),
  ],
  ['digits: count must be a whole number from 1 to 2147483647, got 0 [train-digits]', () => digits({ count: 0 })],
  [
    'splitExamples: share must be a number between 0 and 1, got 1 [train-split]',
    () => splitExamples(data, { share: 1 }),
  ],
  [
    'splitExamples: share must be a number between 0 and 1, got 0 [train-split]',
    () => splitExamples(data, { share: 0 }),
  ],
  [
    'splitExamples: seed must be a whole number, got 0.5 [train-split]',
    () => splitExamples(data, { share: 0.5, seed: 0.5 }),
  ],
  [
    'splitExamples: both parts must have an example, got 2 and 0 [train-split]',
    () => splitExamples(data, { share: 0.1 }),
  ],
  [
    'splitExamples: both parts must have an example, got 0 and 2 [train-split]',
    () => splitExamples(data, { share: 0.9 }),
  ],
  ['sgd: rate must be a number above 0, got 0 [train-step]', () => sgd({ rate: 0 })],
  ['momentum: decay must be a number of at least 0, got -1 [train-step]', () => momentum({ rate: 1, decay: -1 })],
  ['momentum: momentum must be a number in [0, 1), got -0.5 [train-step]', () => momentum({ rate: 1, momentum: -0.5 })],
  ['momentum: momentum must be a number in [0, 1), got 1 [train-step]', () => momentum({ rate: 1, momentum: 1 })],
  ['adam: beta2 must be a number in [0, 1), got -1 [train-adam]', () => adam({ beta2: -1 })],
  ['adam: epsilon must be a number above 0, got 0 [train-adam]', () => adam({ epsilon: 0 })],
  ...['sgd', 'momentum', 'adam'].map((name): [string, () => unknown] => [
    `${name}: gradient must have the 2 values of theta, got 1 [train-step]`,
    () =>
      ({ sgd, momentum, adam })
        [name as 'sgd']({ rate: 1 })
        .update(two, one, { velocity: two, mean: two, square: two }, 1, 0),
  ]),
  [
    'momentum: velocity must have the 2 values of theta, got 1 [train-step]',
    () => momentum({ rate: 1 }).update(two, two, { velocity: one }, 1, 0),
  ],
  [
    'adam: mean must have the 2 values of theta, got 1 [train-step]',
    () => adam().update(two, two, { mean: one, square: two }, 1, 0),
  ],
  [
    'adam: square must have the 2 values of theta, got 1 [train-step]',
    () => adam().update(two, two, { mean: two, square: one }, 1, 0),
  ],
  [
    'adam: the number of the step must be a whole number ≥ 0, got -1 [train-step]',
    () => adam().update(one, one, { mean: one, square: one }, 1, -1),
  ],
  [
    'adam: the number of the step must be a whole number ≥ 0, got 0.5 [train-step]',
    () => adam().update(one, one, { mean: one, square: one }, 1, 0.5),
  ],
  [
    'stepDecay: every must be a whole number from 1 to 2147483647, got 0 [train-schedule]',
    () => stepDecay({ every: 0 }),
  ],
  ['stepDecay: factor must be a number in (0, 1], got 0 [train-schedule]', () => stepDecay({ every: 1, factor: 0 })],
  ['stepDecay: the step must be a number of at least 0, got -1 [train-schedule]', () => stepDecay({ every: 1 })(-1)],
  [
    'stepDecay: there may be at most 134217728 decays, got 134217729 [train-schedule]',
    () => stepDecay({ every: 1 })(134217729),
  ],
  ['cosine: steps must be a whole number from 1 to 2147483647, got 0 [train-schedule]', () => cosine({ steps: 0 })],
  ['cosine: least must be a number in [0, 1], got -1 [train-schedule]', () => cosine({ steps: 1, least: -1 })],
  ['cosine: least must be a number in [0, 1], got 2 [train-schedule]', () => cosine({ steps: 1, least: 2 })],
  ['cosine: the step must be a number of at least 0, got -1 [train-schedule]', () => cosine({ steps: 1 })(-1)],
  [
    'fit: the norm of the gradients must be finite, got NaN [train-clip]',
    () => clipped(new Map([['w', Float32Array.of(Number.NaN)]]), { norm: 1 }),
  ],
];

const mistyped: [message: string, call: () => unknown][] = [
  ["augment: flip must be true or false, got 'yes' [train-augment]", () => augment({ flip: 'yes' as Anything })],
  ['augment: x must be a tensor {shape, data}, got 5 [tensor-type]', () => augment({})(5 as Anything, random(1))],
  [
    'augment: the method below of random must be a function, got undefined [train-augment]',
    () => augment({})(image, undefined as Anything),
  ],
  ...([null, 5, undefined] as Anything[]).flatMap((batch): [string, () => unknown][] => [
    [
      `evaluate: a batch must be {x, labels}, got ${batch} [train-fit]`,
      () => evaluate(relu(), {}, { ...minibatches(data, { size: 1 }), epoch: () => [data, batch] }),
    ],
    [
      `evaluate: epoch of batches must give batches, got ${batch} [train-fit]`,
      () => evaluate(relu(), {}, { ...minibatches(data, { size: 1 }), epoch: () => batch }),
    ],
  ]),
  [
    'evaluate: x must be a tensor {shape, data}, got 5 [tensor-type]',
    () => evaluate(relu(), {}, { ...minibatches(data, { size: 1 }), epoch: () => [{ ...data, x: 5 as Anything }] }),
  ],
  [
    'minibatches: augment must be a function, got 5 [train-batches]',
    () => minibatches(data, { size: 1, augment: 5 as Anything }),
  ],
  [
    'minibatches: shuffle must be true or false, got 1 [train-batches]',
    () => minibatches(data, { size: 1, shuffle: 1 as Anything }),
  ],
  [
    'minibatches: dropLast must be true or false, got 1 [train-batches]',
    () => minibatches(data, { size: 1, dropLast: 1 as Anything }),
  ],
  ['minibatches: data must be {x, labels}, got 5 [train-batches]', () => minibatches(5 as Anything, { size: 1 })],
  [
    'minibatches: data must be something that can be read, got what throws {} [train-batches]',
    () => minibatches(trap, { size: 1 }),
  ],
  [
    'minibatches: x must be a tensor {shape, data}, got 5 [tensor-type]',
    () => minibatches({ x: 5 as Anything, labels: [] }, { size: 1 }),
  ],
  [
    'minibatches: labels must be an array, got 5 [train-batches]',
    () => minibatches({ ...data, labels: 5 as Anything }, { size: 1 }),
  ],
  [
    'minibatches: labels must be an array, got DataView(undefined) [train-batches]',
    () => minibatches({ ...data, labels: new DataView(new ArrayBuffer(2)) as Anything }, { size: 1 }),
  ],
  [
    'minibatches: labels must have no holes, got one at index 0 [train-batches]',
    () => minibatches({ ...data, labels: Array(2) }, { size: 1 }),
  ],
  ['calibrate: net must be a layer, got 5 [layer-rules]', () => calibrate(5 as Anything, {}, [])],
  [
    'calibrate: parameters must be an object of tensors, got 5 [layer-params]',
    () => calibrate(relu(), 5 as Anything, []),
  ],
  [
    'calibrate: inputs must be an array of tensors, got Float32Array(1) [train-calibrate]',
    () => calibrate(relu(), {}, one as Anything),
  ],
  [
    'calibrate: inputs must be an array of tensors, got undefined [train-calibrate]',
    () => calibrate(relu(), {}, undefined as Anything),
  ],
  [
    'calibrate: inputs must be something that can be read, got what throws {} [train-calibrate]',
    () => calibrate(relu(), {}, trap),
  ],
  ['calibrate: inputs must have no holes, got one at index 0 [train-calibrate]', () => calibrate(relu(), {}, Array(1))],
  [
    'calibrate: an input must be a tensor {shape, data}, got 5 [tensor-type]',
    () => calibrate(relu(), {}, [5 as Anything]),
  ],
  ['argmax: logits must be a tensor {shape, data}, got 5 [tensor-type]', () => argmax(5 as Anything)],
  [
    'confusionMatrix: logits must be a tensor {shape, data}, got 5 [tensor-type]',
    () => confusionMatrix(5 as Anything, []),
  ],
  ['topError: labels must be an array of whole numbers, got 5 [loss-labels]', () => topError(data.x, 5 as Anything)],
  [
    'topError: labels must be an array of whole numbers, got null [loss-labels]',
    () => topError(data.x, null as Anything),
  ],
  ['topError: logits must be a tensor {shape, data}, got 5 [tensor-type]', () => topError(5 as Anything, [])],
  ['evaluation: net must be a layer, got 5 [layer-rules]', () => evaluation(5 as Anything)],
  [
    'evaluate: parameters must be an object of tensors, got 5 [layer-params]',
    () => evaluate(relu(), 5 as Anything, minibatches(data, { size: 1 })),
  ],
  [
    'evaluate: loss must be a function, got 5 [train-fit]',
    () => evaluate(relu(), {}, minibatches(data, { size: 1 }), 5 as Anything),
  ],
  [
    'evaluate: what loss returns must be a layer, got 5 [layer-rules]',
    () => evaluate(relu(), {}, minibatches(data, { size: 1 }), () => 5 as Anything),
  ],
  [
    'evaluate: batches must be something that can be read, got what throws {} [train-fit]',
    () => evaluate(relu(), {}, trap),
  ],
  [
    'evaluate: batches must come from minibatches(), got undefined [train-fit]',
    () => evaluate(relu(), {}, undefined as Anything),
  ],
  ['stackImages: images must be an array of tensors, got 5 [train-stack]', () => stackImages(5 as Anything)],
  ['stackImages: images must have no holes, got one at index 0 [train-stack]', () => stackImages(Array(1))],
  [
    'stackImages: image 1 must be a tensor {shape, data}, got 5 [tensor-type]',
    () => stackImages([image, 5 as Anything]),
  ],
  [
    'stackImages: images must have one type, got float64 at index 1 [tensor-type]',
    () => stackImages([tensor([1]), tensor([1], [1], 'float64')]),
  ],
  [
    'resizeImages: images must be a tensor {shape, data}, got 5 [tensor-type]',
    () => resizeImages(5 as Anything, { height: 1, width: 1 }),
  ],
  ['standardize: x must be a tensor {shape, data}, got 5 [tensor-type]', () => standardize(5 as Anything)],
  [
    'standardize: deviation must be an array of numbers, got 5 [train-standardize]',
    () => standardize(data.x, { mean: [1, 1, 1], deviation: 5 as Anything }),
  ],
  [
    'sgd: theta must be a Float32Array or Float64Array, got [1] [train-step]',
    () => sgd({ rate: 1 }).update([1] as Anything, one, {}, 1, 0),
  ],
  [
    'sgd: gradient must be a Float32Array or Float64Array, got Int8Array(1) [train-step]',
    () => sgd({ rate: 1 }).update(one, new Int8Array(1) as Anything, {}, 1, 0),
  ],
  [
    "sgd: the rate must be a number, got '1' [train-step]",
    () => sgd({ rate: 1 }).update(one, one, {}, '1' as Anything, 0),
  ],
  [
    'momentum: velocity must be a Float32Array or Float64Array, got undefined [train-step]',
    () => momentum({ rate: 1 }).update(one, one, undefined as Anything, 1, 0),
  ],
  [
    'momentum: the state must be something that can be read, got what throws {} [train-step]',
    () => momentum({ rate: 1 }).update(one, one, trap, 1, 0),
  ],
  [
    'adam: mean must be a Float32Array or Float64Array, got undefined [train-step]',
    () => adam().update(one, one, undefined as Anything, 1, 0),
  ],
  [
    'adam: the state must be something that can be read, got what throws {} [train-step]',
    () =>
      adam().update(
        one,
        one,
        new Proxy(
          { mean: one },
          {
            get: trap,
            ownKeys: () => {
              throw new Error('a trap');
            },
          },
        ) as Anything,
        1,
        0,
      ),
  ],
];

test.each(broken)('a SpecError: %s', (message, call) => {
  expect(call).toThrow(SpecError);
  expect(call).toThrow(expect.objectContaining({ message, clause: message.match(/\[([a-z-]+)\]$/)![1] }));
});

test.each(mistyped)('a TypeError: %s', (message, call) => {
  expect(call).toThrow(TypeError);
  expect(call).toThrow(expect.objectContaining({ message, clause: message.match(/\[([a-z-]+)\]$/)![1] }));
});

describe('fit', () => {
  const net = dense({ units: 2 });
  const params = initialize(net, [1, 3], { seed: 1 });
  const batches = minibatches(data, { size: 1 });
  const options: FitOptions = { optimizer: sgd({ rate: 1 }), epochs: 1 };
  const made = { name: 'mine', rate: 1, state: ['a'], update() {} };
  const ran = (given: object, on: Anything = batches) => fit(net, params, on, { ...options, ...given });
  const optimizer = 'optimizer must be sgd(), momentum() or adam(), got';

  const wrong: [message: string, run: () => Promise<unknown>][] = [
    ['net must be a layer, got 5 [layer-rules]', () => fit(5 as Anything, params, batches, options)],
    ['the number of batches must be a whole number ≥ 1, got undefined [train-fit]', () => ran({}, { epoch: () => [] })],
    [
      'the number of batches must be a whole number from 1 to 2147483647, got 0 [train-fit]',
      () => ran({}, { ...batches, length: 0 }),
    ],
    [
      'batches must give at least one batch an epoch, got none in epoch 0 [train-fit]',
      () => ran({}, { ...batches, epoch: () => [] }),
    ],
    ['epoch of batches must give batches, got null [train-fit]', () => ran({}, { ...batches, epoch: () => null })],
    [
      'a batch must be {x, labels}, got null [train-fit]',
      () => ran({}, { ...batches, epoch: () => [...batches.epoch(0), null] }),
    ],
    [
      'batches must give at least one batch, got none in epoch 1 [train-fit]',
      () => ran({ epochs: 2 }, { ...batches, epoch: (epoch: number) => (epoch === 0 ? batches.epoch(0) : []) }),
    ],
    [
      'options must be an object {optimizer, epochs, loss, schedule, threads, seed, trainable, clip, validation, patience, onProgress, onCheckpoint, resume, signal}, got 5 [layer-attributes]',
      () => fit(net, params, batches, 5 as Anything),
    ],
    ['epochs must be a whole number from 1 to 2147483647, got 0 [train-fit]', () => ran({ epochs: 0 })],
    ['patience must be a whole number from 1 to 2147483647, got 0 [train-validation]', () => ran({ patience: 0 })],
    ['patience needs validation batches, got none beside 3 [train-validation]', () => ran({ patience: 3 })],
    ['validation must come from minibatches(), got 5 [train-fit]', () => ran({ validation: 5 })],
    ['clip.norm must be a number above 0, got 0 [train-clip]', () => ran({ clip: { norm: 0 } })],
    ["clip.value must be a number above 0, got '1' [train-clip]", () => ran({ clip: { value: '1' } })],
    ['options of clip must be an object {norm, value}, got 5 [train-clip]', () => ran({ clip: 5 })],
    ['signal must be something that can be read, got what throws {} [train-fit]', () => ran({ signal: trap })],
    ['optimizer must be something that can be read, got what throws {} [train-fit]', () => ran({ optimizer: trap })],
    ...(['update', 'name', 'rate', 'state'] as const).map((each): [string, () => Promise<unknown>] => [
      `${optimizer} {name, rate, state, update} [train-fit]`,
      () => ran({ optimizer: { ...made, [each]: undefined } }),
    ]),
    [`${optimizer} {name, rate, state, update} [train-fit]`, () => ran({ optimizer: { ...made, state: ['a', 5] } })],
    [`${optimizer} undefined [train-fit]`, () => ran({ optimizer: undefined })],
    [
      'y of mine must be a tensor {shape, data}, got 5 [tensor-type]',
      () => fit({ ...net, name: 'mine', vjp: () => [5, () => 5] as Anything }, params, batches, options),
    ],
    [
      'the loss must be finite, got Infinity at step 0 of epoch 0 [train-loss]',
      () =>
        ran({
          loss: ({ labels }: { labels: number[] }) => ({
            ...crossEntropy({ labels }),
            vjp: () => [tensor([1], [Number.POSITIVE_INFINITY]), () => {}],
          }),
        }),
    ],
  ];
  it.each(wrong)('[train-fit] refuses: fit: %s', async (message, run) => {
    await expect(run()).rejects.toMatchObject({
      message: `fit: ${message}`,
      clause: message.match(/\[([a-z-]+)\]$/)![1],
    });
  });
});

describe('checkpoints', () => {
  const net = chain({ norm: batchNorm(), out: dense({ units: 2 }) });
  const params = initialize(net, [1, 3], { seed: 1 });
  const batches = minibatches(
    {
      x: tensor(
        [4, 3],
        Array.from({ length: 12 }, (_, i) => (i * 7) % 5),
      ),
      labels: [0, 1, 0, 1],
    },
    { size: 2 },
  );
  const run = async (options: Partial<FitOptions> = {}): Promise<Uint8Array[]> => {
    const files: Uint8Array[] = [];
    await fit(net, params, batches, {
      optimizer: momentum({ rate: 0.1 }),
      epochs: 3,
      validation: batches,
      ...options,
      onCheckpoint: (file) => void files.push(file),
    });
    return files;
  };
  /** A checkpoint with other metadata, or without an entry. */
  const changed = (
    file: Uint8Array,
    own: Record<string, string | undefined>,
    tensors = readSafetensors(file).tensors,
  ) => {
    const metadata = Object.entries({ ...readSafetensors(file).metadata, ...own }).filter(
      ([, value]) => value !== undefined,
    );
    return writeSafetensors(tensors, Object.fromEntries(metadata) as Record<string, string>);
  };

  it('[train-checkpoint] of a run that goes on are those of the whole run, byte for byte', async () => {
    const whole = await run();
    expect(await run({ resume: whole[0] })).toEqual(whole.slice(1));
    expect(await run({ resume: whole[1] })).toEqual(whole.slice(2));
    expect(readSafetensors(whole[2]).metadata).toMatchObject({
      step: '6',
      optimizer: 'momentum',
      numerics: String(NUMERICS),
    });
    expect(await run({ resume: whole[2] })).toEqual([]);
  });

  it('[train-checkpoint] no parameter has the name of a state', () => {
    const x = tensor([1]);
    const state = { step: 1, params: { a: x, 'a/velocity': x }, carried: { a: { velocity: x.data } } };
    expect(() => writeCheckpoint(state as Anything, momentum({ rate: 1 }))).toThrow(
      "checkpoint: no parameter may have the name of a state, got 'a/velocity' [train-checkpoint]",
    );
  });

  it('[train-checkpoint] with metadata that are not whole are refused', async () => {
    const [file] = await run();
    for (const step of ['', '1.5', '-1', 'x1', '1x', '1e3', '0x10', '9007199254740993', undefined])
      await expect(run({ resume: changed(file, { step }) })).rejects.toThrow(
        `checkpoint: the metadata must have the step, got '${step}' [train-checkpoint]`,
      );
    for (const best of ['x 1 1', '-1 1 1', '0.5 1 1', '1 1', '1', ''])
      await expect(run({ resume: changed(file, { best }) })).rejects.toThrow(
        `checkpoint: the best must be epoch, loss and accuracy, got '${best}' [train-checkpoint]`,
      );
    await expect(run({ resume: changed(file, { optimizer: 'adam' }) })).rejects.toThrow(
      "checkpoint: the optimizer must be the one it was written with, 'adam', got 'momentum' [train-checkpoint]",
    );
  });

  it('[train-checkpoint] with other tensors are refused by name', async () => {
    const [file] = await run();
    const { tensors } = readSafetensors(file);
    const refuses = (own: Params<Tensor>, message: string) =>
      expect(run({ resume: changed(file, {}, own as Record<string, Tensor>) })).rejects.toThrow(message);
    const without = (name: string) => Object.fromEntries(Object.entries(tensors).filter(([each]) => each !== name));
    const kind = "checkpoint: 'norm.bias' must be a float32 tensor of shape [3], got";
    await refuses({ ...tensors, 'norm.bias': tensor([2]) }, `${kind} float32 of shape [2] [train-checkpoint]`);
    await refuses({ ...tensors, 'norm.bias': tensor([3], [0, 0, 0], 'float64') }, `${kind} float64 of shape [3] [`);
    await refuses(
      { ...tensors, other: tensor([2]) },
      "checkpoint: 'other' must be a parameter of this net, got float32 of",
    );
    await refuses(
      { ...tensors, 'a/b': tensor([2]) },
      "checkpoint: 'a/b' must be a parameter of this net, got float32 of",
    );
    await refuses(without('norm.bias'), "parameters: there must be a tensor 'norm.bias', got none [layer-names]");
    await refuses(without('norm.bias/best'), "checkpoint: there must be 'norm.bias/best', got none [train-checkpoint]");
    await refuses(
      without('norm.bias/velocity'),
      "checkpoint: what is trainable must be as it was: there must be 'norm.bias/velocity', got none [train-checkpoint]",
    );
  });
});

it('[layer-rules] a layer that needs no parameters is evaluated without any', () => {
  expect(evaluate(identity(), {}, minibatches(data, { size: 2 })).examples).toBe(2);
});

test('[layer-attributes] a misspelt option of training is refused', () => {
  const odd = (call: () => unknown, message: RegExp) => expect(call).toThrow(message);
  odd(() => minibatches({ x: tensor([1, 1]), labels: [0] }, { size: 1, shuffel: false } as never), /got 'shuffel'/);
  odd(() => augment({ rotate: 5 } as never), /the options are shift, flip, crop, got 'rotate'/);
  odd(() => augment({ flip: 'yes' as never }), /flip/);
  odd(() => cosine({ steps: 5, min: 0 } as never), /got 'min'/);
  odd(() => stepDecay(null as never), /must be an object \{every, factor\}, got null/);
  odd(() => digits({ number: 5 } as never), /got 'number'/);
  odd(
    () => sgd({ lr: 0.1 } as never),
    /^sgd: the options are rate, decay, got 'lr' \(did you mean 'rate'\?\) \[layer-attributes\]$/,
  );
  odd(() => sgd(0.1 as never), /^sgd: options must be an object \{rate, decay\}, got 0.1 \[/);
  odd(() => (sgd as () => unknown)(), /^sgd: options must be an object \{rate, decay\}, got undefined \[/);
  odd(() => momentum({ rate: 1, mu: 0 } as never), /the options are rate, momentum, decay, got 'mu'/);
  odd(() => minibatches(null as never, { size: 1 }), /data must be \{x, labels\}, got null \[train-batches\]/);
});
