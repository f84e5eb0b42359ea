// Selecting channels by number.

import { expect, test } from 'vitest';
import { conv2d, SpecError, selectChannels, tensor } from '../../src/index.ts';

const x = tensor([1, 2, 1, 3], [5, 6, 7, 50, 60, 70]);

test('[reshape-select] y[…, j] = x[…, channels[j]], in any order, with repetitions', () => {
  const y = selectChannels({ channels: [2, 0, 2, 2] }).forward(x, {});
  expect(y.shape).toEqual([1, 2, 1, 4]);
  expect([...y.data]).toEqual([7, 5, 7, 7, 70, 50, 70, 70]);
});

test('[reshape-select] the gradient of a channel is the sum of those of its copies; of one not named, 0', () => {
  const [, pull] = selectChannels({ channels: [2, 0, 2] }).vjp(x, {});
  expect([...pull(tensor([1, 2, 1, 3], [1, 2, 3, 10, 20, 30])).x.data]).toEqual([2, 0, 4, 20, 0, 40]);
});

test('[reshape-select] a channel that is selected is a filter with one 1', () => {
  const weight = tensor([1, 1, 3, 2], [0, 0, 0, 1, 1, 0]);
  const bank = conv2d({ filters: 2, size: 1, bias: false }).forward(x, { weight });
  expect(selectChannels({ channels: [2, 1] }).forward(x, {}).data).toEqual(bank.data);
});

test('[reshape-select] refuses channels that x does not have', () => {
  const message = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return [error instanceof SpecError, (error as Error).message];
    }
    return [];
  };
  expect(message(() => selectChannels({ channels: [0, 3] }).shape([1, 2, 2, 3]))).toEqual([
    true,
    'selectChannels: the channels must be below those of x, got 3 for shape [1,2,2,3] [reshape-select]',
  ]);
  expect(message(() => selectChannels({ channels: [] }))[0]).toBe(true);
  expect(message(() => selectChannels({ channels: [-1] }))[0]).toBe(true);
  expect(message(() => selectChannels({ channels: [0.5] }))[0]).toBe(true);
  expect(message(() => selectChannels({ channels: 2 as never }))[0]).toBe(false);
  expect(message(() => selectChannels({ channels: ['1'] as never }))[0]).toBe(false);
});
