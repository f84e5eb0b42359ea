// The colours of a plane: grey where no number is negative, else those of numbers.

import type { Tensor } from '../../tensor.ts';
import { greatestOf, type Scheme, strength } from '../palette.ts';

const channelsOf = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** Whether some number is below what rounding alone would give. */
export const isSigned = ({ data }: Tensor): boolean => data.some((value) => value < -1e-6);

/** Red, green, blue and opacity of every pixel. */
export function pixelsOf(image: Tensor, colours: Scheme, signed = isSigned(image)): Uint8ClampedArray<ArrayBuffer> {
  const { data } = image;
  const pixels = new Uint8ClampedArray(4 * data.length);
  const greatest = greatestOf(data);
  const [neutral, positive, negative] = [colours.neutral, colours.positive, colours.negative].map(channelsOf);
  for (let i = 0; i < data.length; i++) {
    const share = strength(data[i], signed ? greatest : Math.max(1, greatest));
    const end = data[i] < 0 ? negative : positive;
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = signed ? neutral[c] + (end[c] - neutral[c]) * share : 255 * share;
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}
