// The ImageData of browsers' canvases, and of libraries that decode images: bytes of red, green, blue and alpha.

import { SpecError, show, wrongType } from '../errors.ts';
import { reading } from '../reading.ts';
import { allocate, checkTensor, type Tensor } from '../tensor.ts';

/** What an ImageData has, and whatever else has it. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

const CLAUSE = 'format-image-data';

/**
 * Reads ImageData, bytes of 4 channels, as float32 `[height, width, 4]` from 0 to 1, byte / 255 as readPng does; `channels: 3` leaves
 * alpha out. Spec format-image-data.
 *
 * @throws {SpecError} format-image-data for data of another length.
 * @example
 * fromImageData({ width: 1, height: 1, data: Uint8ClampedArray.of(255, 0, 51, 255) }, 3) // { shape: [1, 1, 3], data: [1, 0, 0.2] }
 */
export function fromImageData(image: Pixels, channels: 3 | 4 = 4): Tensor {
  const who = 'fromImageData';
  if (channels !== 3 && channels !== 4)
    throw new SpecError(CLAUSE, `${who}: channels must be 3 or 4, got ${show(channels)}`);
  if (typeof image !== 'object' || image === null)
    throw wrongType(CLAUSE, `${who}: image must be ImageData {width, height, data}, got ${show(image)}`);
  const { width, height, data } = reading(CLAUSE, who, 'image', () => {
    const { width, height, data } = image;
    return { width, height, data };
  });
  if (!ArrayBuffer.isView(data))
    throw wrongType(CLAUSE, `${who}: image must be ImageData {width, height, data}, got ${show(image)}`);
  if (!Number.isSafeInteger(width) || !Number.isSafeInteger(height) || width < 1 || height < 1)
    throw new SpecError(CLAUSE, `${who}: width and height must be whole numbers ≥ 1, got ${show([width, height])}`);
  if (!(data instanceof Uint8ClampedArray || data instanceof Uint8Array))
    throw wrongType(CLAUSE, `${who}: data must be bytes, got ${show(data)}`);
  if (data.length !== width * height * 4)
    throw new SpecError(
      CLAUSE,
      `${who}: ${width} by ${height} pixels of 4 channels are ${width * height * 4} bytes, got ${data.length}`,
    );
  const y = allocate(who, [height, width, channels], 'float32');
  for (let i = 0; i < y.data.length; i++) y.data[i] = data[Math.floor(i / channels) * 4 + (i % channels)] / 255;
  return y;
}

/**
 * Writes an image `[height, width, channels]` from 0 to 1 as ImageData: 1 channel is grey, 2 with alpha, 3 colours, 4 with
 * alpha; what lies outside is cut to 0 or 1, and NaN is 0. An ImageData where the host has them, else an object with the same
 * width, height and data. Spec format-image-data.
 *
 * @throws {SpecError} format-image-data for other axes.
 * @example
 * toImageData(tensor([1, 1, 1], [0.2])).data // [51, 51, 51, 255]
 */
export function toImageData(image: Tensor): { width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> } {
  const who = 'toImageData';
  checkTensor(who, 'image', image);
  const [height, width, channels] = image.shape;
  if (image.shape.length !== 3 || ![1, 2, 3, 4].includes(channels) || height < 1 || width < 1)
    throw new SpecError(
      CLAUSE,
      `${who}: an image must have the axes [height, width, 1 to 4 channels], got shape [${image.shape}]`,
    );
  const isGrey = channels < 3;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) data[i * 4 + c] = image.data[i * channels + (isGrey ? 0 : c)] * 255;
    data[i * 4 + 3] = channels % 2 === 0 ? image.data[(i + 1) * channels - 1] * 255 : 255;
  }
  const { ImageData } = globalThis as unknown as { ImageData?: new (...of: unknown[]) => never };
  return ImageData ? new ImageData(data, width, height) : { width, height, data };
}
