// What is said of a case, and what tells cases that fail from those that pass.

import { expect, it } from 'vitest';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { holds, inWords, separating, statementsOf } from '../../../src/oracle/cases/predicates.ts';
import { names } from '../own.ts';

const said = (id: string) => statementsOf(parseCaseId(id));
const both = (...statements: string[][]) => statements.map((each) => new Set(each));
const found = (fail: string[][], pass: string[][]) => {
  const { predicates, unexplained } = separating(both(...fail), both(...pass));
  return { words: predicates.map(inWords), unexplained };
};

it('[oracle-crashes] statements are made of every field of a case, the most general first', () => {
  const wide = said('conv2d/n2h7w5c6_o4k3x2s2x1p1.0.2.1d1x1g2b1/f32/exact/42');
  for (const each of [
    'batch > 1',
    'batch = 2',
    'groups > 1',
    'bias',
    'values = exact',
    'stride > 1 on some axis',
    'stride > 1 on the first axis',
    'space not the same on all axes',
    'space odd on the last axis',
    'size > stride on some axis',
    'padding in numbers',
    'padding > 1 on some side',
    'padding before ≠ after',
    'channels of x > 5',
    'cells of x > 256',
    'filters = 2',
    'channels of y a multiple of 4',
  ])
    expect(wide).toContain(each);
  for (const each of [
    'batch > 2',
    'no bias',
    'stride > 1 on every axis',
    'stride > 1 on the last axis',
    'dilation > 1 on some axis',
    'padding = same',
    'cells of x > 512',
  ])
    expect(wide).not.toContain(each);
  const order = [...wide];
  expect(order.indexOf('batch > 1')).toBeLessThan(order.indexOf('space > 4 on some axis'));
  expect(order.indexOf('space > 4 on some axis')).toBeLessThan(order.indexOf('batch = 2'));
  const lower = said('maxPool2d/n1h4w4c1_k2x2s3x3pld1x1e0/f32/nan/17');
  for (const each of [
    'padding = same',
    'padding = same-lower',
    'values = nan',
    'stride > size on some axis',
    'no ceil',
  ])
    expect(lower).toContain(each);
  expect(lower).not.toContain('padding = same-upper');
});

it('[oracle-crashes] every operator has statements of its own numbers', () => {
  for (const op of names) {
    const all = Array.from({ length: 40 }, (_, i) => statementsOf(drawCase(op, false, 1, i)));
    const shared = [...all[0]].filter((each) => all.every((other) => other.has(each)));
    expect(all[0].size).toBeGreaterThan(shared.length + 10);
  }
});

it('[oracle-crashes] one statement is preferred to two, the most general to the others, and every failure is covered', () => {
  expect(found([['a', 'b', 'c']], [['a']])).toEqual({ words: ['b'], unexplained: 0 });
  expect(
    found(
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
      [['a', 'c']],
    ),
  ).toEqual({ words: ['b'], unexplained: 0 });
  expect(
    found(
      [
        ['a', 'b', 'x'],
        ['a', 'b', 'y'],
        ['a', 'b', 'z'],
      ],
      [['a'], ['b', 'x'], ['y', 'a'], ['z']],
    ),
  ).toEqual({
    words: ['a and b'],
    unexplained: 0,
  });
  expect(
    found(
      [
        ['a', 'x'],
        ['a', 'y'],
        ['b', 'x'],
      ],
      [['x', 'y']],
    ),
  ).toEqual({ words: ['a', 'b'], unexplained: 0 });
  expect(found([['a'], ['b']], [['a']])).toEqual({ words: ['b'], unexplained: 1 });
  expect(found([['a', 'b']], [['a', 'b', 'c']])).toEqual({ words: [], unexplained: 1 });
  expect(found([], [['a']])).toEqual({ words: [], unexplained: 0 });
});

it('[oracle-crashes] what is found holds of failures alone', () => {
  const cases = Array.from({ length: 120 }, (_, i) => drawCase('conv2d', false, 3, i));
  const fails = ({ batch, stride }: Record<string, unknown>) => (batch as number) > 1 && (stride as number[])[1] > 1;
  const part = (is: boolean) => cases.filter((c) => fails({ ...c }) === is).map(statementsOf);
  const { predicates, unexplained } = separating(part(true), part(false));
  expect([predicates.map(inWords), unexplained]).toEqual([['batch > 1 and stride > 1 on the last axis'], 0]);
  for (const each of part(true)) expect(predicates.some((one) => holds(one, each))).toBe(true);
  for (const each of part(false)) expect(predicates.some((one) => holds(one, each))).toBe(false);
});
