// Formulas with one part taken otherwise: all of them, and their words.

import { expect, it } from 'vitest';
import {
  defined,
  evaluated,
  type Formula,
  otherDefinitions,
  textOf,
  variantsOf,
} from '../../../src/oracle/matrix/formulas.ts';

const output: Formula = ['+', ['floor', ['/', ['−', 'input', 'reach'], 'stride']], 1];

it('[oracle-instead] says a formula with the brackets that it needs, and no others', () => {
  expect(textOf(output)).toBe('floor((input − reach) / stride) + 1');
  expect(textOf(['−', 'a', ['−', 'b', 'c']])).toBe('a − (b − c)');
  expect(textOf(['−', ['−', 'a', 'b'], 'c'])).toBe('a − b − c');
  expect(textOf(['max', 0, ['·', ['+', 'a', 1], 'b']])).toBe('max(0, (a + 1) · b)');
});

it('[oracle-instead] changes every number, name and operation once, or leaves it out', () => {
  expect(variantsOf(output, ['input', 'stride']).map((each) => textOf(each))).toEqual([
    'floor((input − reach) / stride)',
    'floor((input − reach) / stride) − 1',
    'ceil((input − reach) / stride) + 1',
    '(input − reach) / stride + 1',
    'floor(input − reach) + 1',
    'floor((input − reach) · stride) + 1',
    'floor(input / stride) + 1',
    'floor((input + reach) / stride) + 1',
    'floor((stride − reach) / stride) + 1',
    'floor((input − reach) / input) + 1',
    'floor((input − reach) / stride) + 2',
  ]);
});

it('[oracle-instead] computes what a formula says, one definition after another', () => {
  expect(evaluated(output, { input: 9, reach: 3, stride: 2 })).toBe(4);
  expect(
    defined(
      [
        ['reach', ['·', 'size', 2]],
        ['output', output],
      ],
      { input: 9, size: 2, stride: 2 },
    ).output,
  ).toBe(3);
  const others = otherDefinitions(
    [
      ['reach', 'size'],
      ['output', ['−', 'input', 'reach']],
    ],
    ['input', 'size'],
  );
  expect(others.map(({ text }) => text)).toEqual([
    'reach = input',
    'output = input',
    'output = input + reach',
    'output = size − reach',
    'output = reach − reach',
    'output = input − input',
    'output = input − size',
  ]);
});
