// Augmentation: small changes that leave the label alone. Images are [batch, height, width, channels].

import { checkFunction, flag, known, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import type { Random } from '../random.ts';
import { allocate, checkTensor, type Tensor, typeOf } from '../tensor.ts';
import type { Augmentation } from './batches.ts';

/**
 * Shifts every image by up to `shift` cells on each axis (zeros come in), mirrors it left to right with probability ½
 * if `flip` is set, and cuts a window of `crop` cells out of it at a random place. Spec train-augment.
 *
 * @throws {SpecError} train-augment when the crop is larger than the image.
 * @example
 * augment({ crop: 24 })(tensor([1, 28, 28, 1]), random(1)).shape // [1, 24, 24, 1]
 */
export function augment(options: {
  readonly shift?: number;
  readonly flip?: boolean;
  readonly crop?: number;
}): Augmentation {
  options = known('augment', options, ['shift', 'flip', 'crop'], 'options');
  const { shift = 0, crop } = options;
  const flip = flag('train-augment', 'augment', 'flip', options.flip ?? false);
  wholeNumber('train-augment', 'augment', 'shift', shift, 0);
  if (crop !== undefined) wholeNumber('train-augment', 'augment', 'crop', crop, 1);
  return (x, random) => {
    checkTensor('augment', 'x', x);
    checkFunction('train-augment', 'augment', 'the method below of random', random?.below);
    const [n, height, width, channels] = x.shape;
    if (x.shape.length !== 4)
      throw new SpecError(
        'train-augment',
        `augment: images have the axes [batch, height, width, channels], got shape [${x.shape}]`,
      );
    const size = [crop ?? height, crop ?? width];
    if (size[0] > height || size[1] > width)
      throw new SpecError(
        'train-augment',
        `augment: crop must be at most the ${height}×${width} of the images, got ${crop}`,
      );
    const y = allocate('augment', [n, ...size, channels], typeOf(x.data));
    for (let image = 0; image < n; image++)
      copyImage(x, y, image, drawnPlace(random, shift, flip, [height - size[0], width - size[1]]));
    return y;
  };
}

interface Place {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

/** Drawn in this order: rows, columns, mirror. */
function drawnPlace(random: Random, shift: number, flip: boolean, room: readonly [number, number]): Place {
  const top = random.below(room[0] + 2 * shift + 1) - shift;
  const left = random.below(room[1] + 2 * shift + 1) - shift;
  return { top, left, mirrored: flip && random.below(2) === 1 };
}

function copyImage(x: Tensor, y: Tensor, image: number, { top, left, mirrored }: Place): void {
  const [, height, width, channels] = x.shape;
  const [, rows, columns] = y.shape;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [i, j] = [row + top, (mirrored ? columns - 1 - column : column) + left];
      if (i < 0 || i >= height || j < 0 || j >= width) continue;
      const from = ((image * height + i) * width + j) * channels;
      const to = ((image * rows + row) * columns + column) * channels;
      for (let c = 0; c < channels; c++) y.data[to + c] = x.data[from + c];
    }
  }
}
