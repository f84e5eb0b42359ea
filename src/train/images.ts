// Images made ready for a net: of one size, of one number of channels, standardized, in one batch.

import { finiteNumber, known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { isList, listOf } from '../reading.ts';
import { allocate, checkTensor, type Shape, sameShape, type Tensor, typeOf } from '../tensor.ts';

/**
 * Puts images `[height, width, channels]` of one shape into a batch `[batch, height, width, channels]`. Spec train-stack.
 *
 * @throws {SpecError} train-stack for no images, or of different shapes (resizeImages and greyImages make them equal).
 * @example
 * stackImages([tensor([4, 4, 1]), tensor([4, 4, 1])]).shape // [2, 4, 4, 1]
 */
export function stackImages(given: readonly Tensor[]): Tensor {
  const [who, clause] = ['stackImages', 'train-stack'];
  if (!isList(given)) throw wrongType(clause, `${who}: images must be an array of tensors, got ${show(given)}`);
  const images = listOf(clause, who, 'images', given) as Tensor[];
  if (images.length === 0) throw new SpecError(clause, `${who}: there must be at least one image, got none`);
  for (const [i, image] of images.entries()) {
    checkTensor(who, `image ${i}`, image);
    if (!sameShape(image.shape, images[0].shape))
      throw new SpecError(
        clause,
        `${who}: images must have one shape, [${images[0].shape}], got [${image.shape}] at index ${i}`,
      );
    if (typeOf(image.data) !== typeOf(images[0].data))
      throw wrongType('tensor-type', `${who}: images must have one type, got ${typeOf(image.data)} at index ${i}`);
  }
  const y = allocate(who, [images.length, ...images[0].shape], typeOf(images[0].data));
  for (const [i, { data }] of images.entries()) y.data.set(data, i * data.length);
  return y;
}

/** The most cells on an axis of a resized image: the places that each one reads are listed. */
const MOST_CELLS = 1 << 20;

const side = (clause: string, who: string, what: string, value: unknown): number => {
  const cells = wholeNumber(clause, who, what, value, 1);
  if (cells > MOST_CELLS) throw new SpecError(clause, `${who}: ${what} must be at most ${MOST_CELLS}, got ${cells}`);
  return cells;
};

/**
 * Resizes an image `[height, width, channels]` or a batch of them, bilinear with half-pixel centres and without antialiasing:
 * output cell i looks at the place (i + ½) · input / output − ½, within the image. Spec train-resize.
 *
 * @throws {SpecError} train-resize for other axes or sizes.
 * @example
 * resizeImages(tensor([1, 2, 1], [0, 4]), { height: 1, width: 4 }).data // [0, 1, 3, 4]
 */
export function resizeImages(images: Tensor, options: { readonly height: number; readonly width: number }): Tensor {
  const [who, clause] = ['resizeImages', 'train-resize'];
  const [height, width, channels] = imageAxes(who, clause, images);
  options = known(who, options, ['height', 'width'], 'options');
  const rows = along(height, side(clause, who, 'height', options.height));
  const columns = along(width, side(clause, who, 'width', options.width));
  const y = allocate(who, [...images.shape.slice(0, -3), rows.length, columns.length, channels], typeOf(images.data));
  let to = 0;
  for (let first = 0; first < images.data.length; first += height * width * channels)
    for (const row of rows)
      for (const column of columns)
        for (let c = 0; c < channels; c++) {
          const at = (i: number, j: number): number => images.data[first + (i * width + j) * channels + c];
          const mixed = (i: number): number => mix(at(i, column.low), at(i, column.low + 1), column.part);
          y.data[to++] = mix(mixed(row.low), mixed(row.low + 1), row.part);
        }
  return y;
}

const mix = (a: number, b: number, part: number): number => (part === 0 ? a : (1 - part) * a + part * b);

/** For each output cell of an axis the cell at or before it, and how near it is to the next; of the last cell, 0. */
const along = (input: number, output: number): { low: number; part: number }[] =>
  Array.from({ length: output }, (_, i) => {
    const place = Math.min(input - 1, Math.max(0, ((i + 0.5) * input) / output - 0.5));
    const low = Math.floor(place);
    return { low, part: place - low };
  });

/**
 * Makes images grey: `0.299·red + 0.587·green + 0.114·blue` (ITU-R BT.601) of 3 or 4 channels, the first of 1 or 2; alpha is
 * left out. Spec train-grey.
 *
 * @throws {SpecError} train-grey for other axes, or more than 4 channels.
 * @example
 * greyImages(tensor([1, 1, 3], [1, 1, 0])).data // [0.886]
 */
export function greyImages(images: Tensor): Tensor {
  const [who, clause] = ['greyImages', 'train-grey'];
  const [, , channels] = imageAxes(who, clause, images);
  if (channels > 4)
    throw new SpecError(clause, `${who}: images must have 1 to 4 channels, got ${channels} in shape [${images.shape}]`);
  const y = allocate(who, [...images.shape.slice(0, -1), 1], typeOf(images.data));
  for (let i = 0; i < y.data.length; i++) {
    const [red, green, blue] = images.data.subarray(i * channels, (i + 1) * channels);
    y.data[i] = channels < 3 ? red : 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  return y;
}

/** The mean and the deviation of every channel. */
export interface Scaling {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * Standardizes every channel, `(x − mean) / deviation`, by the statistics given or else by those of x itself, which come
 * back, so that other data are scaled alike. A channel that is constant is only shifted. Spec train-standardize.
 *
 * @param x `[…, channels]`.
 * @throws {SpecError} train-standardize for statistics that are not one finite number for each channel, or a deviation that is not above 0.
 * @example
 * const { x, mean, deviation } = standardize(tensor([2, 1], [1, 5]));
 * [...x.data, ...mean, ...deviation] // [-1, 1, 3, 2]
 * standardize(tensor([1, 1], [7]), { mean, deviation }).x.data // [2]
 */
export function standardize(x: Tensor, scaling?: Scaling): { readonly x: Tensor } & Scaling {
  const [who, clause] = ['standardize', 'train-standardize'];
  checkTensor(who, 'x', x);
  const C = x.shape[x.shape.length - 1];
  if (x.shape.length < 2 || x.data.length === 0)
    throw new SpecError(clause, `${who}: x must have channels on its last axis, got shape [${x.shape}]`);
  const { mean, deviation } =
    scaling === undefined ? statisticsOf(x, C) : known(who, scaling, ['mean', 'deviation', 'x'], 'statistics', clause);
  for (const [name, values] of Object.entries({ mean, deviation })) {
    if (!isList(values)) throw wrongType(clause, `${who}: ${name} must be an array of numbers, got ${show(values)}`);
    if (values.length !== C)
      throw new SpecError(clause, `${who}: ${name} must have a number for each of ${C} channels, got ${show(values)}`);
    const rule = name === 'mean' ? 'a finite number' : 'a number above 0';
    for (const value of values) finiteNumber(clause, who, name, value, rule, (each) => name === 'mean' || each > 0);
  }
  const y = allocate(who, x.shape, typeOf(x.data));
  for (let i = 0; i < y.data.length; i++) y.data[i] = (x.data[i] - mean[i % C]) / deviation[i % C];
  return { x: y, mean, deviation };
}

function statisticsOf(x: Tensor, C: number): Scaling {
  const count = x.data.length / C;
  const meanOf = (term: (value: number, c: number) => number): number[] => {
    const sums = new Float64Array(C);
    for (let i = 0; i < x.data.length; i++) sums[i % C] += term(x.data[i], i % C);
    return Array.from(sums, (sum) => sum / count);
  };
  const mean = meanOf((value) => value);
  const variance = meanOf((value, c) => (value - mean[c]) * (value - mean[c]));
  return { mean, deviation: variance.map((v) => (v > 0 ? Math.sqrt(v) : 1)) };
}

/** Height, width and channels. */
function imageAxes(who: string, clause: string, images: Tensor): Shape {
  checkTensor(who, 'images', images);
  if (![3, 4].includes(images.shape.length) || images.shape.includes(0))
    throw new SpecError(
      clause,
      `${who}: images must have the axes [height, width, channels], or a batch before them, got shape [${images.shape}]`,
    );
  return images.shape.slice(-3);
}
