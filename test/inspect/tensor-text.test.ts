// Tensors as text.

import { expect, it } from 'vitest';
import { tensor, tensorText } from '../../src/index.ts';

const lines = (...text: string[]): string => text.join('\n');

it('[inspect-text] nests rows, aligns columns, and sets matrices apart by an empty line', () => {
  expect(tensorText(tensor([2, 2, 2], [1, 20, 3, -4, 5, 6, 7, 8]))).toBe(
    lines('float32 [2, 2, 2]', '[[[ 1, 20],', '  [ 3, -4]],', '', ' [[ 5,  6],', '  [ 7,  8]]]'),
  );
  expect(tensorText(tensor([2], [0.5, -0], 'float64'), { digits: 2 })).toBe(lines('float64 [2]', '[ 0.50, -0.00]'));
  expect(tensorText(tensor([], [7]))).toBe(lines('float32 []', '7'));
  expect(tensorText(tensor([2, 0]))).toBe(lines('float32 [2, 0]', '[]'));
});

it('[inspect-text] writes ∞, NaN, very large and very small numbers', () => {
  const odd = tensor([4], [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1]);
  expect(tensorText(odd)).toBe(lines('float32 [4]', '[      NaN,  Infinity, -Infinity,         1]'));
  expect(tensorText(tensor([2], [1e-10, 1], 'float64'), { digits: 1 })).toBe(
    lines('float64 [2]', '[1.0e-10,  1.0e+0]'),
  );
  expect(tensorText(tensor([1], [1e30], 'float64'), { digits: 1 })).toBe(lines('float64 [1]', '[1.0e+30]'));
});

it('[inspect-text] leaves out the middle of long axes above the threshold, whatever the size', () => {
  const ten = tensor(
    [10, 10],
    Array.from({ length: 100 }, (_, i) => i),
  );
  expect(tensorText(ten, { threshold: 99, edge: 1 })).toBe(
    lines('float32 [10, 10]', '[[ 0, …,  9],', ' …,', ' [90, …, 99]]'),
  );
  expect(tensorText(ten).split('\n').length).toBe(11);
  expect(tensorText(ten, { threshold: 99, edge: 5 })).toBe(tensorText(ten));
  const large = tensorText(tensor([1000, 1000, 3]));
  expect([large.length < 1000, large.includes('…')]).toEqual([true, true]);
});

it('[inspect-text] refuses what is no tensor and no option', () => {
  expect(() => tensorText([1] as never)).toThrow(TypeError);
  expect(() => tensorText(tensor([1]), { digits: -1 })).toThrow('[inspect-text]');
  expect(() => tensorText(tensor([1]), { edge: 0 })).toThrow('[inspect-text]');
  expect(() => tensorText(tensor([1]), { precision: 2 } as never)).toThrow("got 'precision'");
});
