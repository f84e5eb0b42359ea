// The changes that are looked for by their texts: found in every case, however late they are asked for, and few are kept.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { changeNamed, changesOf, wantedLater } from '../../../src/oracle/matrix/all-changes.ts';
import type { Change } from '../../../src/oracle/matrix/change.ts';
import { factorChanges } from '../../../src/oracle/matrix/factor-changes.ts';
import { type Terms, termsOf } from '../../../src/oracle/matrix/terms.ts';

const termsWith = (seed: number, op = 'conv2d'): Terms =>
  termsOf(
    parseCaseId(
      op === 'conv2d'
        ? `conv2d/n2h4w5c3_o2k2x3s2x1p1.0.1.1d1x2g1b0/f32/exact/${seed}`
        : `avgPool2d/n2h4w5c3_k2x3s2x1p1.0.1.1d1x1e0i0/f32/exact/${seed}`,
    ),
  )!;
const collect = (): void => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
};

it('[oracle-instead] finds every change of a case by its text, whether it was wanted before the case was searched or not', () => {
  for (const op of ['conv2d', 'avgPool2d']) {
    const [one, other] = [termsWith(1, op), termsWith(2, op)];
    const first = new Map<string, Change>();
    for (const change of [...changesOf(one), ...factorChanges(one, [])].toReversed()) first.set(change.text, change);
    const texts = [...first.keys()].filter((_, i) => i % 250 === 0);
    for (const text of texts.slice(3)) wantedLater(text);
    const made = (change: Change | undefined, { list }: Terms): unknown => list.map((term) => change?.apply(term));
    for (const text of texts) expect(made(changeNamed(other, text), other)).toEqual(made(first.get(text), one));
    expect(changeNamed(other, 'the products are painted blue')).toBeUndefined();
  }
});

it('[oracle-instead] keeps of the thousands of changes of a case those alone that are looked for', () => {
  const cases = Array.from({ length: 12 }, (_, i) => termsWith(100 + i));
  const known = termsWith(99);
  const texts = [...changesOf(known)].filter((_, i) => i % 200 === 0).map(({ text }) => text);
  for (const text of texts) wantedLater(text);
  for (const text of texts) changeNamed(known, text);
  collect();
  const before = process.memoryUsage().heapUsed;
  const found = cases.filter((terms) => texts.every((text) => changeNamed(terms, text)));
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2e6); // all of them take far more
  expect(found).toEqual(cases);
});
