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
import { filterTiles } from '../inspect/tiles.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { flatParams, nameIn } from '../layer/params.ts';
import { plain } from '../plain-text.ts';
import { allocate, type Tensor } from '../tensor.ts';
import { type Caption, indexPage } from './show-index.ts';
import { signedActivations, signedFilters } from './show-signed.ts';

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
  /** The names of the outputs, by their number. */
  readonly classes: readonly string[];
}

/** A file to write, under a name relative to the folder. */
export interface Page {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** What the index page says of a picture. */
  readonly caption?: Caption;
}

/** Top patches shown of each unit. */
const TOP = 9;
/** The approximate width of a picture in pixels: small tiles are enlarged until they fill it. None is narrower than the least. */
const [WIDE, LEAST] = [800, 512];
/** Pixels on each side of a cell, at most, where that is wide enough. */
const MOST = 16;

/** All pages, one by one. Spec cli-show. */
export async function* pages(shown: Shown): AsyncGenerator<Page> {
  const { net, params, image } = shown;
  const captioned: Page[] = [];
  const kept = (page: Page): Page => {
    captioned.push(page);
    return page;
  };
  const text = summaryText(shown);
  yield { name: 'summary.txt', content: text };
  yield kept(await picture('input', [asPicture(image, 0)], 1, { text: 'The image.' }));
  const [first] = convolutions(shown);
  if (first) {
    const [height, width, C, O] = first.weight.shape;
    const tiles = C === 3 ? filterTiles(first.weight) : signedFilters(first.weight);
    const columns = C === 1 || C === 3 ? Math.ceil(Math.sqrt(tiles.length)) : C;
    const how = C === 3 ? 'each in the colours of its weights' : SIGNS;
    const words = `${first.path}: ${O} filters of ${height}×${width}×${C}, ${how}.`;
    yield kept(await picture('filters', tiles, columns, { text: words }));
    yield { name: 'filters.svg', content: gridSvg(tiles, { columns }) };
  }
  for (const [path, y] of Object.entries(activations(net, image, params))) {
    const tiles = signedActivations(y);
    const words = `${path}: ${y.shape.slice(1).join('×')}, ${SIGNS}.`;
    yield kept(await picture(`activations/${path}`, tiles, Math.ceil(Math.sqrt(tiles.length)), { text: words }));
  }
  for await (const page of patchPages(shown)) yield kept(page);
  yield { name: 'index.html', content: indexPage(text, answersOf(shown), captioned) };
}

const SIGNS = 'orange above 0, blue below, white at 0';

/** The greatest outputs, with the names of their classes. */
const answersOf = ({ net, params, image, classes }: Shown): readonly (readonly [name: string, value: number])[] => {
  const y = Array.from(net.forward(image, params).data);
  const best = [...y.keys()].sort((a, b) => y[b] - y[a]).slice(0, 5);
  return best.map((o) => [classes[o] ?? String(o), y[o]]);
};

async function* patchPages(shown: Shown): AsyncGenerator<Page> {
  const { net, params, images } = shown;
  const rows = convolutions(shown).flatMap(({ path, weight }) =>
    Array.from({ length: Math.min(shown.units, weight.shape[3]) }, (_, unit) => ({ path, unit })),
  );
  const tops = topPatchesOf(net, images, params, rows, TOP);
  for (const { path } of convolutions(shown)) {
    const own = tops.map((each, i) => ({ each, ...rows[i] })).filter((row) => row.path === path);
    const found = own.flatMap(({ each }) => each);
    const units = own.flatMap(({ each, unit }) => each.map(() => unit));
    const columns = images.shape[0] > 1 ? Math.min(TOP, images.shape[0]) : Math.ceil(Math.sqrt(found.length));
    const sizes = [0, 1].map((axis) => Math.max(...found.map(({ field }) => field[axis].size)));
    const patches = found.map(({ patch }) => onGrey(patch, sizes));
    const fields = found.map(({ image, field }) => drawField(asPicture(images, image), field));
    const answers = found.map(({ image, value, field: [rows, cells] }, i): readonly string[] => [
      String(units[i]),
      String(image),
      value.toPrecision(4),
      `${rows.start} to ${rows.start + rows.size - 1}`,
      `${cells.start} to ${cells.start + cells.size - 1}`,
    ]);
    const table = { head: ['Unit', 'Image', 'Answer', 'Rows', 'Columns'], rows: answers };
    const order = `each of the ${new Set(units).size} units, the strongest answer first`;
    yield await picture(`patches/${path}`, patches, columns, {
      text: `${path}: what lay in the field of ${order}.`,
      table,
    });
    yield await picture(`fields/${path}`, fields, columns, {
      text: `${path}: the same fields framed on their images.`,
    });
  }
}

function summaryText(shown: Shown): string {
  const { net, params, loaded, image, images } = shown;
  const hidden = operatorPaths(net).filter((path) => innerLayer('show', net, image.shape, path).layer.roles?.activates);
  const outputs = images.shape[0] > 1 ? activations(net, images, params, hidden) : {};
  return [
    summary(net, image.shape),
    loaded,
    `greatest outputs: ${answersOf(shown)
      .map(([name, value]) => `${plain(name)} (${value.toPrecision(4)})`)
      .join(', ')}`,
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

async function picture(name: string, tiles: readonly Tensor[], columns: number, caption: Caption): Promise<Page> {
  const cells = columns * tiles[0].shape[1];
  const scale = Math.max(Math.ceil(LEAST / cells), Math.min(MOST, Math.floor(WIDE / cells)));
  return { name: `${name}.png`, content: await writePng(gridPicture(tiles, { columns, scale })), caption };
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
