// What toeplitz show writes: pictures of filters, activations and top patches, and a summary as text.

import { writePng } from '../formats/png.ts';
import { activations } from '../inspect/activations.ts';
import { drawField } from '../inspect/draw-field.ts';
import { filterHealth } from '../inspect/filter-health.ts';
import { gridPicture, gridSvg } from '../inspect/grid.ts';
import { unitHealth } from '../inspect/health.ts';
import { innerLayer, operatorPaths } from '../inspect/inner-layer.ts';
import { topPatchesOf } from '../inspect/patches.ts';
import { summary } from '../inspect/summary.ts';
import { activationTiles, filterTiles } from '../inspect/tiles.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { flatParams, nameIn } from '../layer/params.ts';
import { allocate, type Tensor } from '../tensor.ts';

export interface Shown {
  readonly net: Layer;
  readonly params: Params<Tensor>;
  /** What was loaded, as text. */
  readonly loaded: string;
  /** The one image whose activations are shown. */
  readonly image: Tensor;
  /** The images in which patches and health are determined. */
  readonly images: Tensor;
  readonly units: number;
}

/** A file to write, under a name relative to the folder. */
export interface Page {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/** Top patches shown of each unit. */
const TOP = 9;
/** The approximate width of a picture in pixels: small tiles are enlarged until they fill it. */
const WIDE = 800;
/** Pixels on each side of a cell, at most. */
const MOST = 16;

/** All pages, one by one. Spec cli-show. */
export async function* pages(shown: Shown): AsyncGenerator<Page> {
  const { net, params, image } = shown;
  yield { name: 'summary.txt', content: summaryText(shown) };
  yield await picture('input', [asPicture(image, 0)], 1);
  const [first] = convolutions(shown);
  if (first) {
    const tiles = filterTiles(first.weight);
    const C = first.weight.shape[2];
    const columns = C === 1 || C === 3 ? Math.ceil(Math.sqrt(tiles.length)) : C;
    yield await picture('filters', tiles, columns);
    yield { name: 'filters.svg', content: gridSvg(tiles, { columns }) };
  }
  for (const [path, y] of Object.entries(activations(net, image, params))) {
    const tiles = activationTiles(y, { range: y.shape.length > 2 ? 'own' : 'common' });
    yield await picture(`activations/${path}`, tiles, Math.ceil(Math.sqrt(tiles.length)));
  }
  yield* patchPages(shown);
}

async function* patchPages(shown: Shown): AsyncGenerator<Page> {
  const { net, params, images } = shown;
  const rows = convolutions(shown).flatMap(({ path, weight }) =>
    Array.from({ length: Math.min(shown.units, weight.shape[3]) }, (_, unit) => ({ path, unit })),
  );
  const tops = topPatchesOf(net, images, params, rows, TOP);
  for (const { path } of convolutions(shown)) {
    const found = tops.flatMap((each, i) => (rows[i].path === path ? each : []));
    const columns = images.shape[0] > 1 ? Math.min(TOP, images.shape[0]) : Math.ceil(Math.sqrt(found.length));
    const sizes = [0, 1].map((axis) => Math.max(...found.map(({ field }) => field[axis].size)));
    const patches = found.map(({ patch }) => onGrey(patch, sizes));
    const fields = found.map(({ image, field }) => drawField(asPicture(images, image), field));
    yield await picture(`patches/${path}`, patches, columns);
    yield await picture(`fields/${path}`, fields, columns);
  }
}

function summaryText(shown: Shown): string {
  const { net, params, loaded, image, images } = shown;
  const logits = Array.from(net.forward(image, params).data);
  const best = [...logits.keys()].sort((a, b) => logits[b] - logits[a]).slice(0, 5);
  const hidden = operatorPaths(net).filter((path) => innerLayer('show', net, image.shape, path).layer.roles?.activates);
  const outputs = images.shape[0] > 1 ? activations(net, images, params, hidden) : {};
  return [
    summary(net, image.shape),
    loaded,
    `greatest outputs: ${best.map((o) => `${o} (${logits[o].toPrecision(4)})`).join(', ')}`,
    ...convolutions(shown).map(({ path, weight }) => `${path}: ${filterHealth(weight).text}`),
    ...Object.entries(outputs).map(([path, y]) => `${path}: ${unitHealth(y).text}`),
    ...(images.shape[0] > 1 ? [] : ['The health of hidden units takes more than one image: an IDX file.']),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The convolutions of a net and their weights `[height, width, channels, filters]`. */
function convolutions({ net, params, image }: Shown): { path: string; weight: Tensor }[] {
  const flat = flatParams(params);
  return operatorPaths(net)
    .filter((path) => innerLayer('show', net, image.shape, path).layer.roles?.pictured)
    .map((path) => ({ path, weight: flat[nameIn(path, 'weight')] }));
}

async function picture(name: string, tiles: readonly Tensor[], columns: number): Promise<Page> {
  const scale = Math.min(MOST, Math.max(1, Math.floor(WIDE / (columns * tiles[0].shape[1]))));
  return { name: `${name}.png`, content: await writePng(gridPicture(tiles, { columns, scale })) };
}

/** One image of a batch, without its batch axis. */
const asPicture = ({ shape: [, height, width, C], data }: Tensor, image: number): Tensor => ({
  shape: [height, width, C],
  data: data.slice(image * height * width * C, (image + 1) * height * width * C),
});

/** A patch that the border has clipped, at the top left of a grey tile of full size. */
function onGrey({ shape: [height, width, C], data }: Tensor, [H, W]: readonly number[]): Tensor {
  const tile = allocate('show', [H, W, C], 'float32');
  tile.data.fill(0.5);
  for (let row = 0; row < height; row++)
    tile.data.set(data.subarray(row * width * C, (row + 1) * width * C), row * W * C);
  return tile;
}
