// Another operation in place of the product of two operands.

import { expect, it } from 'vitest';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerOf, operandsOf } from '../../../src/oracle/cases/tensors.ts';
import { operationIn } from '../../../src/oracle/matrix/operations.ts';
import { termsOf } from '../../../src/oracle/matrix/terms.ts';

it('[oracle-instead] an operation that gives an infinity explains no number', () => {
  // The second cell of the kernel lies on padding: the weight divided by it is an infinity.
  const c = parseCaseId('conv2d/n1h1w1c1_o1k2x1s1x1pud1x1g1b0/f32/given/x=2;weight=3,7');
  const answer = (theirs: number) => [{ operands: operandsOf(c, layerOf(c)), theirs: Float32Array.of(theirs) }];
  expect(operationIn(termsOf(c)!, 'y', answer(14))).toBeUndefined();
  expect(operationIn(termsOf(c)!, 'y', answer(Infinity))).toBe(
    'the weight is divided by x in place of their product, also over padding',
  );
  expect(operationIn(termsOf(c)!, 'y', answer(5))).toBe('x and the weight are added in place of their product');
});
