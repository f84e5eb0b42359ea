// Channels first and last.

import { expect, it } from 'vitest';
import { fromTorch } from '../src/formats/torch.ts';
import {
  conv2d,
  tensor,
  toChannelsFirst,
  toChannelsLast,
  weightToChannelsFirst,
  weightToChannelsLast,
} from '../src/index.ts';
import { whole } from './ops/whole.ts';

it('[tensor-layout] moves the channels, and back again, in any number of dimensions', () => {
  for (const shape of [
    [2, 3],
    [2, 4, 3],
    [2, 4, 5, 3],
    [2, 2, 3, 4, 5],
  ]) {
    const x = whole(shape, 1, 'float32');
    const first = toChannelsFirst(x);
    expect(first.shape).toEqual([2, shape[shape.length - 1], ...shape.slice(1, -1)]);
    expect(toChannelsLast(first)).toEqual(x);
    expect(toChannelsFirst(x).data.buffer).not.toBe(x.data.buffer);
  }
  const x = tensor([2, 1, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect([...toChannelsFirst(x).data]).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
  expect([...toChannelsLast({ ...x, shape: [2, 3, 1, 2] }).data]).toEqual([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
  expect(() => toChannelsFirst(tensor([3]))).toThrow('[tensor-layout]');
  expect(() => toChannelsLast(tensor([3]))).toThrow('[tensor-layout]');
  expect(() => toChannelsLast([1, 2] as never)).toThrow(TypeError);
  expect(toChannelsLast(tensor([0, 2, 3])).shape).toEqual([0, 3, 2]);
});

it('[tensor-layout] moves the filters of a weight, and back again, as torch orders them', () => {
  for (const shape of [
    [2, 3],
    [4, 2, 3],
    [1, 3, 2, 5],
    [2, 2, 1, 3, 4],
  ]) {
    const weight = whole(shape, 1, 'float32');
    const first = weightToChannelsFirst(weight);
    expect(first.shape).toEqual([...shape.slice(-1), ...shape.slice(-2, -1), ...shape.slice(0, -2)]);
    expect(weightToChannelsLast(first)).toEqual(weight);
    expect([...fromTorch(first.data, shape)]).toEqual([...weight.data]);
  }
  const x = whole([1, 3, 4, 2], 3, 'float64');
  const [point, rows] = [whole([2, 5], 2, 'float64'), weightToChannelsFirst(whole([2, 5], 2, 'float64'))];
  const y = conv2d({ filters: 5, size: 1, bias: false }).forward(x, { weight: { ...point, shape: [1, 1, 2, 5] } });
  expect(y.data[0]).toBe(x.data[0] * rows.data[0] + x.data[1] * rows.data[1]);
  expect(() => weightToChannelsFirst(tensor([3]))).toThrow('[tensor-layout]');
  expect(() => weightToChannelsLast(tensor([3]))).toThrow('weight must have filters and channels, got shape [3]');
  expect(() => weightToChannelsLast([1, 2] as never)).toThrow(TypeError);
});
