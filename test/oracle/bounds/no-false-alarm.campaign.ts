// Conforming engines pass, over as many cases as tell a bound that is too narrow by a little.

import { describe, expect, it } from 'vitest';
import { checkEngine } from '../../../src/oracle/index.ts';
import { gradients, ops } from '../this-library.ts';
import { inAnyOrder, reciprocal, roundedOnce } from './right-engines.ts';

describe('conforming engines', () => {
  it.each([
    ['the library itself', { name: 'own', ops, gradients }, 48, [1]],
    ['float64 sums rounded once', roundedOnce, 60, [1]],
    ['convolutions summed in random orders', inAnyOrder, 120, [1, 2, 3]],
    ['averages by rounded reciprocals', reciprocal, 200, [1]],
  ] as const)('[oracle-bound] passes %s', async (_, engine, cases, seeds) => {
    for (const seed of seeds) {
      const report = await checkEngine(engine, { ops: Object.keys(engine.ops), seed, cases });
      for (const { op, status, counts, findings } of report.operators)
        expect({ op, status, counts, findings }).toEqual({ op, status: 'pass', counts: { pass: cases }, findings: [] });
    }
  });
});
