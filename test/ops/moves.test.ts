// Layers that move values: images of any size.

import { expect, it } from 'vitest';
import { tensor } from '../../src/index.ts';
import { depthToSpace, pad, shuffleChannels, slice, spaceToDepth, upsample } from '../../src/ops/index.ts';

it('[tensor-size] shapes and fields of images of any size are known at once; what cannot be held is refused', () => {
  const huge = [1, 2 ** 30, 2];
  for (const layer of [
    pad({ padding: [[5, 2 ** 29]], mode: 'wrap' }),
    upsample({ scale: 1.5, mode: 'linear' }),
    slice({ axes: [1], starts: [-1], ends: [-(2 ** 31 - 1)], steps: [-1] }),
    shuffleChannels({ groups: 2 }),
    spaceToDepth({ size: 2 }),
    depthToSpace({ size: 2 }),
  ]) {
    expect(layer.shape(huge)[0]).toBe(1);
    expect(layer.field(huge).length).toBe(1);
  }
  expect(() => upsample({ size: 2 ** 30 }).forward(tensor([1, 1, 4]), {})).toThrow('[tensor-size]');
  expect(() => pad({ padding: 2 ** 29 }).forward(tensor([1, 1, 4]), {})).toThrow('[tensor-size]');
});
