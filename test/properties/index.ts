// All properties, by subject.

import { channelProperties as channels } from './channels.ts';
import { composition } from './composition.ts';
import type { Properties } from './engine.ts';
import { gradients } from './gradients.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { translation } from './translation.ts';
import { transposed } from './transposed.ts';
import { views } from './views.ts';
import { window } from './window.ts';

export const groups: Readonly<Record<string, Properties>> = {
  'translation (Q1, Q3)': translation,
  'windows (Q4)': window,
  'channels (Q4, M1)': channels,
  'transposed convolution (Q5)': transposed,
  'linearity and gradients (Q2, Q5)': gradients,
  'norms and softmax': normalization,
  'pooling (Q7)': pooling,
  'composition (Q4, Q8)': composition,
  'the five views of a convolution (Q8)': views,
};
