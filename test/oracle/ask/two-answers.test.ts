import { expect, it } from 'vitest';
import { arraysOf, howTheyDiffer, withArrays } from '../../../src/oracle/ask/two-answers.ts';

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

it('[oracle-probes] an answer is kept as it was when the engine writes over its arrays', () => {
  class Array2d {
    readonly data: Float32Array;
    constructor(data: Float32Array) {
      this.data = data;
    }
    get shape() {
      return [1, this.data.length];
    }
  }
  for (const answer of [tensor(1, 2), new Array2d(Float32Array.of(1, 2)), { x: tensor(1, 2), bias: 'none' }]) {
    const kept = withArrays(
      answer,
      arraysOf(answer).map((array) => array.slice()),
    );
    expect(howTheyDiffer(kept, answer)).toContain('other tensors');
    arraysOf(answer)[0][1] = 5;
    expect(howTheyDiffer(kept, answer)).toMatch(/^the first answer is 2 at \[0, 1\].*, the second answer 5$/);
  }
  expect(withArrays({ x: tensor(1), bias: 'none' }, [Float32Array.of(1)])).toMatchObject({ bias: 'none' });
});
