// What can be shown of any net, as files: pictures of filters, activations and top patches, a summary as text, and a page of HTML
// that shows all of it with captions.

import { known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkParams } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { isList, listOf } from '../reading.ts';
import { checkTensor, type Tensor } from '../tensor.ts';
import { activations } from './activations.ts';
import { filterHealth } from './filter-health.ts';
import { unitHealth } from './health.ts';
import { type Figure, indexPage } from './index-page.ts';
import { innerLayer, operatorPaths } from './inner-layer.ts';
import { convolutions, type Page, pictures, type Shown } from './net-pictures.ts';
import { summary } from './summary.ts';

export type { Page };

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
