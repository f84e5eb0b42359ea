// The pictures of a net, one by one, each with a caption: its image, filters, activations, and what its units saw. Spec inspect-pages.

import { writePng } from '../formats/png.ts';
import { flatParams, nameIn } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { allocate, type Tensor } from '../tensor.ts';
import { activations } from './activations.ts';
import { drawField } from './draw-field.ts';
import { gridPicture, gridSvg } from './grid.ts';
import { innerLayer, operatorPaths } from './inner-layer.ts';
import { topPatchesOf } from './patches.ts';
import { signedActivationTiles, signedFilterTiles } from './signed-tiles.ts';
import { filterTiles } from './tiles.ts';

/** A file to write, under a name relative to the folder. */
export interface Page {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/** What is shown, and how. */
export interface Shown {
  readonly net: Layer;
  readonly params: Params<Tensor>;
  /** The one image whose activations are shown. */
  readonly image: Tensor;
  /** The images in which patches and health are determined. */
  readonly images: Tensor;
  /** The brightness at which a value of them is shown. */
  readonly shade: (value: number) => number;
  readonly units: number;
  readonly classes: readonly string[];
  readonly title: string;
  readonly note: string;
}

/** Top patches shown of each unit. */
const TOP = 9;
const SIGNS = 'orange above 0, blue below';

/** The approximate width of a picture in pixels: small tiles are enlarged until they fill it. None is narrower than the least. */
const [WIDE, LEAST] = [800, 512];
/** Nor is one enlarged beyond this height. */
const HIGH = 4000;
/** Pixels on each side of a cell, at most, where that is wide enough. */
const MOST = 16;

interface Picture extends Page {
  readonly caption: string;
}

export async function* pictures(shown: Shown): AsyncGenerator<Picture> {
  const { net, params, image } = shown;
  const isImage = isPicture(image);
  if (isImage) yield await picture('input', 'The image.', [asPicture(image, 0, shown.shade)], 1);
  const [first] = convolutions(shown);
  if (first) {
    const [height, width, C, O] = first.weight.shape;
    const tiles = C === 3 ? filterTiles(first.weight) : signedFilterTiles(first.weight);
    const isTile = C === 1 || C === 3;
    const across = square(O, height, isTile ? width : C * width);
    const columns = isTile ? across : C * across;
    const rows = isTile
      ? 'one filter a tile'
      : across === 1
        ? 'a row for each filter, a tile for each channel'
        : `${across} filters in a row, ${C} tiles for the channels of each`;
    yield await picture(
      'filters',
      `The ${O} filters of ${first.path}, ${height}×${width}×${C}: ${rows}${C === 3 ? '' : `, ${SIGNS}`}.`,
      tiles,
      columns,
    );
    yield { name: 'filters.svg', content: gridSvg(tiles, { columns }), caption: '' };
  }
  for (const [path, y] of Object.entries(activations(net, image, params))) {
    if (y.shape.length > 4) continue; // of three spatial axes there is no picture
    const own = y.shape.length > 2;
    const tiles = signedActivationTiles(y);
    const { layer } = innerLayer('netPages', net, image.shape, path);
    const what = own ? 'a tile for each channel' : 'a cell for each unit';
    const caption = `${path || net.name} (${layer.name}), [${y.shape.slice(1).join(', ')}]: ${what}, ${SIGNS}.`;
    const [height, width] = tiles[0].shape;
    yield await picture(`activations/${path || net.name}`, caption, tiles, square(tiles.length, height, width));
  }
  if (isImage) yield* patchPictures(shown);
}

async function* patchPictures(shown: Shown): AsyncGenerator<Picture> {
  const { net, params, images, shade } = shown;
  const rows = convolutions(shown).flatMap(({ path, weight }) =>
    Array.from({ length: Math.min(shown.units, weight.shape[3]) }, (_, unit) => ({ path, unit })),
  );
  const tops = topPatchesOf(net, images, params, rows, TOP);
  for (const { path } of convolutions(shown)) {
    const found = tops.flatMap((each, i) => (rows[i].path === path ? each : []));
    if (found.length === 0) continue;
    const columns = (height: number, width: number): number =>
      images.shape[0] > 1 ? Math.min(TOP, images.shape[0]) : square(found.length, height, width);
    const sizes = [0, 1].map((axis) => Math.max(...found.map(({ field }) => field[axis].size)));
    const patches = found.map(({ patch }) => onGrey(patch, sizes, shade));
    const fields = found.map(({ image, field }) => drawField(asPicture(images, image, shade), field));
    const each = images.shape[0] > 1 ? 'a row for each unit, the greatest answer first' : 'a tile for each unit';
    yield await picture(
      `patches/${path}`,
      `What units of ${path} saw where they answered most: ${each}.`,
      patches,
      columns(sizes[0], sizes[1]),
    );
    const [, height, width] = images.shape;
    yield await picture(`fields/${path}`, `The same, framed on the images.`, fields, columns(height, width));
  }
}

/** The convolutions of a net and their weights `[height, width, channels, filters]`. */
export function convolutions({ net, params, image }: Shown): { path: string; weight: Tensor }[] {
  const flat = flatParams(params);
  return operatorPaths(net)
    .filter((path) => innerLayer('netPages', net, image.shape, path).layer.roles?.pictured)
    .map((path) => ({ path, weight: flat[nameIn(path, 'weight')] }));
}

/** In how many columns so many parts of a size make about a square. */
const square = (count: number, height: number, width: number): number =>
  Math.min(count, Math.ceil(Math.sqrt((count * height) / width)));

async function picture(name: string, caption: string, tiles: readonly Tensor[], columns: number): Promise<Picture> {
  const [height, width] = tiles[0].shape;
  const [down, across] = [Math.ceil(tiles.length / columns) * height, columns * width];
  const wanted = Math.max(Math.ceil(LEAST / across), Math.min(MOST, Math.floor(WIDE / across)));
  const scale = Math.max(1, Math.min(wanted, Math.floor(HIGH / down)));
  return { name: `${name}.png`, caption, content: await writePng(gridPicture(tiles, { columns, scale })) };
}

const isPicture = ({ shape }: Tensor): boolean => shape.length === 4 && (shape[3] === 1 || shape[3] === 3);

/** One image of a batch, without its batch axis. */
const asPicture = (
  { shape: [, height, width, C], data }: Tensor,
  image: number,
  shade: (value: number) => number,
): Tensor => ({
  shape: [height, width, C],
  data: data.slice(image * height * width * C, (image + 1) * height * width * C).map(shade),
});

/** A patch that the border has clipped, at the top left of a grey tile of full size. */
function onGrey(
  { shape: [height, width, C], data }: Tensor,
  [H, W]: readonly number[],
  shade: (value: number) => number,
): Tensor {
  const tile = allocate('netPages', [H, W, C], 'float32');
  tile.data.fill(0.5);
  for (let row = 0; row < height; row++)
    tile.data.set(data.subarray(row * width * C, (row + 1) * width * C).map(shade), row * W * C);
  return tile;
}
