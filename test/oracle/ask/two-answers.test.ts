import { expect, it } from 'vitest';
import { howTheyDiffer } from '../../../src/oracle/ask/two-answers.ts';

const tensor = (...data: number[]) => ({ shape: [1, data.length], data: Float32Array.from(data) });

it('[oracle-probes] two answers are told apart by the first number in which they differ, bit for bit', () => {
  expect(howTheyDiffer(tensor(1, 2, 3), tensor(1, 2.5, 4))).toBe(
    'the first answer is 2 at [0, 1], the second answer 2.5',
  );
  expect(howTheyDiffer(tensor(NaN, 0), tensor(NaN, -0))).toBe('the first answer is 0 at [0, 1], the second answer -0');
  expect(howTheyDiffer({ x: tensor(1), weight: tensor(1, 2) }, { x: tensor(1), weight: tensor(1, NaN) })).toBe(
    'the first answer is 2 at [0, 1] of the gradient of weight, the second answer NaN',
  );
});

it('[oracle-probes] two answers may differ in how many numbers they have', () => {
  expect(howTheyDiffer(tensor(1, 2), tensor(1))).toBe('the first answer has 2 values, the second answer 1');
  expect(howTheyDiffer({ x: tensor(1), bias: tensor(1) }, { x: tensor(1) })).toBe(
    'the first answer has 1 values of the gradient of bias, the second answer none',
  );
  expect(howTheyDiffer({ x: tensor(1) }, { x: tensor(1), bias: tensor(1) })).toContain('other tensors');
});
