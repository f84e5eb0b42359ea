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

/**
 * The weight of a convolution `[...size, channels, filters]` → `[filters, channels, ...size]`, a copy (HWIO to OIHW); of
 * a transposed one `[...size, filters, channels]` → `[channels, filters, ...size]`, of a dense layer its transpose.
 * Spec tensor-layout.
 *
 * @throws {SpecError} tensor-layout for fewer than two axes.
 * @example
 * weightToChannelsFirst(tensor([2, 1, 3], [1, 2, 3, 4, 5, 6])) // { shape: [3, 1, 2], data: [1, 4, 2, 5, 3, 6] }
 */
export function weightToChannelsFirst(weight: Tensor): Tensor {
  checkAxes('weightToChannelsFirst', weight, 'weight', 'channels and filters');
  const [C, O] = weight.shape.slice(-2);
  const y = allocate('weightToChannelsFirst', [O, C, ...weight.shape.slice(0, -2)], typeOf(weight.data));
  eachWeight(weight.data.length / C / O, C, O, (here, there) => {
    y.data[there] = weight.data[here];
  });
  return y;
}

/**
 * The weight of a convolution `[filters, channels, ...size]` → `[...size, channels, filters]`, a copy (OIHW to HWIO); of
 * a transposed one `[channels, filters, ...size]` → `[...size, filters, channels]`, of a dense layer its transpose.
 * Spec tensor-layout.
 *
 * @throws {SpecError} tensor-layout for fewer than two axes.
 * @example
 * weightToChannelsLast(tensor([3, 1, 2], [1, 4, 2, 5, 3, 6])) // { shape: [2, 1, 3], data: [1, 2, 3, 4, 5, 6] }
 */
export function weightToChannelsLast(weight: Tensor): Tensor {
  checkAxes('weightToChannelsLast', weight, 'weight', 'filters and channels');
  const [O, C, ...size] = weight.shape;
  const y = allocate('weightToChannelsLast', [...size, C, O], typeOf(weight.data));
  eachWeight(weight.data.length / C / O, C, O, (here, there) => {
    y.data[here] = weight.data[there];
  });
  return y;
}

/** The place of every element with the filters last, and with them first. */
function eachWeight(taps: number, C: number, O: number, visit: (here: number, there: number) => void): void {
  for (let k = 0; k < taps; k++)
    for (let c = 0; c < C; c++) for (let o = 0; o < O; o++) visit((k * C + c) * O + o, (o * C + c) * taps + k);
}

/** Transposes each image, which is read as a matrix with rows of `columns` elements. */
function swapped(who: string, x: Tensor, shape: readonly number[], columns: number): Tensor {
  const y = allocate(who, shape, typeOf(x.data));
  const size = x.data.length / x.shape[0];
  const rows = size / columns;
  let i = 0;
  for (let image = 0; image < x.data.length; image += size)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) y.data[image + column * rows + row] = x.data[i++];
  return y;
}

function checkAxes(who: string, x: Tensor, what = 'x', axes = 'a batch axis and channels'): void {
  checkTensor(who, what, x);
  if (x.shape.length < 2)
    throw new SpecError('tensor-layout', `${who}: ${what} must have ${axes}, got shape [${x.shape}]`);
}
