// The correlation of pixels against their distance, which shows why small local filters suffice (lecture L0).

import { known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { checkTensor, sizeOf, type Tensor } from '../tensor.ts';

/**
 * Pearson correlation of the pixels that are `d` cells apart along one axis, for d = 1 … `distance`, over all images,
 * rows and channels. NaN where the pixels do not vary. Spec inspect-correlation.
 *
 * @param image `[batch, height, width, channels]`.
 * @example
 * pixelCorrelation(tensor([1, 1, 6, 1], [1, -1, 1, -1, 1, -1]), { distance: 2 }) // [-1, 1]
 */
export function pixelCorrelation(
  image: Tensor,
  options: { readonly distance?: number; readonly axis?: 'height' | 'width' } = {},
): number[] {
  const who = 'pixelCorrelation';
  options = known(who, options, ['distance', 'axis'], 'options');
  const { distance = 16, axis = 'width' } = options;
  checkTensor(who, 'image', image);
  if (image.shape.length !== 4)
    throw new SpecError(
      'inspect-correlation',
      `${who}: an image has the axes [batch, height, width, channels], got shape [${image.shape}]`,
    );
  const along = oneOf('inspect-correlation', who, 'axis', axis, ['height', 'width']) === 'height' ? 1 : 2;
  wholeNumber('inspect-correlation', who, 'distance', distance, 1);
  if (distance >= image.shape[along])
    throw new SpecError(
      'inspect-correlation',
      `${who}: distance must be below the ${image.shape[along]} cells of the ${axis}, got ${distance}`,
    );
  return Array.from({ length: distance }, (_, i) => correlationAt(image, along, i + 1));
}

function correlationAt({ shape, data }: Tensor, axis: number, d: number): number {
  const inner = sizeOf(shape.slice(axis + 1));
  const first: number[] = [];
  const second: number[] = [];
  for (let i = 0; i < data.length; i++) {
    if (Math.floor(i / inner) % shape[axis] >= shape[axis] - d) continue;
    first.push(data[i]);
    second.push(data[i + d * inner]);
  }
  return correlation(first, second);
}

/** Pearson's correlation coefficient of two lists of equal length. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (list: ArrayLike<number>): number =>
    (Array.prototype.reduce.call(list, (sum, value) => (sum as number) + (value as number), 0) as number) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
  }
  return ab / Math.sqrt(aa * bb);
}
