// toeplitz show: what a trained net has learnt and how it responds to an image, as pictures and text.

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Page, pages, readShown } from '../inspect/net-pages.ts';
import { allocate, type Tensor } from '../tensor.ts';
import { destination } from './destination.ts';
import { checkFolder, readInput } from './files.ts';
import { modelHelp, modelOptions, readModel } from './model-input.ts';
import { checkTakesImages, type LoadedNet, loadNet, readImages } from './show-input.ts';
import { EXIT, orRefused, UsageError } from './usage.ts';

export const help = `toeplitz show MODEL IMAGE --out DIR [options]

MODEL is a safetensors file of a net: what toeplitz train or writeNet writes, or
writeSafetensors of the parameters of a net of toeplitz/nets by their flat names;
or a file of ONNX (.onnx). IMAGE is a PNG, an IDX file of images (also .gz), or a
folder of PNG files or of folders of them, which are read by name. Pixels become
0 to 1, colours grey where the net takes grey images; an image of another size
than the net's is centred, with zeros around it or its border cut.

  --out DIR       where the pictures go; made if it is not there
${modelHelp}
  --index N       which image of an IDX file or a folder (0)
  --images N      top patches and unit health over the first N of them (200)
  --units N       units of each layer whose top patches are shown (8)
  --names FILE    names of the classes, one a line

Writes index.html, which shows the rest, summary.txt, input.png, filters.png and filters.svg (the first
convolution), and for every layer inside activations/PATH.png; for every
convolution patches/PATH.png (a row for each unit: what it saw where it answered
most) and fields/PATH.png (the same, framed on the images).

Exit code: 0, or 2 if the arguments or files make no sense.
`;

const options = {
  out: { type: 'string' },
  ...modelOptions,
  index: { type: 'string', default: '0' },
  images: { type: 'string', default: '200' },
  units: { type: 'string', default: '8' },
  names: { type: 'string' },
} as const;

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least)
    throw new UsageError(`show: --${name} must be a whole number from ${least} on, got '${text}'`);
  return value;
}

/** Runs the command; gives the exit code. Spec cli-show. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (positionals.length !== 2) throw new UsageError('show: name a MODEL and an IMAGE');
  if (values.out === undefined) throw new UsageError('show: --out DIR is missing');
  const [index, images, units] = [
    whole('index', values.index, 0),
    whole('images', values.images, 1),
    whole('units', values.units, 1),
  ];
  const classes = values.classes === undefined ? undefined : whole('classes', values.classes, 1);
  await checkFolder(values.out);
  const [model, source] = positionals;
  const isOnnx = /\.onnx$/i.test(model);
  if (!isOnnx && values.shape) throw new UsageError('show: --shape is for ONNX files');
  const { net, params, shape, text } = isOnnx
    ? await loadOnnx(model, values)
    : loadNet(values.net, classes, await readInput(model));
  const all = await readImages(source, shape);
  if (index >= all.shape[0])
    throw new UsageError(`show: --index must be below the ${all.shape[0]} images, got ${index}`);
  const names = values.names === undefined ? [] : linesOf(await readInput(values.names));
  if (values.names !== undefined && names.join('') === '')
    throw new UsageError(
      `show: --names must have the name of a class on each line, got an empty file '${values.names}'`,
    );
  const classesOf = names.length > 0 && { classes: names };
  const settings = { units, note: text, title: source, ...classesOf };
  const shown = { ...readShown(net, slice(all, 0, images), params, settings), image: slice(all, index, 1) };
  let written = 0;
  for await (const page of pages(shown)) {
    await write(values.out, page);
    written++;
  }
  process.stdout.write(`${written} files in ${values.out}\n`);
  return EXIT.clean;
}

/** A model of ONNX as a layer, channels last. */
async function loadOnnx(file: string, values: Parameters<typeof readModel>[2]): Promise<LoadedNet> {
  const { model, shapes } = await readModel('show', file, values);
  const { layer, params, shape } = model.layer({ shapes });
  checkTakesImages(shape);
  return { net: layer, params, shape, text: 'a model of ONNX, shown with its channels last' };
}

const linesOf = (file: Uint8Array): string[] => new TextDecoder().decode(file).trimEnd().split(/\r?\n/);

async function write(out: string, { name, content }: Page): Promise<void> {
  const file = join(out, name);
  await orRefused(`show: cannot write '${file}'`, () => mkdir(dirname(file), { recursive: true }));
  await (await destination(file)).write(content);
}

/** `count` images from `first` on, or as many as there are. */
function slice({ shape, data }: Tensor, first: number, count: number): Tensor {
  const size = data.length / shape[0];
  const part = allocate('show', [Math.min(count, shape[0] - first), ...shape.slice(1)], 'float32');
  part.data.set(data.subarray(first * size, first * size + part.data.length));
  return part;
}
