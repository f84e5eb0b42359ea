// Results that are kept: found again by their object and its words, and dropped by their size.

import { expect, it } from 'vitest';
import type { Case } from '../../src/oracle/case.ts';
import { drawCase } from '../../src/oracle/cases/draw.ts';
import { ofPresentOperator, recent } from '../../src/oracle/recent.ts';

it('[oracle-campaign] what is asked again is not computed again, unless too much came in between', () => {
  const made: string[] = [];
  const kept = recent<object, number>((size) => size);
  const ask = (key: object, words: string, size = 1): number =>
    kept(key, words, () => {
      made.push(words);
      return size;
    });
  const keys = Array.from({ length: 6 }, () => ({}));
  ask(keys[0], 'a');
  ask(keys[0], 'b');
  expect([ask(keys[0], 'a'), ask(keys[0], 'b'), made]).toEqual([1, 1, ['a', 'b']]);
  // The last four stay however large they are; the one that was asked for last is not the oldest.
  for (const key of keys.slice(1, 4)) ask(key, 'large', 0x200000);
  ask(keys[0], 'a');
  ask(keys[4], 'c');
  expect(made).toEqual(['a', 'b', 'large', 'large', 'large', 'c']);
  ask(keys[0], 'a');
  ask(keys[1], 'again');
  expect(made.slice(6)).toEqual(['again']);
  ask(keys[1], 'large');
  expect(made.slice(7)).toEqual(['large']);
});

it('[oracle-campaign] of small results thousands are kept, but not with every case that was ever asked', () => {
  const kept = recent<object, number>(() => 1);
  const keys = Array.from({ length: 4000 }, () => ({}));
  for (const key of keys) kept(key, 'a', () => 1);
  expect([kept(keys[2500], 'a', () => 2), kept(keys[500], 'a', () => 2)]).toEqual([1, 2]);
});

it('[oracle-cases] a case is drawn once for all engines of which the same is asked, and is another one for others', () => {
  const draw = (traits: object, gradient = false, seed = 1) =>
    drawCase('conv2d', gradient, seed, 60, { dialect: 'torch', traits });
  expect(draw({})).toBe(draw({ ulp: 3 }));
  for (const other of [
    draw({}, true),
    draw({}, false, 2),
    drawCase('conv2d', false, 1, 60),
    drawCase('conv2d', false, 1, 61),
  ])
    expect(other).not.toBe(draw({}));
  const all = (traits: object) => Array.from({ length: 200 }, (_, i) => drawCase('conv2d', false, 1, i, { traits }));
  const count = (traits: object, values: string) => all(traits).filter((c) => c.values === values).length;
  expect([count({}, 'nan') > 0, count({ nan: 'free' }, 'nan')]).toEqual([true, 0]);
  expect([count({ padding: 'skipped' }, 'infinite') > 0, count({}, 'infinite')]).toEqual([true, 0]);
  expect(all({ validates: true }).some((c) => c.reject)).toBe(true);
  expect(all({}).some((c) => c.reject)).toBe(false);
});

it('[oracle-where] what is found out about a case is kept while cases of its operator are asked for, undefined too', () => {
  const made: Case[] = [];
  const ask = ofPresentOperator((c) => {
    made.push(c);
    return c.op === 'relu' ? undefined : [c];
  });
  const [conv, other, relu] = [
    drawCase('conv2d', false, 1, 3),
    drawCase('conv2d', true, 1, 4),
    drawCase('relu', false, 1, 5),
  ];
  expect(ask(conv)).toBe(ask(conv));
  expect(ask(other)).toBe(ask(other));
  expect([ask(conv), ask(relu), ask(relu)]).toEqual([[conv], undefined, undefined]);
  expect(made).toEqual([conv, other, relu]);
  ask(conv);
  expect(made.slice(3)).toEqual([conv]);
});
