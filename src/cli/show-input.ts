// What toeplitz show reads: a net with its parameters, and images of the size it wants.

import { readIdx } from '../formats/idx.ts';
import { readPng } from '../formats/png.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { flatParams } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { type NamedNet, namedNets } from '../nets/named.ts';
import { isWhole, namedWeights } from '../nets/named-weights.ts';
import { type NetFile, netIn } from '../nets/net-file.ts';
import { allocate, type Shape, type Tensor } from '../tensor.ts';
import { greyImages, stackImages } from '../train/images.ts';
import { readInput } from './files.ts';
import { isFolder, readImageFolder } from './image-folder.ts';
import { UsageError } from './usage.ts';

const nets: Readonly<Record<string, NamedNet>> = namedNets;
const netNames = Object.keys(nets);

/** The names of the nets in lines behind so many spaces, the first of which may begin with `first`. */
export function netLines(indent: number, first = ''): string {
  const lines = [first];
  for (const [i, name] of netNames.entries()) {
    const word = i < netNames.length - 1 ? `${name},` : name;
    const last = lines.length - 1;
    if (lines[last].length + word.length + 1 > LINE - indent) lines.push(word);
    else lines[last] += lines[last] === '' ? word : ` ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** Columns of a help text. */
const LINE = 80;

export interface LoadedNet {
  readonly net: Layer;
  readonly params: Params<Tensor>;
  readonly shape: Shape;
  /** What was loaded, as text. */
  readonly text: string;
}

/** The named net, or the one that the file says it is, with the file's parameters; running statistics in the file make its norms frozen. Spec cli-show. */
export function loadNet(
  named: string | undefined,
  classes: number | undefined,
  file: Uint8Array,
  who = 'show',
): LoadedNet {
  const read = readSafetensors(file);
  const whole = named === undefined && classes === undefined ? netIn(read) : undefined;
  if (whole) return wholeNet(whole);
  const name = named ?? read.metadata.net ?? 'lenet5';
  if (!Object.hasOwn(nets, name))
    throw new UsageError(`${who}: --net must be one of ${netNames.join(', ')}, got '${name}'`);
  const { net, shape, loaded } = namedWeights(nets[name], read, file, classes);
  if (!isWhole(loaded)) throw new UsageError(`${who}: MODEL is not one of ${name}: ${loaded.text}`);
  return { net, params: loaded.params, shape, text: loaded.text };
}

/** Of a net in one file, which takes images. */
function wholeNet({ layer, shape, params }: NetFile): LoadedNet {
  checkTakesImages(shape);
  const count = Object.keys(flatParams(params)).length;
  return { net: layer, params, shape, text: `${count} of ${count} parameters loaded` };
}

export function checkTakesImages(shape: Shape): void {
  if (shape.length !== 4)
    throw new UsageError(`show: the net of MODEL must take images [batch, height, width, channels], got [${shape}]`);
}

/** The images of a PNG or IDX file, or of a folder of PNG files, from 0 to 1, with the shape of `like` after the batch. Spec cli-show. */
export async function readImages(name: string, like: Shape): Promise<Tensor> {
  if (await isFolder(name)) {
    const { images } = await readImageFolder('show', name);
    return stackImages(images.map(({ path, image }) => withoutBatch(fitted(withoutAlpha(image), path, like))));
  }
  const file = await readInput(name);
  const isPng = file[0] === 0x89 && file[1] === 0x50;
  return fitted(isPng ? withoutAlpha(await readPng(file)) : await fromIdx(file, name), name, like);
}

const withoutBatch = ({ shape, data }: Tensor): Tensor => ({ shape: shape.slice(1), data });

/** A batch of one image, grey or in colours. */
function withoutAlpha({ shape, data }: Tensor): Tensor {
  const [height, width, depth] = shape;
  const C = depth < 3 ? 1 : 3;
  const image = allocate('show', [1, height, width, C], 'float32');
  for (let i = 0; i < image.data.length; i++) image.data[i] = data[Math.floor(i / C) * depth + (i % C)];
  return image;
}

async function fromIdx(file: Uint8Array, name: string): Promise<Tensor> {
  const { shape, data } = await readIdx(file);
  if (shape.length !== 3 || !(data instanceof Uint8Array) || data.length === 0)
    throw new UsageError(
      `show: an IDX file must hold images of bytes, [images, rows, columns], got [${shape}] in '${name}'`,
    );
  return { shape: [...shape, 1], data: Float32Array.from(data, (value) => value / 255) };
}

/** Centred on zeros or cropped to height and width; colours become grey for a net of grey images, and grey is repeated for every channel. */
function fitted(image: Tensor, name: string, [, H, W, C]: Shape): Tensor {
  const { shape, data } = C === 1 ? greyImages(image) : image;
  const [batch, height, width, depth] = shape;
  if (depth !== C && depth !== 1)
    throw new UsageError(`show: the net takes images of ${C} channels, got ${depth} in '${name}'`);
  const [top, left] = [Math.floor((H - height) / 2), Math.floor((W - width) / 2)];
  const y = allocate('show', [batch, H, W, C], 'float32');
  for (let i = 0; i < y.data.length; i++) {
    const [n, c] = [Math.floor(i / (H * W * C)), depth === 1 ? 0 : i % C];
    const [row, column] = [(Math.floor(i / (W * C)) % H) - top, (Math.floor(i / C) % W) - left];
    const inside = row >= 0 && row < height && column >= 0 && column < width;
    if (inside) y.data[i] = data[((n * height + row) * width + column) * depth + c];
  }
  return y;
}
