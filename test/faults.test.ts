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
const refusal = /TypeError|SpecError|RangeError/;

/** Whether the property finds an engine wrong that answers; what is refused is not counted among the runs. */
function judge(property: fc.IProperty<unknown>): fc.RunDetails<unknown> {
  const answered: fc.IProperty<unknown> = Object.create(property);
  answered.run = (value) => {
    const failure = property.run(value) as fc.PreconditionFailure | fc.PropertyFailure | null;
    return failure && 'error' in failure && refusal.test(String(failure.error))
      ? new fc.PreconditionFailure()
      : failure;
  };
  return fc.check(answered, { numRuns: 2000, endOnFailure: true, maxSkipsPerRun: 1000 });
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
      const { counterexample, errorInstance } = judge(property(engine));
      expect(counterexample).not.toBeNull();
      expect(String(errorInstance)).not.toMatch(refusal);
      expect(fc.check(property(ours), { numRuns: 20 }).failed).toBe(false);
    });
});
