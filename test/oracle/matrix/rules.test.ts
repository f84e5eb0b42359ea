// Which rules may be said of the case that they were found in.

import { expect, it } from 'vitest';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { isPlainIn, plainOf } from '../../../src/oracle/matrix/rules.ts';
import { termsOf } from '../../../src/oracle/matrix/terms.ts';

const isPlain = (columns: number, rule: string): boolean =>
  isPlainIn(termsOf(parseCaseId(`conv1d/n1w${columns}c1_o1k1s1pvd1g1b0/f32/exact/1`))!, rule);

it('[oracle-instead] says no number of a block or of steps that the case does not show', () => {
  const left = 'the products are left out where the output column is';
  for (const [words, least] of [
    ['past a multiple of 4', 5],
    ['past the last of several full blocks of 8', 9],
    ['at least 2', 3],
    ['odd', 4],
  ] as const)
    expect([least - 1, least].map((columns) => isPlain(columns, `${left} ${words}`))).toEqual([false, true]);
  expect(isPlain(1, `${left} the last`)).toBe(true);
});

it('[oracle-instead] says no formula of a few products, and nothing of what lies beyond a tensor', () => {
  const formula = 'the number of a channel in its group = channel + channels per group';
  expect([formula, `${formula} where the output column is the last`].map((rule) => isPlain(3, rule))).toEqual([
    true,
    false,
  ]);
  const rules = [
    { text: 'a', cost: 1 },
    { text: 'b', cost: 2, isArbitrary: true },
  ];
  expect(plainOf(rules, { beyond: new Set() })).toEqual([rules[0]]);
  expect(plainOf(rules, { beyond: new Set([3]) })).toEqual([]);
});
