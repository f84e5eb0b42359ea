// What toeplitz show reads: a net with its parameters, and images of the size it wants.

import { readIdx } from '../formats/idx.ts';
import { readPng } from '../formats/png.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { loadWeights } from '../formats/weights.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { mapLayer } from '../layer/map-layer.ts';
import { trainedIn } from '../layer/parameter.ts';
import { flatParams, mapParams } from '../layer/params.ts';
import { alexnet, googlenet, lenet5, resnet, vgg } from '../nets/index.ts';
import { type NetFile, netIn } from '../nets/net-file.ts';
import { allocate, type Shape, type Tensor, tensor } from '../tensor.ts';
import { stackImages } from '../train/images.ts';
import { readInput } from './files.ts';
import { isFolder, readImageFolder } from './image-folder.ts';
import { UsageError } from './usage.ts';

interface Choice {
  make(options: { classes?: number }): Layer;
  /** `[batch, height, width, channels]` of the images it was made for. */
  readonly shape: Shape;
}

const large = (side: number, make: Choice['make']): Choice => ({ make, shape: [1, side, side, 3] });

const nets: Readonly<Record<string, Choice>> = {
  lenet5: { make: lenet5, shape: [1, 32, 32, 1] },
  alexnet: large(227, alexnet),
  vgg11: large(224, (options) => vgg(11, options)),
  vgg13: large(224, (options) => vgg(13, options)),
  vgg16: large(224, (options) => vgg(16, options)),
  vgg19: large(224, (options) => vgg(19, options)),
  googlenet: large(224, googlenet),
  resnet18: large(224, (options) => resnet(18, options)),
  resnet34: large(224, (options) => resnet(34, options)),
  resnet50: large(224, (options) => resnet(50, options)),
  resnet101: large(224, (options) => resnet(101, options)),
  resnet152: large(224, (options) => resnet(152, options)),
};

export const netNames = Object.keys(nets);

export interface LoadedNet {
  readonly net: Layer;
  readonly params: Params<Tensor>;
  readonly shape: Shape;
  /** What was loaded, as text. */
  readonly text: string;
}

/** The named net, or the one that the file says it is, with the file's parameters; running statistics in the file make its norms frozen. Spec cli-show. */
export function loadNet(named: string | undefined, classes: number | undefined, file: Uint8Array): LoadedNet {
  const read = readSafetensors(file);
  const whole = named === undefined && classes === undefined ? netIn(read) : undefined;
  if (whole) return wholeNet(whole);
  const { tensors, metadata } = read;
  const name = named ?? metadata.net ?? 'lenet5';
  if (!Object.hasOwn(nets, name))
    throw new UsageError(`show: --net must be one of ${netNames.join(', ')}, got '${name}'`);
  const { make, shape } = nets[name];
  const trained = make(classes === undefined ? {} : { classes });
  const given = mapLayer(trained, (_, layer) => layer.roles?.batchStatistics?.given ?? layer);
  const isTrained = trainedIn(given, shape);
  const net = Object.keys(tensors).some((each) => !isTrained(each)) ? given : trained;
  // All parameters are in the file, or it is refused: drawing those of a large net first would take a minute.
  const start = mapParams(net.params(shape), (axes) => tensor(axes));
  const { params, missing, misshapen, unread, text } = loadWeights(net, shape, file, { start });
  if (missing.length + misshapen.length + unread.length > 0)
    throw new UsageError(`show: MODEL is not one of ${name}: ${text}`);
  return { net, params, shape, text };
}

/** Of a net in one file, which takes images. */
function wholeNet({ layer, shape, params }: NetFile): LoadedNet {
  if (shape.length !== 4)
    throw new UsageError(`show: the net of MODEL must take images [batch, height, width, channels], got [${shape}]`);
  const count = Object.keys(flatParams(params)).length;
  return { net: layer, params, shape, text: `${count} of ${count} parameters loaded` };
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

/** Centred on zeros or cropped to height and width; grey is repeated for every channel. */
function fitted({ shape: [batch, height, width, depth], data }: Tensor, name: string, [, H, W, C]: Shape): Tensor {
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
