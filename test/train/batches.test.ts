// Batches (T3): every example once an epoch, and what is refused.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tensor } from '../../src/index.ts';
import { minibatches } from '../../src/train/index.ts';

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
