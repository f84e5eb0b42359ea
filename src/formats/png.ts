// PNG images as tensors [height, width, channels] of values from 0 to 1. Spec format-png.
//
//   value = sample / (2^depth − 1)        byte = floor(value · 255 + 1/2)

import { SpecError } from '../errors.ts';
import { allocate, checkTensor, type Tensor } from '../tensor.ts';
import { asBytes, type Bytes, join, reserve, viewOf } from './bytes.ts';
import { deflate, inflate } from './inflate.ts';
import { type Chunks, chunk, PALETTE, readChunks, SIGNATURE } from './png-chunks.ts';
import { type PixelFormat, rawSize, readSamples } from './png-rows.ts';

const CLAUSE = 'format-png';

/**
 * The most values of an image, 1 GiB of float32: a picture of one colour is compressed by more than a factor of a
 * thousand.
 */
const MAX_VALUES = 0x10000000;

/** PNG numbers have four bytes but no sign bit (ISO/IEC 15948 section 7.1). */
const MAX_AXIS = 0x7fffffff;

/** Samples per pixel of the colour types, and the depths each may have (ISO/IEC 15948 table 11.1). */
const COLOURS: ReadonlyMap<number, { readonly samples: number; readonly depths: readonly number[] }> = new Map([
  [0, { samples: 1, depths: [1, 2, 4, 8, 16] }],
  [2, { samples: 3, depths: [8, 16] }],
  [3, { samples: 1, depths: [1, 2, 4, 8] }],
  [4, { samples: 2, depths: [8, 16] }],
  [6, { samples: 4, depths: [8, 16] }],
]);

/**
 * Reads a PNG image as float32 [height, width, channels] from 0 to 1: 1 channel for grey, 2 with alpha, 3 for colours,
 * 4 with alpha. A palette is looked up, a transparent colour becomes alpha; gamma and colour profiles are not applied.
 *
 * @throws {SpecError} format-png for a file that is not PNG, is cut off or damaged, or unfolds to more than 2²⁸
 * values; format-inflate for broken compressed data (the promise rejects with it).
 * @example
 * (await readPng(await writePng(tensor([1, 2, 1], [0, 1])))).data // [0, 1]
 */
export async function readPng(bytes: Bytes): Promise<Tensor> {
  const chunks = readChunks(asBytes(CLAUSE, 'readPng', bytes));
  const colour = chunks.header[9];
  const format = readHeader(chunks.header);
  const palette = paletteOf(colour, chunks);
  const { width, height, samples } = format;
  const transparency = transparencyOf(colour, samples, palette, chunks);
  const channels = (palette ? 3 : samples) + (transparency === undefined ? 0 : 1);
  if (width * height * channels > MAX_VALUES)
    refuse(`an image of ${width} by ${height} pixels and ${channels} channels holds more than ${MAX_VALUES} values`);
  const raw = inflate('readPng', join(CLAUSE, 'readPng', chunks.data), rawSize(format));
  const pixels = readSamples(format, raw);
  const result = allocate('readPng', [height, width, channels], 'float32');
  if (palette) lookUp(pixels, palette, transparency, channels, result.data);
  else scale(pixels, format, transparency, result.data);
  return result;
}

function readHeader(header: Uint8Array): PixelFormat {
  if (header.length !== 13) refuse(`IHDR must have 13 bytes, got ${header.length}`);
  const view = viewOf(header);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, compression, filter, interlace] = header.subarray(8);
  if (width === 0 || height === 0 || width > MAX_AXIS || height > MAX_AXIS)
    refuse(`width and height must be from 1 to ${MAX_AXIS}, got ${width} by ${height}`);
  const kind = COLOURS.get(colour);
  if (kind?.depths.includes(depth) !== true)
    return refuse(
      `colour type 0 has a depth of 1, 2, 4, 8 or 16, type 3 of 1, 2, 4 or 8, types 2, 4 and 6 of 8 or 16, got type ${colour} with depth ${depth}`,
    );
  if (compression !== 0 || filter !== 0 || interlace > 1)
    refuse(
      `compression and filter method must be 0 and interlace 0 or 1, got ${compression}, ${filter} and ${interlace}`,
    );
  return { width, height, samples: kind.samples, depth, interlaced: interlace === 1 };
}

/** The colours that pixels are looked up in, if they are. */
function paletteOf(colour: number, { palette }: Chunks): Uint8Array | undefined {
  if (colour !== PALETTE) return undefined;
  if (palette === undefined) return refuse(`colour type ${PALETTE} must have a PLTE chunk`);
  if (palette.length % 3 !== 0 || palette.length === 0 || palette.length > 3 * 256)
    refuse(`PLTE must have three bytes for each of 1 to 256 colours, got ${palette.length} bytes`);
  return palette;
}

/** The content of tRNS, unless its length is wrong or the samples have alpha already. */
function transparencyOf(
  colour: number,
  samples: number,
  palette: Uint8Array | undefined,
  { transparency }: Chunks,
): Uint8Array | undefined {
  const length = transparency?.length ?? 0;
  const fits = palette ? 3 * length <= palette.length : (colour === 0 || colour === 2) && length === 2 * samples;
  return fits ? transparency : undefined;
}

/** Colours of a palette are bytes for every depth; alpha is 255 beyond the end of tRNS. */
function lookUp(
  pixels: ArrayLike<number>,
  palette: Uint8Array,
  transparency: Uint8Array | undefined,
  channels: number,
  y: Tensor['data'],
): void {
  for (let i = 0; i < pixels.length; i++) {
    const index = pixels[i];
    if (3 * index >= palette.length) refuse(`pixel ${i} has colour ${index} of a palette of ${palette.length / 3}`);
    for (let c = 0; c < 3; c++) y[i * channels + c] = palette[3 * index + c] / 255;
    if (channels === 4) y[i * channels + 3] = (transparency?.[index] ?? 255) / 255;
  }
}

/** Divides by the largest sample; the pixels of the colour in tRNS get alpha 0, all others 1. */
function scale(
  pixels: ArrayLike<number>,
  { samples, depth }: PixelFormat,
  transparency: Uint8Array | undefined,
  y: Tensor['data'],
): void {
  const most = (1 << depth) - 1;
  const clear =
    transparency === undefined
      ? undefined
      : Array.from({ length: samples }, (_, s) => viewOf(transparency).getUint16(2 * s) & most);
  const channels = samples + (clear === undefined ? 0 : 1);
  for (let i = 0; i * samples < pixels.length; i++) {
    for (let s = 0; s < samples; s++) y[i * channels + s] = pixels[i * samples + s] / most;
    if (clear !== undefined)
      y[i * channels + samples] = clear.every((value, s) => value === pixels[i * samples + s]) ? 0 : 1;
  }
}

/**
 * Writes a tensor [height, width, channels] of values from 0 to 1 as a PNG of 8 bits: 1 channel is grey, 2 grey and
 * alpha, 3 colours, 4 colours and alpha. The pixels are the same on every host, the compressed bytes need not be.
 *
 * @throws {SpecError} format-png for another shape or a value outside 0 to 1 (the promise rejects with it).
 * @example
 * (await readPng(await writePng(tensor([2, 3, 3])))).shape // [2, 3, 3]
 */
export async function writePng(image: Tensor): Promise<Uint8Array<ArrayBuffer>> {
  checkTensor('writePng', 'the image', image);
  const [height, width, channels] = image.shape;
  if (image.shape.length !== 3 || channels < 1 || channels > 4 || height < 1 || width < 1)
    refuse(
      `an image must have the shape [height, width, 1 to 4 channels], none of them 0, got [${image.shape}]`,
      'writePng',
    );
  const header = new Uint8Array(13);
  viewOf(header).setUint32(0, width);
  viewOf(header).setUint32(4, height);
  header.set([8, [0, 4, 2, 6][channels - 1]], 8);
  const data = await deflate(toRows(image, height, width * channels));
  return join(CLAUSE, 'writePng', [
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Each row begins with the filter byte 0: no filter. */
function toRows({ data }: Tensor, height: number, length: number): Uint8Array<ArrayBuffer> {
  const rows = reserve(CLAUSE, 'writePng', height * (1 + length));
  for (let i = 0; i < data.length; i++) {
    if (!(data[i] >= 0 && data[i] <= 1)) refuse(`values must be from 0 to 1, got ${data[i]} at index ${i}`, 'writePng');
    rows[Math.floor(i / length) * (1 + length) + 1 + (i % length)] = Math.floor(data[i] * 255 + 0.5);
  }
  return rows;
}

function refuse(message: string, who = 'readPng'): never {
  throw new SpecError(CLAUSE, `${who}: ${message}`);
}
