// Filters and activations as tiles: small pictures [height, width, 1 or 3] of values from 0 to 1, one for each filter or
// channel.
//
//   shade = (value − least) / (greatest − least)

import { known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { allocate, checkTensor, type Shape, type Tensor } from '../tensor.ts';

export interface TileOptions {
  /** The values shown as black and white: the least and greatest of each tile (`'own'`) or of all tiles (`'common'`). */
  readonly range?: 'own' | 'common';
}

/**
 * The filters of a convolution as tiles: weights over three channels in colours, one tile per filter; over one channel
 * in grey; over any other number of channels a grey tile for each channel of each filter (a row of a picture with
 * `columns: channels`). A tile without contrast is grey 1/2. Spec inspect-pictures.
 *
 * @param weight `[height, width, channels, filters]`, or `[width, channels, filters]`. The weight `[inputs, units]` of
 * a dense layer on flattened images shows with the shape `[height, width, channels, units]`.
 * @throws {SpecError} inspect-pictures for another shape, or a value that is not finite.
 * @example
 * filterTiles(tensor([1, 3, 1, 1], [-1, 0, 1]))[0].data // [0, 0.5, 1]
 */
export function filterTiles(weight: Tensor, options: TileOptions = {}): Tensor[] {
  const who = 'filterTiles';
  checkTensor(who, 'weight', weight);
  const { shape, data } = weight;
  if ((shape.length !== 3 && shape.length !== 4) || shape.includes(0))
    throw new SpecError(
      'inspect-pictures',
      `${who}: weight must have the axes [height, width, channels, filters] or [width, channels, filters], got shape [${shape}]`,
    );
  const [height, width, C, O] = shape.length === 3 ? [1, ...shape] : shape;
  const depth = C === 3 ? 3 : 1;
  const tiles = Array.from({ length: (O * C) / depth }, (_, tile) => {
    const [o, first] = [Math.floor((tile * depth) / C), (tile * depth) % C];
    return cut([height, width, depth], (p, c) => data[(p * C + first + c) * O + o]);
  });
  return shaded(who, tiles, options);
}

/**
 * The output of a layer for one image as grey tiles, one per channel. A tile without contrast is grey 1/2. Spec inspect-pictures.
 *
 * @param y `[batch, height, width, channels]`, or `[batch, width, channels]`, or `[batch, units]`: one cell per tile; these
 * differ only with a `'common'` range.
 * @throws {SpecError} inspect-pictures for another shape, an image beyond the batch, or a value that is not finite.
 * @example
 * activationTiles(tensor([1, 1, 2, 2], [0, 8, 4, 9])).map((tile) => [...tile.data]) // [[0, 1], [0, 1]]
 */
export function activationTiles(y: Tensor, options: TileOptions & { readonly image?: number } = {}): Tensor[] {
  const who = 'activationTiles';
  checkTensor(who, 'y', y);
  options = known(who, options, ['range', 'image'], 'options');
  const { image = 0, ...range } = options;
  const [batch, ...axes] = y.shape;
  if (axes.length < 1 || axes.length > 3 || y.data.length === 0)
    throw new SpecError(
      'inspect-pictures',
      `${who}: y must have the axes [batch, height, width, channels], or fewer spatial axes or none, got shape [${y.shape}]`,
    );
  wholeNumber('inspect-pictures', who, 'image', image, 0);
  if (image >= batch)
    throw new SpecError('inspect-pictures', `${who}: image must be below the batch of ${batch}, got ${image}`);
  const [height, width, C] = [1, 1, ...axes].slice(-3);
  const first = image * height * width * C;
  const tiles = Array.from({ length: C }, (_, c) => cut([height, width, 1], (p) => y.data[first + p * C + c]));
  return shaded(who, tiles, range);
}

/**
 * Hidden activations as a picture `[samples, units, 1]`: a row for each sample, a column for each unit. The range is
 * `'common'` by default; with `'own'` each unit has its own. Spec inspect-pictures.
 *
 * @param y `[samples, ...]`; what follows the first axis is one sample's units.
 * @throws {SpecError} inspect-pictures for no units, or a value that is not finite.
 * @example
 * unitPicture(tensor([2, 2], [0, 1, 2, 4])).data // [0, 0.25, 0.5, 1]
 */
export function unitPicture(y: Tensor, options: TileOptions = {}): Tensor {
  const who = 'unitPicture';
  options = known(who, options, ['range'], 'options');
  checkTensor(who, 'y', y);
  if (y.shape.length < 2 || y.data.length === 0)
    throw new SpecError('inspect-pictures', `${who}: y must have the axes [samples, units], got shape [${y.shape}]`);
  const samples = y.shape[0];
  const units = y.data.length / samples;
  const columns = Array.from({ length: units }, (_, o) => cut([samples, 1, 1], (n) => y.data[n * units + o]));
  const shades = shaded(who, columns, { range: 'common', ...options });
  return cut([samples, units, 1], (i) => shades[i % units].data[Math.floor(i / units)]);
}

/** A float32 picture of `value(place, channel)`. */
function cut(shape: Shape, value: (p: number, c: number) => number): Tensor {
  const tile = allocate('tiles', shape, 'float32');
  const depth = shape[2];
  for (let i = 0; i < tile.data.length; i++) tile.data[i] = value(Math.floor(i / depth), i % depth);
  return tile;
}

/** Brings the values of tiles to 0 … 1. */
function shaded(who: string, tiles: readonly Tensor[], options: TileOptions): Tensor[] {
  options = known(who, options, ['range'], 'options');
  const range = oneOf('inspect-pictures', who, 'range', options.range ?? 'own', ['own', 'common']);
  const ranges = tiles.map((tile, i) => rangeOf(who, i, tile.data));
  const common = {
    least: ranges.reduce((low, { least }) => Math.min(low, least), Number.POSITIVE_INFINITY),
    greatest: ranges.reduce((high, { greatest }) => Math.max(high, greatest), Number.NEGATIVE_INFINITY),
  };
  return tiles.map((tile, i) => {
    const { least, greatest } = range === 'own' ? ranges[i] : common;
    const shade = (value: number): number => (least === greatest ? 0.5 : (value - least) / (greatest - least));
    return cut(tile.shape, (p, c) => shade(tile.data[p * tile.shape[2] + c]));
  });
}

function rangeOf(who: string, tile: number, data: Tensor['data']): { least: number; greatest: number } {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (!Number.isFinite(value))
      throw new SpecError('inspect-pictures', `${who}: values must be finite in float32, got ${value} in tile ${tile}`);
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { least, greatest };
}
