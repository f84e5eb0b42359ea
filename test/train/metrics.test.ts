// Measuring: accuracy, top-k error (T5), and the evaluation of a net.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chain, dropout, identity, relu, squaredError, tensor } from '../../src/index.ts';
import { argmax, type Batch, evaluate, evaluation, minibatches, topError } from '../../src/train/index.ts';

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

test('[train-evaluation] the error of the best five is counted over all batches', () => {
  const classes = 7;
  const rows = Array.from({ length: 14 }, (_, i) => i);
  const x = tensor(
    [14, classes],
    rows.flatMap(() => Array.from({ length: classes }, (_, c) => -c)),
  );
  const set = minibatches({ x, labels: rows.map((i) => i % classes) }, { size: 3, shuffle: false });
  expect(evaluate(identity(), {}, set)).toMatchObject({ accuracy: 2 / 14, top5Error: 4 / 14 });
});
