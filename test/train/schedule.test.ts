// Schedules of the learning rate (T3).

import { expect, test } from 'vitest';
import { cosine, stepDecay } from '../../src/train/index.ts';

test('[train-schedule] step decay and cosine', () => {
  expect([0, 9, 10, 25].map(stepDecay({ every: 10, factor: 0.5 }))).toEqual([1, 1, 0.5, 0.25]);
  const half = cosine({ steps: 100, least: 0.1 });
  for (let step = 0; step <= 130; step++)
    expect(half(step)).toBeCloseTo(0.1 + (0.9 * (1 + Math.cos((Math.PI * Math.min(100, step)) / 100))) / 2, 14);
  expect([cosine({ steps: 7 })(0), cosine({ steps: 7 })(7)]).toEqual([1, 0]);
  expect(() => cosine({ steps: 0 })).toThrow(/steps/);
  expect(() => stepDecay({ every: 1, factor: 2 })).toThrow(/factor/);
});
