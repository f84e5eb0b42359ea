// An encoder of PNG files of every kind: any colour type, depth and filter, with and without Adam7.

import { deflateSync } from 'node:zlib';
import { chunk, SIGNATURE } from '../../src/formats/png-chunks.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly colour: number;
  readonly depth: number;
  readonly interlaced: boolean;
  /** Whole numbers below 2^depth, [height, width, samples of the colour type]. */
  readonly samples: readonly number[];
  /** The filter of row i of the file is filters[i % filters.length]. */
  readonly filters: readonly number[];
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
  /** The number of bytes in an IDAT chunk. */
  readonly slice?: number;
}

export const samplesOf = (colour: number): number => [1, 0, 3, 1, 2, 0, 4][colour];

/** The pass of Adam7 to which a pixel belongs, as in the figure of the standard. */
const PASSES = ['16462646', '77777777', '56565656', '77777777', '36463646', '77777777', '56565656', '77777777'];

export function encode(picture: Picture): Uint8Array {
  const { width, height, colour, depth, interlaced, palette, transparency, slice = 1 << 20 } = picture;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  const packed = deflateSync(Uint8Array.from(rawRows(picture)));
  const chunks = [chunk('IHDR', header)];
  if (palette) chunks.push(chunk('PLTE', Uint8Array.from(palette)));
  if (transparency) chunks.push(chunk('tRNS', Uint8Array.from(transparency)));
  for (let at = 0; at < packed.length; at += slice) chunks.push(chunk('IDAT', packed.subarray(at, at + slice)));
  return new Uint8Array(Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', new Uint8Array(0))]));
}

function rawRows({ width, height, colour, depth, interlaced, samples, filters }: Picture): number[] {
  const raw: number[] = [];
  const each = samplesOf(colour);
  const distance = Math.max(1, (each * depth) / 8);
  let count = 0;
  for (const pass of interlaced ? ['1', '2', '3', '4', '5', '6', '7'] : ['all']) {
    let above: number[] = [];
    for (let y = 0; y < height; y++) {
      const bits: string[] = [];
      for (let x = 0; x < width; x++) {
        if (pass !== 'all' && PASSES[y % 8][x % 8] !== pass) continue;
        for (let s = 0; s < each; s++) bits.push(samples[(y * width + x) * each + s].toString(2).padStart(depth, '0'));
      }
      if (bits.length === 0) continue;
      const row = (bits.join('').match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
      const filter = filters[count++ % filters.length];
      raw.push(
        filter,
        ...row.map(
          (value, i) =>
            (value -
              guess(filter, row[i - distance] ?? 0, above[i] ?? 0, i < distance ? 0 : (above[i - distance] ?? 0))) &
            255,
        ),
      );
      above = row;
    }
  }
  return raw;
}

function guess(filter: number, a: number, b: number, c: number): number {
  if (filter < 4) return [0, a, b, Math.floor((a + b) / 2)][filter];
  const near = [a, b, c].map((each) => Math.abs(a + b - c - each));
  return [a, b, c][near.indexOf(Math.min(...near))];
}
