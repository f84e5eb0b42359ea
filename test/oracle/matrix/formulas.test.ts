// Formulas with one part taken otherwise: all of them, and their values.

import { expect, it } from 'vitest';
import { defined, evaluated, otherDefinitions, variantsOf } from '../../../src/oracle/matrix/formulas.ts';

const output = 'floor((input − reach) / stride) + 1';

it('[oracle-instead] changes every number, name and operation once, or leaves it out', () => {
  expect(variantsOf(output, ['input', 'stride'])).toEqual([
    '((input − reach) / stride) + 1',
    'ceil((input − reach) / stride) + 1',
    'floor((stride − reach) / stride) + 1',
    'floor(input / stride) + 1',
    'floor((input + reach) / stride) + 1',
    'floor((input − reach)) + 1',
    'floor((input − reach) · stride) + 1',
    'floor((input − reach) / input) + 1',
    'floor((input − reach) / stride)',
    'floor((input − reach) / stride) − 1',
    'floor((input − reach) / stride) + 2',
  ]);
  expect(variantsOf('max(0, n)')).toEqual(['n', 'min(0, n)', 'max(1, n)']);
});

it('[oracle-instead] computes what a formula says, products before sums, from the left', () => {
  expect(evaluated(output, { input: 9, reach: 3, stride: 2 })).toBe(4);
  expect(evaluated('a − b − c · d mod e', { a: 20, b: 1, c: 5, d: 3, e: 4 })).toBe(16);
  expect(evaluated('max(0, (a + 1) · filters per group)', { a: -3, 'filters per group': 2 })).toBe(0);
});

it('[oracle-instead] lets an operation that is exchanged bind its neighbours otherwise', () => {
  expect(variantsOf('a + b − c')).toContain('a + b + c');
  const [exchanged] = variantsOf('a + b − c').filter((each) => each.includes('·'));
  expect(evaluated(exchanged, { a: 2, b: 3, c: 4 })).toBe(2 * 3 - 4);
  expect(evaluated('p + columns · stride', { p: 1, columns: 5, stride: 2 })).toBe(11);
});

it('[oracle-instead] takes another definition in place of one, with what is known by then', () => {
  expect(
    defined(
      [
        ['reach', 'size · 2'],
        ['output', output],
      ],
      { input: 9, size: 2, stride: 2 },
    ).output,
  ).toBe(3);
  const others = otherDefinitions(
    [
      ['reach', 'size'],
      ['output', 'input − reach'],
    ],
    ['input', 'size'],
  );
  expect(others.map(({ text }) => text)).toEqual([
    'reach = input',
    'output = size − reach',
    'output = reach − reach',
    'output = input',
    'output = input + reach',
    'output = input − input',
    'output = input − size',
  ]);
});
