// The pixels of a PNG: passes over the image, filtered rows, packed samples. Spec format-png.
//
//   c b      a, b, c are the bytes of the pixel to the left, above, and above left, 0 beyond the edge;
//   a x      a filter adds a prediction from them to x: none, a, b, floor((a + b) / 2), or Paeth's

import { SpecError } from '../errors.ts';

const CLAUSE = 'format-png';

/** How the samples of an image lie in its rows. */
export interface PixelFormat {
  readonly width: number;
  readonly height: number;
  /** Samples per pixel: 1 grey or index, 2 grey and alpha, 3 colours, 4 colours and alpha. */
  readonly samples: number;
  readonly depth: number;
  readonly interlaced: boolean;
}

/** A pass covers the pixels (x + i·dx, y + j·dy). */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly columns: number;
  readonly rows: number;
}

/** x, y, dx, dy of the seven passes of Adam7 (ISO/IEC 15948 section 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

function passesOf({ width, height, interlaced }: PixelFormat): Pass[] {
  const passes = (interlaced ? ADAM7 : [[0, 0, 1, 1]]).map(([x, y, dx, dy]) => ({
    x,
    y,
    dx,
    dy,
    columns: Math.ceil((width - x) / dx),
    rows: Math.ceil((height - y) / dy),
  }));
  return passes.filter(({ columns, rows }) => columns > 0 && rows > 0);
}

const bytesOf = (format: PixelFormat, columns: number): number =>
  Math.ceil((columns * format.samples * format.depth) / 8);

/** Bytes of all rows of all passes, each with its filter byte. */
export const rawSize = (format: PixelFormat): number =>
  passesOf(format).reduce((total, { columns, rows }) => total + rows * (1 + bytesOf(format, columns)), 0);

/** The samples of an image, [height, width, samples], as whole numbers from 0 to 2^depth − 1. Undoes the filters of `raw` in place. */
export function readSamples(format: PixelFormat, raw: Uint8Array): Uint8Array | Uint16Array {
  const { width, height, samples, depth } = format;
  const result = depth === 16 ? new Uint16Array(width * height * samples) : new Uint8Array(width * height * samples);
  let at = 0;
  for (const { x, y, dx, dy, columns, rows } of passesOf(format)) {
    const length = bytesOf(format, columns);
    let above: Uint8Array = new Uint8Array(length);
    for (let j = 0; j < rows; j++, at += 1 + length) {
      const row = raw.subarray(at + 1, at + 1 + length);
      unfilter(raw[at], row, above, Math.ceil((samples * depth) / 8));
      for (let i = 0; i < columns; i++) {
        const to = ((y + j * dy) * width + x + i * dx) * samples;
        for (let s = 0; s < samples; s++) result[to + s] = sampleAt(row, i * samples + s, depth);
      }
      above = row;
    }
  }
  return result;
}

function unfilter(filter: number, row: Uint8Array, above: Uint8Array, distance: number): void {
  if (filter > 4) throw new SpecError(CLAUSE, `readPng: the filter of a row must be 0 to 4, got ${filter}`);
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const a = i < distance ? 0 : row[i - distance];
    const b = above[i];
    const c = i < distance ? 0 : above[i - distance];
    row[i] += filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : paeth(a, b, c);
  }
}

/** The one of a, b and c that is nearest to a + b − c; of equally near ones the first. */
function paeth(a: number, b: number, c: number): number {
  const toA = Math.abs(b - c);
  const toB = Math.abs(a - c);
  const toC = Math.abs(a + b - 2 * c);
  return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
}

/** Samples below 8 bits are packed from the highest bit down; 16 bits have the higher byte first. */
function sampleAt(row: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return row[index];
  if (depth === 16) return row[2 * index] * 256 + row[2 * index + 1];
  const bit = index * depth;
  return (row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}
