// What drawn numbers hold too seldom is asked after the everyday layers, and of nobody who leaves it open.

import { expect, it } from 'vitest';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import type { EngineUnderTest } from '../../../src/oracle/engine-under-test.ts';
import { checkEngine, explain } from '../../../src/oracle/index.ts';
import { gradients, names, ops } from '../this-library.ts';

type Offer = Pick<EngineUnderTest, 'dialect' | 'traits'>;
const valuesOf = (op: string, gradient: boolean, offer?: Offer): string[] =>
  Array.from({ length: 40 }, (_, i) => drawCase(op, gradient, 1, i, offer).values);
const trapsOf = (...of: Parameters<typeof valuesOf>): string[] =>
  valuesOf(...of).filter((each) => /NaN$|^ties$/.test(each));

it('[oracle-cases] a NaN beside zeros is asked of every operator with a weight, and of its gradients', () => {
  const weighted = names.filter((op) => /^(conv|depthwiseConv|locallyConnected|dense)/.test(op));
  expect(weighted).toHaveLength(12);
  for (const op of weighted) {
    expect(new Set(trapsOf(op, false))).toEqual(new Set(['xNaN', 'weightNaN']));
    expect(new Set(trapsOf(op, true))).toEqual(new Set(['dyNaN', 'xNaN', 'weightNaN']));
    expect(trapsOf(op, true, { traits: { nan: 'free' } })).toEqual([]);
  }
});

it('[oracle-cases] equal maxima are asked of gradients alone, and where the dialect says which one has them', () => {
  for (const op of ['maxPool1d', 'maxPool2d', 'maxPool3d', 'globalMaxPool', 'channelMaxPool']) {
    expect(trapsOf(op, false)).toEqual([]);
    expect(new Set(trapsOf(op, true))).toEqual(new Set(['ties']));
  }
  expect(trapsOf('maxPool2d', true, { dialect: 'torch', traits: {} })).not.toEqual([]);
  expect(trapsOf('maxPool2d', true, { dialect: 'onnx', traits: {} })).toEqual([]);
});

it('[oracle-cases] a NaN beside zeros meets no zeros of padding, nor of dilated or strided operands', () => {
  const plain = 'conv2d/n1h5w5c2_o2k3x3s1x1pvd1x1g1b0/f32/xNaN/1';
  expect(caseId(parseCaseId(plain))).toBe(plain);
  for (const [from, to] of [
    ['s1x1', 's2x1'],
    ['d1x1', 'd1x2'],
    ['pv', 'pu'],
    ['xNaN', 'weightNaN'],
  ])
    expect(() => explain(plain.replace(from, to))).toThrow('[oracle-caseid]');
});

it('[oracle-cases] what this library gives for them is right', async () => {
  const asked = names.filter((op) => !/[23]d$/.test(op) && trapsOf(op, true).length > 0);
  const report = await checkEngine({ name: 'ours', ops, gradients }, { ops: asked, cases: 24, brief: true });
  expect(report.clean).toBe(true);
});
