// Files at the edges of what their formats allow, made bit by bit.

import { deflateSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import type { SpecError } from '../../src/errors.ts';
import { readNpy, readNpz, readPng, readSafetensors, toImageData, writeNpy } from '../../src/formats/index.ts';
import { inflate } from '../../src/formats/inflate.ts';
import { inflateRaw } from '../../src/formats/inflate-raw.ts';
import { zip } from '../../src/formats/zip.ts';
import { tensor } from '../../src/tensor.ts';
import { errorOf } from './broken-files.ts';

/** Bits as deflate packs them: numbers from their lowest bit, codes from their first. */
class Bits {
  readonly #bits: number[] = [];
  number(value: number, count: number): this {
    for (let i = 0; i < count; i++) this.#bits.push((value >> i) & 1);
    return this;
  }
  code(...codes: string[]): this {
    for (const code of codes) for (const bit of code) this.#bits.push(Number(bit));
    return this;
  }
  bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    for (const [i, bit] of this.#bits.entries()) bytes[i >> 3] |= bit << (i & 7);
    return bytes;
  }
}

/** A dynamic block that holds the letter a twice, with so many distance codes of these lengths (0 or 1). */
function block(distances: readonly number[], lengths = 257): Uint8Array<ArrayBuffer> {
  const bits = new Bits().number(1, 1).number(2, 2);
  bits
    .number(lengths - 257, 5)
    .number(distances.length - 1, 5)
    .number(18 - 4, 4);
  // Lengths of the codes for 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1: 18 is '0', 0 is '10', 1 is '11'.
  for (const length of [0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]) bits.number(length, 3);
  bits
    .code('0')
    .number(97 - 11, 7)
    .code('11'); // 97 zeros, then a
  bits
    .code('0')
    .number(138 - 11, 7)
    .code('0')
    .number(20 - 11, 7)
    .code('11'); // 158 zeros, then the end
  for (let i = 257; i < lengths; i++) bits.code('10');
  for (const length of distances) bits.code(length === 0 ? '10' : '11');
  return bits.code('0', '0', '1').bytes();
}

const inflated = (bytes: Uint8Array<ArrayBuffer>): number[] => {
  const into = new Uint8Array(4);
  const { size } = inflateRaw('test', bytes, 0, into, 0);
  return [...into.subarray(0, size)];
};

describe('a block of deflate', () => {
  it('[format-inflate] may have no distance code, or one of one bit, as RFC 1951 says, but no other incomplete one', () => {
    expect(inflated(block([0]))).toEqual([97, 97]);
    expect(inflated(block([1]))).toEqual([97, 97]);
    expect(inflated(block([0, 1]))).toEqual([97, 97]);
    expect(inflated(block([1, 1]))).toEqual([97, 97]);
    expect(() => inflated(block([1, 1, 1]))).toThrow('[format-inflate]');
  });

  it('[format-inflate] has at most 286 lengths and 30 distances', () => {
    expect(inflated(block(new Array(30).fill(0), 286))).toEqual([97, 97]);
    expect(() => inflated(block(new Array(31).fill(0)))).toThrow(
      /has 257 lengths and 31 distances .*\[format-inflate\]$/,
    );
    expect(() => inflated(block([0], 287))).toThrow(/has 287 lengths and 1 distances .*\[format-inflate\]$/);
  });

  it('[format-inflate] that is cut off says after how many bytes', () => {
    const whole = block([0]);
    expect(() => inflated(whole.slice(0, 5))).toThrow(/end after 5 bytes, before the last block does/);
  });
});

describe('a zlib stream', () => {
  const text = new TextEncoder().encode('toeplitz'.repeat(4));
  const whole = new Uint8Array(deflateSync(text));
  const thrown = (bytes: Uint8Array): SpecError => {
    try {
      inflate('test', new Uint8Array(bytes), text.length);
    } catch (error) {
      return error as SpecError;
    }
    throw new Error('nothing was thrown');
  };

  it('[format-inflate] that lacks part of its checksum is refused', () => {
    for (let cut = 1; cut < 4; cut++)
      expect(thrown(whole.slice(0, -cut)).message).toBe(
        'test: the file ends within the checksum of zlib [format-inflate]',
      );
  });

  it('[format-inflate] of another method, window or dictionary, or with a wrong check, is refused', () => {
    const head = (method: number, flags: number): Uint8Array => {
      const check = (31 - ((method * 256 + flags) % 31)) % 31;
      return Uint8Array.from([method, flags + check, ...whole.slice(2)]);
    };
    for (const bytes of [
      head(0x79, 0),
      head(0x77, 0),
      head(0x88, 0),
      head(0x78, 32),
      Uint8Array.from([0x78, 0x9d, ...whole.slice(2)]),
    ])
      expect(thrown(bytes).message).toMatch(/a zlib stream starts with 78 and its check, got .* \[format-inflate\]$/);
    expect(inflate('test', new Uint8Array(head(0x78, 0)), text.length)).toEqual(text);
  });

  it('[format-inflate] has at least 6 bytes', () => {
    expect(thrown(whole.slice(0, 5)).message).toContain('a zlib stream has at least 6 bytes, got 5');
    expect(thrown(whole.slice(0, 6)).message).not.toContain('at least 6 bytes');
  });
});

test('[format-image-data] an image without rows or columns is refused', () => {
  for (const shape of [
    [0, 3, 3],
    [3, 0, 3],
    [3, 3, 0],
    [3, 3, 5],
    [3, 3],
  ])
    expect(() => toImageData(tensor(shape))).toThrow('[format-image-data]');
  expect(toImageData(tensor([1, 1, 1], [1])).data).toEqual(Uint8ClampedArray.of(255, 255, 255, 255));
});

test('[format-npy] what is no entry of the header is shown', () => {
  const file = new Uint8Array(writeNpy(tensor([2], [1, 2])));
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': [2], }";
  file.set(new TextEncoder().encode(header.padEnd(file.length - 8 - 10 - 1).concat('\n')), 10);
  expect(() => readNpy(file)).toThrow(/\(no record types\), got ''shape': \[2\], *'? ?.*\[format-npy\]$/);
});

/** The text of a file, and how it is called. */
const looks: readonly (readonly [what: RegExp, text: string])[] = [
  [/a Python pickle/, "(dp0\nS'weight'\np1\nF1.0\ns."],
  [/like text/, '(dp0 is the first line of such a file, and this is none'],
  [/a Python pickle/, 'cnumpy\nndarray\np0\n.'],
  [/like text/, 'Nothing here but a sentence that ends.'],
  [/bzip2/, 'BZh91AY&SY and then some'],
  [/like text/, 'not BZh91AY&SY at the start'],
  [/TensorFlow Lite/, '\x1c\0\0\0TFL3\0\0\0\0\0\0\0\0'],
  [/like JSON/, ' [1, 2, 3]'],
  [/like JSON/, '{ "a": 1 }'],
  [/like text/, 'a [1, 2] in the middle'],
  [/base64/, 'QUJDRA=='.slice(0, 6).repeat(11).slice(0, 64)],
  [/like text/, 'QUJDRAxx'.repeat(8).slice(0, 63)],
];

test.each(looks)('[format-hint] a file is called %s by %j', async (what, text) => {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  for (const read of [readSafetensors, readNpy, readPng])
    expect(((await errorOf(read, bytes)) as SpecError).message).toMatch(what);
});

test('[format-hint] a broken file of the right format is not called by its name, and the reader names itself', async () => {
  const npy = new Uint8Array(writeNpy(tensor([2], [1, 2])));
  const messageOf = async (read: (bytes: never) => unknown, bytes: unknown) =>
    ((await errorOf(read as never, bytes as never)) as SpecError).message;
  expect(await messageOf(readNpy, npy.slice(0, 8))).toMatch(/^readNpy: a file starts with the six bytes 93 'NUMPY'/);
  expect(await messageOf(readNpy, 5)).toMatch(/^readNpy: .*\[format-npy\]$/);
  expect(await messageOf(readNpz, new Uint8Array([0x50, 0x4b, 9, 9]))).not.toContain('looks like');
  const archive = zip({ clause: 'format-npz', who: 'test' }, new Map([['a.txt', Uint8Array.of(1)]]));
  expect(await messageOf(readNpz, archive)).toMatch(/^readNpz: .*an archive must hold \.npy files, got \['a\.txt'\]/);
  const long = npy.slice();
  long[9] = 1; // 256 bytes more of header than there are
  expect(await messageOf(readNpy, long)).toMatch(
    /^readNpy: the header states \d+ bytes, but the file has \d+ after its length/,
  );
});
