// IDX: hand-made files of every element type, broken ones, and the digits and clothes themselves.

import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { SpecError } from '../../src/errors.ts';
import { crc32 } from '../../src/formats/checksum.ts';
import { readIdx } from '../../src/formats/idx.ts';
import { readPng } from '../../src/formats/png.ts';
import { ABSENT, shared } from '../shared.ts';
import { errorOf, expectClause, refusesEveryPrefix, survivesDamage, survivesNoise } from './broken-files.ts';

const CLAUSE = 'format-idx';
const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 253, 254, 255);

test('[format-idx] images and labels are read with their shape, plain and inside gzip, and do not share the memory of the file', async () => {
  const expected = { shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 253, 254, 255) };
  expect(await readIdx(images)).toEqual(expected);
  expect(await readIdx(gzipSync(images))).toEqual(expected);
  const threads = new Uint8Array(new SharedArrayBuffer(gzipSync(images).length));
  threads.set(gzipSync(images));
  expect(await readIdx(threads)).toEqual(expected);
  const file = images.slice();
  const { data } = await readIdx(file.buffer);
  file.fill(0);
  expect(data).toEqual(expected.data);
  expect(await readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0))).toEqual({ shape: [0], data: new Uint8Array(0) });
});

test('the first bytes of a file in a wrong format are numbers, also those of a Buffer of Node', async () => {
  for (const read of [readIdx, readPng])
    for (const start of [
      [255, 216, 255],
      [0x1f, 0x8b, 7, 9],
    ]) {
      const bytes = Uint8Array.of(...start, 1, 2, 3, 4, 5, 6, 7, 8, 9);
      const error = await errorOf(read, bytes);
      expect(String(error)).toContain(`[${start[0]},${start[1]},`);
      expect(await errorOf(read, Buffer.from(bytes))).toEqual(error);
    }
});

test('[format-idx] a gzip file of several members is their contents joined', async () => {
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9);
  for (const cuts of [[9], [0, 9], [1, 2, 3, 8, 9, 10], [4, 10]]) {
    const members = [0, ...cuts].map((from, i) => gzipSync(labels.subarray(from, [...cuts, 10][i])));
    expect(await readIdx(Buffer.concat(members))).toEqual({ shape: [2], data: Uint8Array.of(7, 9) });
  }
  const three = Buffer.concat([gzipSync(labels), gzipSync(Uint8Array.of(5))]);
  await expectClause('format-inflate', /must hold 10 bytes, got more/, readIdx, three);
  await expectClause('format-inflate', /must hold 10 bytes, got 9/, readIdx, gzipSync(labels.subarray(0, 9)));
  await refusesEveryPrefix(readIdx, Buffer.concat([gzipSync(labels.subarray(0, 9)), gzipSync(labels.subarray(9))]));
});

test('[format-idx] gzip with more content than the header states is stopped there', async () => {
  const bomb = new Uint8Array(100_000_000);
  bomb.set([0, 0, 8, 1, 0, 0, 0, 2]);
  await expectClause('format-inflate', /must hold 10 bytes, got more/, readIdx, gzipSync(bomb));
  const liar = Uint8Array.of(0, 0, 14, 1, 127, 255, 255, 255);
  await expectClause('format-inflate', /cannot hold the 17179869184 bytes/, readIdx, gzipSync(liar));
});

test('[format-idx] every element type is read, highest byte first', async () => {
  const two = async (type: number, ...bytes: number[]) =>
    (await readIdx(Uint8Array.of(0, 0, type, 1, 0, 0, 0, 2, ...bytes))).data;
  expect(await two(9, 255, 1)).toEqual(Int8Array.of(-1, 1));
  expect(await two(11, 255, 254, 1, 2)).toEqual(Int16Array.of(-2, 258));
  expect(await two(12, 255, 255, 255, 255, 0, 0, 1, 0)).toEqual(Int32Array.of(-1, 256));
  expect(await two(13, 0x40, 0, 0, 0, 0xbf, 0x80, 0, 0)).toEqual(Float32Array.of(2, -1));
  expect(await two(14, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toEqual(Float64Array.of(1.5, 0));
});

test('[format-idx] every truncated file is refused, and so is one with additional bytes', async () => {
  await refusesEveryPrefix(readIdx, images);
  await refusesEveryPrefix(readIdx, gzipSync(images));
  expect(await errorOf(readIdx, Uint8Array.of(...images, 0))).toBeInstanceOf(SpecError);
});

test('[format-idx] damage and noise are refused or harmless', async () => {
  await survivesDamage(readIdx, images);
  await survivesDamage(readIdx, gzipSync(images));
  await survivesNoise(readIdx, [0, 0, 8]);
  await survivesNoise(readIdx, [0x1f, 0x8b]);
});

test('[format-idx] a wrong magic number, no axes, and wrong sizes are refused', async () => {
  for (const magic of [
    [1, 0, 8, 1],
    [0, 1, 8, 1],
    [0, 0, 7, 1],
    [0, 0, 10, 1],
    [0, 0, 8, 0],
  ])
    await expectClause(CLAUSE, /starts with 0, 0, a type/, readIdx, Uint8Array.of(...magic, 0, 0, 0, 0));
  await expectClause(
    CLAUSE,
    /255 axes take 1024 bytes of header, got 8/,
    readIdx,
    Uint8Array.of(0, 0, 8, 255, 0, 0, 0, 1),
  );
  await expectClause(
    CLAUSE,
    /takes 3 bytes of data, but the file has 2/,
    readIdx,
    Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 1, 2),
  );
  await expectClause(
    CLAUSE,
    /takes 147573952520956940000 bytes/,
    readIdx,
    Uint8Array.of(0, 0, 14, 2, ...Array(8).fill(255)),
  );
  await expect(readIdx('file' as never)).rejects.toThrow(TypeError);
});

/** Counts and checksums by Python's gzip, struct and zlib. */
const FILES = [
  { path: 'mnist/t10k-images-idx3-ubyte.gz', shape: [10000, 28, 28], checksum: 0xe4ca5f57 },
  {
    path: 'mnist/t10k-labels-idx1-ubyte.gz',
    shape: [10000],
    checksum: 0xee8604d9,
    counts: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
  },
  { path: 'mnist/train10k-images-idx3-ubyte.gz', shape: [10000, 28, 28], checksum: 0xc9c827de },
  {
    path: 'mnist/train10k-labels-idx1-ubyte.gz',
    shape: [10000],
    checksum: 0xb6d327fb,
    counts: [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978],
  },
  { path: 'fashion-mnist/sprite900-images-idx3-ubyte.gz', shape: [900, 28, 28], checksum: 0x4c89d894 },
  {
    path: 'fashion-mnist/sprite900-labels-idx1-ubyte.gz',
    shape: [900],
    checksum: 0xada5db20,
    counts: Array(10).fill(90),
  },
  {
    path: 'fashion-mnist/train-labels-idx1-ubyte.gz',
    shape: [60000],
    checksum: 0x2ed6e46a,
    counts: Array(10).fill(6000),
  },
  {
    path: 'fashion-mnist/t10k-labels-idx1-ubyte.gz',
    shape: [10000],
    checksum: 0x242bc73f,
    counts: Array(10).fill(1000),
  },
];

test.for(FILES)(
  '[format-idx] $path has its shape, labels and checksum',
  async ({ path, shape, checksum, counts }, { skip }) => {
    const file = shared(`data/${path}`);
    if (file === undefined) return skip(ABSENT);
    const { shape: got, data } = await readIdx(await readFile(file));
    expect(got).toEqual(shape);
    expect(crc32(data as Uint8Array)).toBe(checksum);
    if (counts !== undefined)
      expect(counts.map((_, label) => (data as Uint8Array).filter((each) => each === label).length)).toEqual(counts);
  },
);
