// Tensors as image data: what is refused, and one pixel.

import { expect, test } from 'vitest';
import { toImageData } from '../../src/formats/index.ts';
import { tensor } from '../../src/tensor.ts';

test('[format-image-data] an image without rows or columns is refused', () => {
  for (const shape of [
    [0, 3, 3],
    [3, 0, 3],
    [3, 3, 0],
    [3, 3, 5],
    [3, 3],
  ])
    expect(() => toImageData(tensor(shape))).toThrow('[format-image-data]');
  expect(toImageData(tensor([1, 1, 1], [1])).data).toEqual(Uint8ClampedArray.of(255, 255, 255, 255));
});
