// Facts about the windows of a case, of which conditions of failures are made.

import { expect, it } from 'vitest';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerOf, shapeOf } from '../../../src/oracle/cases/tensors.ts';
import { windowFacts } from '../../../src/oracle/where/window-properties.ts';
import type { ConvGeometry } from '../../../src/window.ts';

const factsOf = (id: string): string[] => {
  const c = parseCaseId(id);
  const [layer, x] = [layerOf(c), shapeOf(c)];
  return windowFacts(layer, layer.geometry!(x) as ConvGeometry, x).flatMap(({ yes, holds }) => (holds ? [yes] : []));
};

it.each([
  [
    'conv2d/n1h6w6c1_o1k2x2s3x3pud1x1g1b0/f32/exact/1',
    [
      'same padding',
      'padding = same-upper',
      'a negative total of same padding on some axis',
      'same padding before ≠ half the window on some axis',
    ],
  ],
  [
    'conv2d/n1h5w5c1_o1k4x4s2x2pud1x1g1b0/f32/exact/1',
    [
      'same padding',
      'padding = same-upper',
      'padded cells',
      'padding before ≠ after on some axis',
      'padding before < after on some axis',
      'an odd total of same padding on some axis',
      'same padding before ≠ half the window on some axis',
      'overlapping windows',
    ],
  ],
  [
    'conv2d/n1h5w5c1_o1k3x3s1x1pld1x1g1b0/f32/exact/1',
    ['same padding', 'padding = same-lower', 'padded cells', 'overlapping windows'],
  ],
  [
    'conv2d/n1h5w6c4_o4k3x1s1x1p2.1.0.0d1x1g4b0/f32/exact/1',
    [
      'padding in numbers',
      'padded cells',
      'padding before ≠ after on some axis',
      'padding before > after on some axis',
      'overlapping windows',
      'a group for each channel',
    ],
  ],
  [
    'conv1d/n1h4c1_o1k2s2p2.2d1g1b0/f32/exact/1',
    ['padding in numbers', 'padded cells', 'a window wholly in padding', 'a window that begins beyond the input'],
  ],
  [
    'avgPool1d/n1h4c1_k3s2p1.1d1e1a0/f32/exact/1',
    [
      'padding in numbers',
      'padded cells',
      'ceil with another size than floor',
      'uncounted padding',
      'overlapping windows',
    ],
  ],
  [
    'avgPool1d/n1h4c1_k3s2p1.1d1e0a1/f32/exact/1',
    ['padding in numbers', 'padded cells', 'counted padding', 'overlapping windows'],
  ],
  [
    'avgPool1d/n1h4c1_k1s5pvd1e1a0/f32/exact/1',
    ['padding = valid', 'a window that ceil drops', '1×1 windows', 'one position'],
  ],
])('[oracle-where] knows the windows of %s', (id, facts) => {
  expect(factsOf(id)).toEqual(facts);
});
