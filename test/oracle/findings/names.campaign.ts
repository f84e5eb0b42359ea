// Engines whose mistake nobody knows get no name, whatever the operator and the seed. names.test.ts asks a few of these.

import { describe, expect, it } from 'vitest';
import { withFault } from '../this-library.ts';
import { campaign, unknown } from './unknown-mistakes.ts';

describe('an engine whose mistake nobody knows', () => {
  const operators = ['conv2d', 'maxPool2d', 'avgPool2d'];

  it.each(unknown.flatMap(([what, engine]) => operators.map((op) => [what, op, engine] as const)))(
    '[oracle-mistakes] and that %s gets no name: %s',
    async (_, op, engine) => {
      for (const seed of [1, 2]) {
        const { findings } = await campaign(withFault(op, engine), op, 100, seed, false);
        expect(findings.length).toBeGreaterThan(0);
        expect(findings.flatMap(({ mistake }) => mistake ?? [])).toEqual([]);
      }
    },
  );
});
