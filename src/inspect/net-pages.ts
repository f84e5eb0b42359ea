// What can be shown of any net, as files: pictures of filters, activations and top patches, a summary as text, and a page of HTML
// that shows all of it with captions.

import { known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { writePng } from '../formats/png.ts';
import { checkLayer, type Layer, type Params } from '../layer/layer.ts';
import { checkParams, flatParams, nameIn } from '../layer/params.ts';
import { isList, listOf } from '../reading.ts';
import { allocate, checkTensor, type Tensor } from '../tensor.ts';
import { activations } from './activations.ts';
import { drawField } from './draw-field.ts';
import { filterHealth } from './filter-health.ts';
import { gridPicture, gridSvg } from './grid.ts';
import { unitHealth } from './health.ts';
import { type Figure, indexPage } from './index-page.ts';
import { innerLayer, operatorPaths } from './inner-layer.ts';
import { topPatchesOf } from './patches.ts';
import { summary } from './summary.ts';
import { activationTiles, filterTiles } from './tiles.ts';

export interface NetPagesOptions {
  /** Which of the images is shown in activations; default 0. */
  readonly index?: number;
  /** Units of each convolution whose top patches are shown; default 8. */
  readonly units?: number;
  /** Names of the output units. */
  readonly classes?: readonly string[];
  /** The heading; default: the name of the net. */
  readonly title?: string;
  /** A line for the summary. */
  readonly note?: string;
}

/** A file to write, under a name relative to the folder. */
export interface Page {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/**
 * What can be shown of a net, as files: `index.html`, which shows all of them with captions, `summary.txt`, and as far as there are
 * images and convolutions `input.png`, `filters.png` and `.svg`, `activations/PATH.png`, `patches/PATH.png` and
 * `fields/PATH.png`. Spec inspect-pages.
 *
 * @param images `[batch, height, width, channels]`, or any input of the net. From 0 to 1 they are shown as they are, otherwise from
 * their least value to their greatest.
 * @throws {SpecError} inspect-pages for options that make no sense, and the clauses of the layers.
 * @example
 * const net = chain({ conv: conv2d({ filters: 2, size: 3 }), relu: relu() });
 * const x = tensor([1, 8, 8, 1]);
 * const files = await netPages(net, x, initialize(net, x.shape), { classes: ['cat', 'dog'] });
 * files.map(({ name }) => name).slice(0, 3) // ['summary.txt', 'input.png', 'filters.png']
 */
export async function netPages(
  net: Layer,
  images: Tensor,
  params: Params<Tensor>,
  options: NetPagesOptions = {},
): Promise<readonly Page[]> {
  const shown = readShown(net, images, params, options);
  const files: Page[] = [];
  for await (const page of pages(shown)) files.push(page);
  return files;
}

interface Shown {
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

/** Spec inspect-pages. */
export function readShown(net: Layer, images: Tensor, params: Params<Tensor>, options: NetPagesOptions): Shown {
  const [who, clause] = ['netPages', 'inspect-pages'];
  checkLayer(who, net, 'net');
  checkTensor(who, 'images', images);
  checkParams(who, params);
  options = known(who, options, ['index', 'units', 'classes', 'title', 'note'], 'options');
  const { index = 0, units = 8, classes = [], title = net.name, note = '' } = options;
  wholeNumber(clause, who, 'index', index, 0);
  wholeNumber(clause, who, 'units', units, 1);
  for (const [what, text] of Object.entries({ title, note }))
    if (typeof text !== 'string') throw wrongType(clause, `${who}: ${what} must be a string, got ${show(text)}`);
  if (!isList(classes) || !listOf(clause, who, 'classes', classes).every((name) => typeof name === 'string'))
    throw wrongType(clause, `${who}: classes must be an array of strings, got ${show(classes)}`);
  const y = net.shape(images.shape);
  if (index >= images.shape[0])
    throw new SpecError(clause, `${who}: index must be below the ${images.shape[0]} images, got ${index}`);
  const outputs = y[y.length - 1];
  if (classes.length > 0 && classes.length !== outputs)
    throw new SpecError(clause, `${who}: there must be a name for each of ${outputs} outputs, got ${classes.length}`);
  return { net, params, image: imageOf(images, index), images, shade: shadeOf(images), units, classes, title, note };
}

function shadeOf({ data }: Tensor): (value: number) => number {
  let [least, greatest] = [0, 1];
  for (const value of data) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
  if (!Number.isFinite(greatest - least))
    throw new SpecError('inspect-pages', `netPages: images must hold finite numbers, got ${least} to ${greatest}`);
  return (value) => (value - least) / (greatest - least);
}

function imageOf({ shape: [batch, ...rest], data }: Tensor, index: number): Tensor {
  const size = data.length / batch;
  return { shape: [1, ...rest], data: data.slice(index * size, (index + 1) * size) };
}

/** Top patches shown of each unit. */
const TOP = 9;
/** The approximate width of a picture in pixels: small tiles are enlarged until they fill it. */
const WIDE = 800;
/** Pixels on each side of a cell, at most. */
const MOST = 16;

/** All pages, one by one; the index is the last. */
export async function* pages(shown: Shown): AsyncGenerator<Page> {
  const figures: Figure[] = [];
  const text = summaryText(shown);
  yield { name: 'summary.txt', content: text };
  for await (const { name, content, caption } of pictures(shown)) {
    if (name.endsWith('.png')) figures.push({ name, caption });
    yield { name, content };
  }
  yield { name: 'index.html', content: indexPage(shown.title, text, figures) };
}

interface Picture extends Page {
  readonly caption: string;
}

async function* pictures(shown: Shown): AsyncGenerator<Picture> {
  const { net, params, image } = shown;
  const isImage = isPicture(image);
  if (isImage) yield await picture('input', 'The image.', [asPicture(image, 0, shown.shade)], 1);
  const [first] = convolutions(shown);
  if (first) {
    const tiles = filterTiles(first.weight);
    const [height, width, C, O] = first.weight.shape;
    const columns = C === 1 || C === 3 ? Math.ceil(Math.sqrt(tiles.length)) : C;
    const rows = C === 1 || C === 3 ? 'one filter a tile' : 'a row for each filter, a tile for each channel';
    yield await picture(
      'filters',
      `The ${O} filters of ${first.path}, ${height}×${width}×${C}: ${rows}.`,
      tiles,
      columns,
    );
    yield { name: 'filters.svg', content: gridSvg(tiles, { columns }), caption: '' };
  }
  for (const [path, y] of Object.entries(activations(net, image, params))) {
    if (y.shape.length > 4) continue; // of three spatial axes there is no picture
    const own = y.shape.length > 2;
    const tiles = activationTiles(y, { range: own ? 'own' : 'common' });
    const { layer } = innerLayer('netPages', net, image.shape, path);
    const what = own ? 'a tile for each channel, from its least to its greatest value' : 'a cell for each unit';
    const caption = `${path || net.name} (${layer.name}), [${y.shape.slice(1).join(', ')}]: ${what}.`;
    yield await picture(`activations/${path || net.name}`, caption, tiles, Math.ceil(Math.sqrt(tiles.length)));
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
    const columns = images.shape[0] > 1 ? Math.min(TOP, images.shape[0]) : Math.ceil(Math.sqrt(found.length));
    const sizes = [0, 1].map((axis) => Math.max(...found.map(({ field }) => field[axis].size)));
    const patches = found.map(({ patch }) => onGrey(patch, sizes, shade));
    const fields = found.map(({ image, field }) => drawField(asPicture(images, image, shade), field));
    const each = images.shape[0] > 1 ? 'a row for each unit, the greatest answer first' : 'a tile for each unit';
    yield await picture(
      `patches/${path}`,
      `What units of ${path} saw where they answered most: ${each}.`,
      patches,
      columns,
    );
    yield await picture(`fields/${path}`, `The same, framed on the images.`, fields, columns);
  }
}

function summaryText(shown: Shown): string {
  const { net, params, note, image, images, classes } = shown;
  const logits = Array.from(net.forward(image, params).data);
  const best = [...logits.keys()].sort((a, b) => logits[b] - logits[a]).slice(0, 5);
  const named = (o: number): string => (classes.length === logits.length ? classes[o] : String(o));
  const hidden = operatorPaths(net).filter(
    (path) => innerLayer('netPages', net, image.shape, path).layer.roles?.activates,
  );
  const outputs = images.shape[0] > 1 ? activations(net, images, params, hidden) : {};
  return [
    summary(net, image.shape),
    ...(note === '' ? [] : [note]),
    `greatest outputs: ${best.map((o) => `${named(o)} (${logits[o].toPrecision(4)})`).join(', ')}`,
    ...convolutions(shown).map(({ path, weight }) => `${path}: ${filterHealth(weight).text}`),
    ...Object.entries(outputs).map(([path, y]) => `${path}: ${unitHealth(y).text}`),
    ...(images.shape[0] > 1 ? [] : ['The health of hidden units takes more than one image: an IDX file or a folder.']),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The convolutions of a net and their weights `[height, width, channels, filters]`. */
function convolutions({ net, params, image }: Shown): { path: string; weight: Tensor }[] {
  const flat = flatParams(params);
  return operatorPaths(net)
    .filter((path) => innerLayer('netPages', net, image.shape, path).layer.roles?.pictured)
    .map((path) => ({ path, weight: flat[nameIn(path, 'weight')] }));
}

async function picture(name: string, caption: string, tiles: readonly Tensor[], columns: number): Promise<Picture> {
  const scale = Math.min(MOST, Math.max(1, Math.floor(WIDE / (columns * tiles[0].shape[1]))));
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
