// Conversion between the layouts of images: channels last, as everywhere here, and channels first, as in many libraries.

import { SpecError } from './errors.ts';
import { allocate, checkTensor, type Tensor, typeOf } from './tensor.ts';

/**
 * `[batch, ...space, channels]` → `[batch, channels, ...space]`, a copy (NHWC to NCHW). Spec tensor-layout.
 *
 * @throws {SpecError} tensor-layout for fewer than two axes.
 * @example
 * toChannelsFirst(tensor([1, 1, 2, 3], [1, 2, 3, 4, 5, 6])) // { shape: [1, 3, 1, 2], data: [1, 4, 2, 5, 3, 6] }
 */
export function toChannelsFirst(x: Tensor): Tensor {
  checkAxes('toChannelsFirst', x);
  const [N, ...rest] = x.shape;
  const C = rest[rest.length - 1];
  return swapped('toChannelsFirst', x, [N, C, ...rest.slice(0, -1)], C);
}

/**
 * `[batch, channels, ...space]` → `[batch, ...space, channels]`, a copy (NCHW to NHWC). Spec tensor-layout.
 *
 * @throws {SpecError} tensor-layout for fewer than two axes.
 * @example
 * toChannelsLast(tensor([1, 3, 1, 2], [1, 4, 2, 5, 3, 6])) // { shape: [1, 1, 2, 3], data: [1, 2, 3, 4, 5, 6] }
 */
export function toChannelsLast(x: Tensor): Tensor {
  checkAxes('toChannelsLast', x);
  const [N, C, ...space] = x.shape;
  return swapped('toChannelsLast', x, [N, ...space, C], x.data.length / N / C);
}

/** Transposes each image, which is read as a matrix with rows of `columns` elements. */
function swapped(who: string, x: Tensor, shape: readonly number[], columns: number): Tensor {
  const y = allocate(who, shape, typeOf(x.data));
  const size = x.data.length / x.shape[0];
  const rows = size / columns;
  for (let i = 0; i < x.data.length; i++) {
    const [image, place] = [i - (i % size), i % size];
    y.data[image + (place % columns) * rows + Math.floor(place / columns)] = x.data[i];
  }
  return y;
}

function checkAxes(who: string, x: Tensor): void {
  checkTensor(who, 'x', x);
  if (x.shape.length < 2)
    throw new SpecError('tensor-layout', `${who}: x must have a batch axis and channels, got shape [${x.shape}]`);
}
