// Every family is whole: it has all of its parts, and every dialect has decided about each of its operators.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import { isPossible } from '../../../src/oracle/cases/tensors.ts';
import { dialectNames } from '../../../src/oracle/dialect.ts';
import { convFamily } from '../../../src/oracle/families/conv.ts';
import { families, familyOf, operators } from '../../../src/oracle/families/index.ts';
import * as list from '../../../src/oracle/families/list.ts';
import { absent, type Family, lackingIn } from '../../../src/oracle/family.ts';
import { dialects, faults } from '../../../src/oracle/index.ts';

const titled = families.map((family) => [Object.keys(family.operators)[0], family] as const);

describe('a family', () => {
  it.each(titled)('[oracle-operators] lacks no part, and no dialect is silent about it: %s', (_, family) => {
    expect(lackingIn(family, dialectNames)).toEqual([]);
  });

  it.each(Object.keys(convFamily) as (keyof Family)[])(
    '[oracle-operators] that is half written is told what it lacks: %s',
    (part) => {
      const { [part]: _, ...half } = convFamily as Family;
      const silent = Object.keys(convFamily.operators).flatMap((op) => dialectNames.map((name) => `${op} in ${name}`));
      const expected = part === 'dialects' ? [part, ...silent] : [part];
      expect(lackingIn(half, dialectNames)).toEqual(expected);
    },
  );

  it('[oracle-operators] of which a dialect has not decided about one operator is told which', () => {
    const { conv1d: _, ...torch } = convFamily.dialects.torch;
    const half = { ...convFamily, dialects: { ...convFamily.dialects, torch } } as Family;
    expect(lackingIn(half, dialectNames)).toEqual(['conv1d in torch']);
  });

  it('[oracle-operators] has operators of its own, and decides about no others', () => {
    const all = families.flatMap((family) => Object.keys(family.operators));
    expect(new Set(all).size).toBe(all.length);
    expect(Object.keys(operators).toSorted()).toEqual(all.toSorted());
    for (const family of families)
      for (const name of dialectNames)
        expect(Object.keys(family.dialects[name]).toSorted()).toEqual(Object.keys(family.operators).toSorted());
  });

  it('[oracle-operators] is on the list', () => {
    const folder = 'src/oracle/families';
    const written = readdirSync(folder).flatMap((file) =>
      [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/^export const (\w+Family)\b/gm)].map(([, name]) => name),
    );
    expect(written.sort()).toEqual(Object.keys(list).toSorted());
  });

  it('[dialect-names] says which operators each dialect has', () => {
    for (const name of dialectNames)
      for (const [op, { family }] of Object.entries(operators))
        expect(dialects[name].operators.includes(op), `${op} in ${name}`).toBe(family.dialects[name][op] !== absent);
  });

  it('[oracle-mistakes] names each of its mistakes once', () => {
    for (const { mistakes } of families) {
      const names = mistakes.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(faults).toEqual(expect.arrayContaining(names));
    }
  });

  it.each(Object.keys(operators))('[oracle-caseid] reads what it writes: %s', (op) => {
    for (const gradient of [false, true])
      for (let i = 0; i < 40; i++) {
        const id = caseId(drawCase(op, gradient, 3, i));
        expect(caseId(parseCaseId(id))).toBe(id);
      }
  });

  it.each(Object.keys(operators))('[oracle-reduce] has smaller neighbours alone, of the same operator: %s', (op) => {
    for (let i = 0; i < 20; i++) {
      const c = drawCase(op, false, 5, i);
      for (const each of familyOf(op).smaller(c)) expect(each.op).toBe(op);
    }
  });
});

describe('a case', () => {
  it('[oracle-cases] that the spec forbids is not possible; a mistake of ours is no such thing', () => {
    const c = drawCase('conv2d', false, 1, 0);
    expect(isPossible(c)).toBe(true);
    expect(isPossible({ ...c, filters: 0 } as typeof c)).toBe(false);
    expect(() => isPossible({ ...c, space: undefined } as typeof c)).toThrow(TypeError);
    expect(() => isPossible({ ...c, op: 'conv4d' })).toThrow('[oracle-operators]');
  });
});
