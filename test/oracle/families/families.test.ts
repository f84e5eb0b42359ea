// Every family is whole: it has all of its parts, and every dialect has decided about each of its operators.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Layer } from '../../../src/index.ts';
import { constructors } from '../../../src/nets/constructors.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import { isPossible } from '../../../src/oracle/cases/tensors.ts';
import { dialectNames } from '../../../src/oracle/dialect.ts';
import { convFamily } from '../../../src/oracle/families/conv.ts';
import { families, familyOf, operators } from '../../../src/oracle/families/index.ts';
import * as list from '../../../src/oracle/families/list.ts';
import { absent, type Family, lackingIn } from '../../../src/oracle/family.ts';
import { dialects, faults } from '../../../src/oracle/index.ts';
import { examples } from '../../layers.ts';

const titled = families.map((family) => [Object.keys(family.operators)[0], family] as const);

/** What is said of a case. */
const namesIn = (c: object): string[] =>
  Object.entries(c).flatMap(([name, value]) => (value === undefined ? [] : name));

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
      for (const each of familyOf(op).smaller(c)) {
        expect(each.op).toBe(op);
        expect(namesIn(c)).toEqual(expect.arrayContaining(namesIn(each)));
      }
    }
  });
});

/** Why the oracle asks about some layers of the library not. */
const unasked: Readonly<Record<string, string>> = {
  chain: 'it computes nothing itself',
  identity: 'it computes nothing',
  shared: 'it computes nothing itself',
  same: 'it stands for a layer that is shared',
  flatten: 'it computes nothing, and its order is that of the memory of an engine: its layout',
  dropout: 'what is dropped is drawn by a generator of this library; at rate 0 it is the identity',
  trueConv1d: 'no other library has it; it is conv1d with the weight turned round, bit for bit',
  trueConv2d: 'no other library has it; it is conv2d with the weight turned round, bit for bit',
};

it('[oracle-operators] every operator of the library has a family, or a reason why not', () => {
  const namesIn = (layer: Layer): string[] => [layer.name, ...Object.values(layer.children).flatMap(namesIn)];
  const all = new Set([...examples.flatMap(({ layer }) => namesIn(layer)), ...Object.keys(constructors)]);
  const left = [...all].filter((name) => !Object.hasOwn(operators, name));
  expect(left.toSorted()).toEqual(Object.keys(unasked).toSorted());
  for (const name of Object.keys(operators)) expect([...all]).toContain(name);
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
