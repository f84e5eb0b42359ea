// Conforming engines pass. no-false-alarm.campaign.ts asks them many more cases.

import { describe, expect, it } from 'vitest';
import { checkEngine } from '../../../src/oracle/index.ts';
import { isSlow } from '../../some.ts';
import { gradients, names, ops } from '../this-library.ts';
import { inAnyOrder, reciprocal, roundedOnce } from './right-engines.ts';

describe('conforming engines', () => {
  // Of the same cases a part each: everyday layers, large axes and corners are in all of them.
  const part = (index: number) => ({ cases: 84, shard: { index, of: isSlow ? 4 : 8 }, brief: true });

  it('[oracle-bound] passes the library itself, forward and gradients of every operator', async () => {
    const report = await checkEngine({ name: 'own', ops, gradients }, part(1));
    expect(report.operators).toHaveLength(2 * names.length);
    for (const { op, status, counts, wanted } of report.operators)
      expect({ op, status, counts }).toEqual({ op, status: 'pass', counts: { pass: wanted } });
    expect(Math.min(...report.operators.map(({ wanted }) => wanted))).toBeGreaterThan(3);
  });

  it('[oracle-bound] passes float64 sums rounded once', async () => {
    const report = await checkEngine(roundedOnce, part(2));
    expect(report.operators.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it('[oracle-bound] passes convolutions summed in random orders, half of the terms fused', async () => {
    const report = await checkEngine(inAnyOrder, { ops: Object.keys(inAnyOrder.ops), cases: 36 });
    for (const { op, counts, findings } of report.operators)
      expect({ op, counts, findings }).toEqual({ op, counts: { pass: 36 }, findings: [] });
    for (const { margin } of report.operators) expect(margin).toBeGreaterThan(0.2);
  });

  it('[oracle-bound] passes averages that multiply every cell by a rounded reciprocal', async () => {
    const { findings, margin } = (await checkEngine(reciprocal, { ops: ['avgPool2d'], cases: 100 })).operators[0];
    expect(findings).toEqual([]);
    expect(margin).toBeGreaterThan(0.1);
  });
});
