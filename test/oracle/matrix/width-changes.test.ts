// Indices that are kept in too few bits, or that stop growing.

import { expect, it } from 'vitest';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { type Call, checkEngine } from '../../../src/oracle/index.ts';
import { termsOf } from '../../../src/oracle/matrix/terms.ts';
import { widthChanges } from '../../../src/oracle/matrix/width-changes.ts';
import type { Tensor } from '../../../src/tensor.ts';
import { forward, withFault } from '../this-library.ts';

const saidOf = async (op: string, index: (call: Call) => (i: number) => number, cases: number) => {
  const run = (call: Call): Tensor => {
    const of = index(call);
    const { shape, data } = call.x;
    return forward({ ...call, x: { shape, data: data.map((_, i) => data[of(i)] ?? NaN) } });
  };
  const { operators } = await checkEngine(withFault(op, run), { ops: [op], cases });
  return operators.flatMap(({ findings }) =>
    findings.map(({ instead }) => [instead?.text, instead?.evidence !== undefined]),
  );
};

it('[oracle-instead] of an element that is found by the lowest bits of its number', async () => {
  expect(await saidOf('dense', () => (i) => i & 31, 100)).toEqual([
    ['the number of the element of the input is kept in 5 bits', true],
  ]);
});

it('[oracle-instead] of images after the second that are read as the second', async () => {
  const second = ({ x: { shape, data } }: Call) => {
    const size = data.length / shape[0];
    return (i: number): number => Math.min(Math.floor(i / size), 1) * size + (i % size);
  };
  expect(await saidOf('conv1d', second, 60)).toEqual([['the number of the image of the input is at most 1', true]]);
});

it('[oracle-instead] is about no axis that is too short to show it', () => {
  const terms = termsOf(parseCaseId('conv1d/n1w9c1_o1k1s1pvd1g1b0/f32/exact/1'))!;
  const texts = (least: number): string[] => [...widthChanges(terms, least)].map(({ text }) => text);
  expect(texts(2)).toContain('the number of the input column is kept in 3 bits');
  expect(texts(2)).toContain('the number of the input column is kept in 4 bits with a sign');
  expect(texts(2)).not.toContain('the number of the input column is kept in 4 bits');
  expect(texts(2)).toContain('the number of the input column is at most 7');
  expect(texts(2)).not.toContain('the number of the input column is at most 8');
  expect(texts(1)).toContain('the number of the input column is kept in 16 bits');
  const signed = [...widthChanges(terms, 2)].find(({ text }) =>
    text.endsWith('input column is kept in 4 bits with a sign'),
  )!;
  expect(terms.list.map((term) => signed.apply(term)?.x[1])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, Infinity]);
});
