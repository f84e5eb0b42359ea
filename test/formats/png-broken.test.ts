// PNG: files that are cut off, damaged, out of order, outside the standard, or larger than they can be.

import { expect, test } from 'vitest';
import { crc32 } from '../../src/formats/checksum.ts';
import { readPng, writePng } from '../../src/formats/png.ts';
import { chunk, SIGNATURE } from '../../src/formats/png-chunks.ts';
import { tensor } from '../../src/tensor.ts';
import { expectClause, refusesEveryPrefix, survivesDamage, survivesNoise } from './broken-files.ts';
import { encode, type Picture } from './png-encode.ts';

const CLAUSE = 'format-png';

const grey: Picture = {
  width: 3,
  height: 2,
  colour: 0,
  depth: 8,
  interlaced: false,
  samples: [1, 2, 3, 4, 5, 6],
  filters: [0],
};
const indexed: Picture = {
  ...grey,
  colour: 3,
  depth: 2,
  samples: [0, 1, 2, 2, 1, 0],
  palette: [9, 8, 7, 6, 5, 4, 3, 2, 1],
  transparency: [7],
};

test('[format-png] every truncated file is refused', () => refusesEveryPrefix(readPng, encode(indexed)));

test('[format-png] bytes after IEND are not part of the image', async () => {
  const image = encode(grey);
  const { data } = await readPng(image);
  for (const rest of [[0], [13, 10], [...image], new Array(100).fill(255), [0, 0, 0, 5, 73, 72, 68, 82]])
    expect((await readPng(Uint8Array.of(...image, ...rest))).data).toEqual(data);
});

/** The file with a chunk before its chunk number `at`, and perhaps a wrong checksum behind it. */
function withChunk(file: Uint8Array, at: number, added: Uint8Array, flip: number): Uint8Array {
  let place = 8;
  for (let i = 0; i < at; i++) place += 12 + new DataView(file.buffer).getUint32(place);
  const bent = added.slice();
  bent[bent.length - 1] ^= flip;
  return Uint8Array.of(...file.subarray(0, place), ...bent, ...file.subarray(place));
}

test('[format-png] an ancillary chunk with a wrong CRC-32 is ignored, a critical one refused', async () => {
  const image = encode(grey);
  const { data } = await readPng(image);
  for (const type of ['tEXt', 'gAMA', 'pHYs', 'eXIf', 'zTXt', 'abCd'])
    for (const at of [1, 2])
      for (const flip of [0, 1, 128])
        expect((await readPng(withChunk(image, at, chunk(type, Uint8Array.of(1, 2)), flip))).data).toEqual(data);
  const clear = chunk('tRNS', Uint8Array.of(0, grey.samples[0]));
  expect((await readPng(withChunk(image, 1, clear, 0))).shape[2]).toBe(2);
  expect((await readPng(withChunk(image, 1, clear, 1))).shape[2]).toBe(1); // as libpng and browsers: without transparency
  expect((await readPng(withChunk(withChunk(image, 1, clear, 0), 1, clear, 1))).shape[2]).toBe(2);
  for (const type of ['PLTE', 'ABCD'])
    await expectClause(
      CLAUSE,
      /the CRC-32 of the/,
      readPng,
      withChunk(encode(indexed), 1, chunk(type, Uint8Array.of(1, 2, 3)), 1),
    );
  await expectClause(CLAUSE, /the first chunk must be IHDR/, readPng, withChunk(image, 0, clear, 1));
  for (const [name, end] of [
    ['IHDR', 32],
    ['IDAT', image.length - 13],
    ['IEND', image.length - 1],
  ] as const) {
    const bent = image.slice();
    bent[end] ^= 1;
    await expectClause(CLAUSE, new RegExp(`the CRC-32 of the ${name}`), readPng, bent);
  }
});

test('[format-png] damage is refused or harmless, also where the checksums of the chunks are right', async () => {
  await survivesDamage(readPng, encode(indexed));
  await survivesDamage(readPng, encode(indexed), repaired);
  await survivesDamage(readPng, encode({ ...indexed, interlaced: true }), repaired);
  await survivesNoise(readPng, [...SIGNATURE, 0, 0, 0, 13]);
});

/** The file with the right CRC-32 behind every chunk, as far as its lengths make sense. */
function repaired(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer);
  for (let at = 8; at + 12 <= file.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > file.length) break;
    view.setUint32(end, crc32(file.subarray(at + 4, end)));
    at = end + 4;
  }
  return file;
}

/** A file made of chunks as they are given. */
const fileOf = (...chunks: readonly [type: string, content: ArrayLike<number>][]) =>
  new Uint8Array(Buffer.concat([SIGNATURE, ...chunks.map(([type, content]) => chunk(type, Uint8Array.from(content)))]));
const refused = (what: RegExp, ...chunks: readonly [string, ArrayLike<number>][]) =>
  expectClause(CLAUSE, what, readPng, fileOf(...chunks));

/** IHDR of an image of 1 by 1 unless told otherwise, and a compressed row of two zero bytes. */
const header = (
  colour: number,
  depth: number,
  { width = 1, height = 1, rest = [0, 0, 0] } = {},
): [string, number[]] => [
  'IHDR',
  [
    ...[width, height].flatMap((axis) => [(axis >>> 24) & 255, (axis >> 16) & 255, (axis >> 8) & 255, axis & 255]),
    depth,
    colour,
    ...rest,
  ],
];
const data: [string, number[]] = ['IDAT', [0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1]];
const end: [string, number[]] = ['IEND', []];

test('[format-png] chunks out of order, twice, unknown or damaged are refused', async () => {
  expect((await readPng(fileOf(header(0, 8), ['teSt', [1]], data, ['tEXt', [2]], end))).data[0]).toBe(0);
  await refused(/first chunk must be IHDR, and only the first, got IDAT/, data, end);
  await refused(/first chunk must be IHDR, and only the first, got IHDR/, header(0, 8), header(0, 8), data, end);
  await refused(/no IDAT chunk/, header(0, 8), end);
  await refused(/IDAT chunks must follow each other/, header(0, 8), data, ['tEXt', []], data, end);
  await refused(/at most one PLTE/, header(3, 8), ['PLTE', [1, 2, 3]], ['PLTE', [1, 2, 3]], data, end);
  await refused(/critical chunk TEST is not known/, header(0, 8), ['TEST', []], data, end);
  await refused(/must be four letters, got 'I1AT'/, header(0, 8), ['I1AT', []], data, end);
  const damaged = fileOf(header(0, 8), data, end);
  damaged[30] ^= 1;
  await expectClause(CLAUSE, /the CRC-32 of the IHDR chunk at byte 8 must be/, readPng, damaged);
  await expectClause(CLAUSE, /starts with 89 'PNG'/, readPng, Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70));
});

test('[format-png] what an image can be read without is ignored where it is wrong', async () => {
  const read = async (...chunks: [string, number[]][]) => (await readPng(fileOf(...chunks, end))).shape[2];
  const colours: [string, number[]] = ['PLTE', [1, 2, 3]];
  expect(await read(header(0, 8), colours, data)).toBe(1);
  expect(await read(header(0, 8), colours, colours, data)).toBe(1);
  expect(await read(header(0, 8), data, ['PLTE', [1]])).toBe(1);
  for (const length of [0, 1, 3]) expect(await read(header(0, 8), ['tRNS', Array(length).fill(0)], data)).toBe(1);
  expect(await read(header(0, 8), data, ['tRNS', [0, 0]])).toBe(1);
  expect(await read(header(0, 8), ['tRNS', [0, 0]], ['tRNS', [1]], data)).toBe(2);
  expect(await read(header(3, 8), ['tRNS', [1]], colours, data)).toBe(3);
  expect(await read(header(3, 8), colours, ['tRNS', [1]], data)).toBe(4);
  expect(await read(header(3, 8), colours, ['tRNS', [1, 2]], data)).toBe(3);
  expect(await read(header(3, 1), ['PLTE', Array(768).fill(0)], data)).toBe(3); // more than depth 1 can number
  const clear: Picture = { ...grey, colour: 4, samples: [...grey.samples, ...grey.samples] };
  for (const length of [2, 4])
    expect((await readPng(withChunk(encode(clear), 1, chunk('tRNS', new Uint8Array(length)), 0))).shape[2]).toBe(2);
  expect(await read(header(0, 8), ['IDAT', [...data[1], 7, 7]])).toBe(1); // behind the end of the compressed data
});

test('[format-png] headers, palettes and transparent colours outside the standard are refused', async () => {
  await refused(/IHDR must have 13 bytes, got 12/, ['IHDR', header(0, 8)[1].slice(1)], data, end);
  for (const [colour, depth] of [
    [0, 3],
    [1, 8],
    [2, 4],
    [3, 16],
    [5, 8],
    [7, 8],
    [6, 1],
  ])
    await refused(new RegExp(`got type ${colour} with depth ${depth}`), header(colour, depth), data, end);
  for (const rest of [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 2],
  ])
    await refused(/compression and filter method must be 0/, header(0, 8, { rest }), data, end);
  for (const axis of [0, 0x80000000]) {
    await refused(/width and height must be/, header(0, 8, { width: axis }), data, end);
    await refused(/width and height must be/, header(0, 8, { height: axis }), data, end);
  }
  await refused(/colour type 3 must have a PLTE/, header(3, 8), data, end);
  await refused(/PLTE must come before IDAT/, header(3, 8), data, ['PLTE', [1, 2, 3]], end);
  for (const length of [0, 4, 771])
    await refused(/each of 1 to 256 colours/, header(3, 1), ['PLTE', Array(length).fill(0)], data, end);
  await expectClause(
    CLAUSE,
    /pixel 2 has colour 2 of a palette of 2/,
    readPng,
    encode({ ...indexed, palette: [1, 2, 3, 4, 5, 6], transparency: undefined }),
  );
  await expectClause(CLAUSE, /the filter of a row must be 0 to 4, got 5/, readPng, encode({ ...grey, filters: [5] }));
});

test('[format-png] an image of an impossible size, or of another size than its data, is refused before it is unpacked', async () => {
  await refused(/holds more than 268435456 values/, header(2, 8, { width: 0x7fffffff, height: 0x7fffffff }), data, end);
  await expectClause(
    'format-inflate',
    /10 compressed bytes cannot hold the 16777217/,
    readPng,
    fileOf(header(0, 8, { width: 0x1000000 }), data, end),
  );
  await expectClause(
    'format-inflate',
    /must hold 3 bytes, got 2/,
    readPng,
    fileOf(header(0, 8, { width: 2 }), data, end),
  );
  await expectClause('format-inflate', /must hold 6 bytes, got more/, readPng, rewritten(encode(grey), 19, 2));
});

/** A byte changed, the checksums put right. */
function rewritten(file: Uint8Array, at: number, value: number): Uint8Array {
  file[at] = value;
  return repaired(file);
}

test('[format-png] arguments of a wrong type, shape or value are refused', async () => {
  await expect(readPng({} as never)).rejects.toThrow(TypeError);
  await expect(writePng([1] as never)).rejects.toThrow(TypeError);
  for (const shape of [
    [2, 2],
    [1, 1, 5],
    [1, 1, 0],
    [0, 1, 1],
    [1, 1, 1, 1],
  ])
    await expect(writePng(tensor(shape))).rejects.toThrow(`got [${shape}] [format-png]`);
  for (const value of [-0.001, 1.001, NaN, Infinity])
    await expect(writePng(tensor([1, 2, 1], [0, value], 'float64'))).rejects.toThrow(
      `values must be from 0 to 1, got ${value} at index 1 [format-png]`,
    );
});
