// The data of training (T3): batches, augmentation, schedules, generated digits; and the evaluation afterwards.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  batchNorm,
  chain,
  conv2d,
  dropout,
  identity,
  initialize,
  relu,
  squaredError,
  tensor,
  toFloat64,
} from '../../src/index.ts';
import { random } from '../../src/random.ts';
import { digits } from '../../src/train/digits.ts';
import {
  argmax,
  augment,
  type Batch,
  calibrate,
  cosine,
  evaluate,
  evaluation,
  minibatches,
  momentum,
  sgd,
  stepDecay,
  topError,
} from '../../src/train/index.ts';

test('[train-batches] every epoch has every example once, with its labels, in another order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 3 }),
      (examples, size, per) => {
        const x = tensor(
          [examples, 2],
          Array.from({ length: 2 * examples }, (_, i) => Math.floor(i / 2)),
        );
        const labels = Array.from({ length: per * examples }, (_, i) => Math.floor(i / per));
        const batches = minibatches({ x, labels }, { size, seed: 4 });
        const epoch = [...batches.epoch(0)];
        expect(epoch).toHaveLength(batches.length);
        const order = epoch.flatMap((batch) => Array.from(batch.x.data).filter((_, i) => i % 2 === 0));
        expect(epoch.flatMap((batch) => Array.from(batch.labels))).toEqual(
          order.flatMap((each) => new Array(per).fill(each)),
        );
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: examples }, (_, i) => i));
        expect([...batches.epoch(0)]).toEqual(epoch);
      },
    ),
  );
  const batches = minibatches({ x: tensor([50, 1]), labels: Array.from({ length: 50 }, (_, i) => i) }, { size: 50 });
  expect([...batches.epoch(0)][0].labels).not.toEqual([...batches.epoch(1)][0].labels);
});

test('[train-batches] empty data and labels that do not go with the images are refused', () => {
  expect(() => minibatches({ x: tensor([0, 4]), labels: [] }, { size: 2 })).toThrow(
    /at least one example.*\[train-batches\]/,
  );
  expect(() => minibatches({ x: tensor([3, 4]), labels: [1, 2] }, { size: 2 })).toThrow(/3 examples.*got 2 labels/);
  expect(() => minibatches({ x: tensor([3, 4]), labels: [1, 2, 3] }, { size: 0 })).toThrow(/size must be/);
  expect(() => minibatches({ x: tensor([3, 4]), labels: 3 as never }, { size: 1 })).toThrow(TypeError);
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

test('[train-augment] a shifted, mirrored, cropped image is a window of the image', () => {
  const x = tensor(
    [1, 3, 4, 1],
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
  const seen = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const y = augment({ shift: 1, flip: true, crop: 3 })(x, random(seed));
    expect(y.shape).toEqual([1, 3, 3, 1]);
    seen.add(Array.from(y.data).join());
  }
  const cell = (i: number, j: number): number => (i < 0 || i > 2 || j < 0 || j > 3 ? 0 : 4 * i + j + 1);
  const wanted = new Set<string>();
  for (const top of [-1, 0, 1]) {
    for (const left of [-1, 0, 1, 2]) {
      const rows = [0, 1, 2].map((i) => [0, 1, 2].map((j) => cell(i + top, j + left)));
      wanted.add(rows.flat().join()).add(rows.flatMap((row) => [...row].reverse()).join());
    }
  }
  expect(seen).toEqual(wanted);
});

test('[train-augment] without options nothing changes; a crop larger than the image is refused', () => {
  const x = tensor(
    [2, 3, 3, 2],
    Array.from({ length: 36 }, (_, i) => i),
  );
  expect(augment({})(x, random(1))).toEqual(x);
  expect(() => augment({ crop: 4 })(x, random(1))).toThrow(/at most the 3×3.*got 4 \[train-augment\]/);
  expect(() => augment({ shift: -1 })).toThrow(/shift/);
});

test('[train-schedule] step decay and cosine', () => {
  expect([0, 9, 10, 25].map(stepDecay({ every: 10, factor: 0.5 }))).toEqual([1, 1, 0.5, 0.25]);
  const half = cosine({ steps: 100, least: 0.1 });
  for (let step = 0; step <= 130; step++)
    expect(half(step)).toBeCloseTo(0.1 + (0.9 * (1 + Math.cos((Math.PI * Math.min(100, step)) / 100))) / 2, 14);
  expect([cosine({ steps: 7 })(0), cosine({ steps: 7 })(7)]).toEqual([1, 0]);
  expect(() => cosine({ steps: 0 })).toThrow(/steps/);
  expect(() => stepDecay({ every: 1, factor: 2 })).toThrow(/factor/);
});

test('[train-top] logits 3, 1, 2 with label 2: wrong at 1, right at 2 (T5); ties go to the first', () => {
  const logits = tensor([1, 3], [3, 1, 2]);
  expect([1, 2, 3].map((k) => topError(logits, [2], k))).toEqual([1, 0, 0]);
  expect([0, 1].map((label) => topError(tensor([1, 2], [5, 5]), [label]))).toEqual([0, 1]);
  expect(topError(tensor([2, 3], [1, 2, 3, 1, Number.NaN, 3]), [2, 1])).toBe(0.5);
});

test('[train-top] is the place of the label among the sorted logits; next to a NaN the label comes last', () => {
  const logit = fc.constantFrom(-1, 0, 1, 2, Number.POSITIVE_INFINITY, Number.NaN);
  fc.assert(
    fc.property(
      fc.array(logit, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.integer({ min: 1, max: 7 }),
      (row, n, k) => {
        const label = n % row.length;
        const before = row.filter((value, i) => value > row[label] || (value === row[label] && i < label));
        const place = Number.isNaN(row[label]) ? row.length - 1 : before.length + row.filter(Number.isNaN).length;
        expect(topError(tensor([1, row.length], row), [label], k)).toBe(place < k ? 0 : 1);
        if (k === 1 && place === 0) expect(argmax(tensor([row.length], row))).toEqual([label]);
      },
    ),
  );
});

test('[loss-labels] topError takes the labels of crossEntropy, and none refers to the next row', () => {
  const logits = tensor([2, 3], [3, 1, 2, 9, 0, 0]);
  const refused = (labels: unknown, message: string) =>
    expect(() => topError(logits, labels as number[])).toThrow(message);
  refused([4, 0], 'topError: labels must be below the 3 classes of x, got 4 at index 0 [loss-labels]');
  refused([0, 0.5], 'topError: labels must be whole numbers ≥ 0, got 0.5 at index 1 [loss-labels]');
  refused(
    [0, -1],
    'topError: labels must be whole numbers ≥ 0, got -1 at index 1 (crossEntropy leaves it out with ignore: -1) [loss-labels]',
  );
  refused([0], 'topError: there must be one label for each row of x [2,3], got 1 [loss-labels]');
  refused(undefined, 'topError: labels must be an array of whole numbers, got undefined [loss-labels]');
  expect(() => topError(logits, [0, 0], 0)).toThrow('topError: k must be a whole number from 1 to 2147483647, got 0 [');
  expect(topError(logits, new Uint8Array([0, 0]))).toBe(0);
});

test('[train-evaluation] the accuracy is the number of right labels divided by that of all: 66 of 100 are 0.66', () => {
  const labels = Array.from({ length: 100 }, (_, i) => (i < 66 ? 0 : 1));
  const x = tensor(
    [100, 2],
    Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1 : 0)),
  );
  const set = minibatches({ x, labels }, { size: 7, shuffle: false });
  expect(evaluate(identity(), {}, set)).toMatchObject({ accuracy: 0.66, top5Error: 0, examples: 100 });
  const own = ({ x: image }: Batch) => squaredError({ target: image });
  expect(evaluate(identity(), {}, set, own)).toEqual({ loss: 0, accuracy: NaN, top5Error: NaN, examples: 100 });
});

test('[train-evaluation] does not apply dropout', () => {
  const net = chain({ a: relu(), drop: dropout({ rate: 0.5 }) });
  const x = tensor([1, 4], [1, 2, 3, 4]);
  expect(evaluation(net).forward(x, {})).toEqual(x);
  expect(Object.keys(evaluation(net).children)).toEqual(['a', 'drop']);
});

test('[train-calibrate] over one batch: its statistics, rounded; over more: the pooled statistics', () => {
  const net = chain({ conv: conv2d({ filters: 3, size: 3 }), norm: batchNorm(), relu: relu() });
  const params = initialize(net, [1, 6, 6, 1], { seed: 1 });
  const x = (seed: number) => ({
    shape: [2, 6, 6, 1],
    data: Float32Array.from({ length: 72 }, (_, i) => random(seed * 100 + i).normal()),
  });
  const one = calibrate(net, params, [x(1)]);
  expect(one.layer.children.norm.name).toBe('frozenNorm');
  const near = net.forward(x(1), params).data;
  one.layer.forward(x(1), one.params).data.forEach((value, i) => {
    expect(value).toBeCloseTo(near[i], 5);
  });
  const [wide, exact] = [toFloat64(x(1)), toFloat64(params)];
  const same = calibrate(net, exact, [wide]);
  expect(same.layer.forward(wide, same.params)).toEqual(net.forward(wide, exact));
  const two = calibrate(net, params, [x(1), x(2)]);
  const both = { shape: [4, 6, 6, 1], data: Float32Array.from([...x(1).data, ...x(2).data]) };
  const [pooled, wanted] = [two.layer.forward(both, two.params), net.forward(both, params)];
  wanted.data.forEach((value, i) => {
    expect(pooled.data[i]).toBeCloseTo(value, 4);
  });
  expect(() => calibrate(net, params, [])).toThrow(/at least one input/);
});

test('[train-calibrate] a statistic that the element type cannot represent is refused', () => {
  const p = { norm: { weight: tensor([2], [1, 1]), bias: tensor([2]) } };
  const net = chain({ norm: batchNorm() });
  const x = tensor([2, 2], [0, 1e30, 0, -1e30]);
  const variance = Math.fround(1e30) ** 2;
  expect(() => calibrate(net, p, [x])).toThrow(
    `calibrate: every variance must be a finite float32 number, got ${variance} in channel 1 of 'norm' [train-calibrate]`,
  );
  expect(calibrate(net, toFloat64(p), [toFloat64(x)]).params.norm).toMatchObject({
    variance: { data: Float64Array.of(0, variance) },
  });
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => calibrate(net, p, [tensor([1, 2], [value, 0])])).toThrow('every mean must be a finite');
  expect(() => calibrate(batchNorm(), p.norm, [x])).toThrow('in channel 1 of the net');
});

test('[train-digits] the same digits for the same seed, between 0 and 1, labels in turn', () => {
  const { x, labels } = digits({ count: 20, seed: 1 });
  expect(x.shape).toEqual([20, 28, 28, 1]);
  expect(labels.length).toBe(20);
  expect(Array.from(labels).slice(8, 12)).toEqual([8, 9, 0, 1]);
  expect(x.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(digits({ count: 20, seed: 1 })).toEqual({ x, labels });
  expect(digits({ count: 20, seed: 2 }).x).not.toEqual(x);
});
