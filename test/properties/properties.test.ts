// The properties Q1 to Q8 of the lectures, checked for our own layers.

import fc from 'fast-check';
import { describe, it } from 'vitest';
import { ours } from './engine.ts';
import { groups } from './index.ts';

for (const [name, properties] of Object.entries(groups))
  describe(name, () => {
    for (const [sentence, property] of Object.entries(properties))
      it(sentence, () => {
        fc.assert(property(ours), { numRuns: 50 });
      });
  });
