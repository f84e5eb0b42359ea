// Defects of released engines, re-created on top of our own reference: each breaks its property, and ours breaks none.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convolutionFaults } from './faults/convolution.ts';
import { normalizationFaults } from './faults/normalization.ts';
import { poolingFaults } from './faults/pooling.ts';
import { transposedFaults } from './faults/transposed.ts';
import { ours } from './properties/engine.ts';
import { groups } from './properties/index.ts';

const sentences = Object.values(groups).flatMap((properties) => Object.entries(properties));

function propertyOf(caughtBy: string) {
  const found = sentences.filter(([sentence]) => sentence.startsWith(caughtBy));
  if (found.length !== 1) throw new Error(`'${caughtBy}' begins ${found.length} sentences, expected 1`);
  return found[0][1];
}

/** Stopped by a check of shapes or types, a fault has not been judged by the property. */
const isRefused = (verdict: fc.RunDetails<unknown>): boolean =>
  /TypeError|SpecError|RangeError/.test(String(verdict.errorInstance));

/** The first of ten runs in which the faulty engine answers and is found wrong. */
function judge(property: fc.IProperty<unknown>): fc.RunDetails<unknown> {
  const check = () => fc.check(property, { numRuns: 2000, endOnFailure: true });
  let verdict = check();
  for (let i = 1; i < 10 && isRefused(verdict); i++) verdict = check();
  return verdict;
}

describe('a fault of a released engine breaks', () => {
  for (const { id, seen, what, caughtBy, engine } of [
    ...poolingFaults,
    ...convolutionFaults,
    ...transposedFaults,
    ...normalizationFaults,
  ])
    it(`${id}, ${seen}: ${what}: breaks ${caughtBy}`, () => {
      const property = propertyOf(caughtBy);
      const verdict = judge(property(engine));
      expect([verdict.failed, isRefused(verdict)]).toEqual([true, false]);
      expect(fc.check(property(ours), { numRuns: 20 }).failed).toBe(false);
    });
});
