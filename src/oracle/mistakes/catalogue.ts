// The mistakes that families share, and those of them that are about what a family has.

import type { Topic } from '../mistake.ts';
import { blockMistakes } from './blocks.ts';
import { borderMistakes } from './borders.ts';
import { contractionMistakes } from './contractions.ts';
import { gradientMistakes } from './gradients.ts';
import { paddedImageMistakes } from './padded-images.ts';
import { paddingMistakes } from './padding.ts';
import type { WindowMistake } from './shared.ts';
import { windowMistakes } from './windows.ts';
import { zeroFactorMistakes } from './zero-factors.ts';

const catalogue = [
  ...paddingMistakes,
  ...windowMistakes,
  ...contractionMistakes,
  ...blockMistakes,
  ...paddedImageMistakes,
  ...borderMistakes,
  ...gradientMistakes,
  ...zeroFactorMistakes,
];

/** The shared mistakes about any of these topics, in the order in which the better of two names comes first. */
export const mistakesAbout = (...topics: readonly Topic[]): WindowMistake[] =>
  catalogue.filter(({ topic }) => topics.includes(topic));
