// Q1 to Q8 of the lectures' properties, as sentences about our own layers.

import fc from 'fast-check';
import { describe, it } from 'vitest';
import { channelProperties } from './channels.ts';
import { composition } from './composition.ts';
import { ours, type Properties } from './engine.ts';
import { gradients } from './gradients.ts';
import { pooling } from './pooling.ts';
import { translation } from './translation.ts';
import { views } from './views.ts';
import { window } from './window.ts';

const groups: Readonly<Record<string, Properties>> = {
  'translation (Q1, Q3)': translation,
  'windows (Q4)': window,
  'channels (Q4, M1)': channelProperties,
  'linearity and gradients (Q2, Q5)': gradients,
  'pooling (Q7)': pooling,
  'composition (Q4, Q8)': composition,
  'the five views of a convolution (Q8)': views,
};

for (const [name, properties] of Object.entries(groups))
  describe(name, () => {
    for (const [sentence, property] of Object.entries(properties))
      it(sentence, () => {
        fc.assert(property(ours), { numRuns: 50 });
      });
  });
