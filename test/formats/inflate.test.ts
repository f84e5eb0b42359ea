// gzip and zlib: the size and the checksum a file states, and files that state something else.

import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adler32, crc32 } from '../../src/formats/checksum.ts';
import { deflate, gunzip, inflate } from '../../src/formats/inflate.ts';
import { expectClause, refusesEveryPrefix, survivesDamage } from './broken.ts';

const CLAUSE = 'format-inflate';
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
const read = (bytes: Uint8Array) => gunzip('test', own(bytes));
const text = new TextEncoder().encode('a convolution is multiplication by a Toeplitz matrix'.repeat(3));

test('[format-inflate] the checksums have the values of their standards', () => {
  const digits = new TextEncoder().encode('123456789');
  expect(crc32(digits)).toBe(0xcbf43926);
  expect(adler32(digits)).toBe(0x091e01de);
  expect(adler32(new Uint8Array(100_000).fill(255))).toBe(0x149a302c);
});

test('[format-inflate] what was packed comes out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.nat({ max: 9 }), async (bytes, level) => {
      expect(await read(gzipSync(bytes, { level }))).toEqual(own(bytes));
      expect(await inflate('test', own(deflateSync(bytes, { level })), bytes.length)).toEqual(own(bytes));
      expect(await inflate('test', await deflate(own(bytes)), bytes.length)).toEqual(own(bytes));
    }),
  );
});

test('[format-inflate] every file that is cut off is refused', () => refusesEveryPrefix(read, gzipSync(text)));

test('[format-inflate] damage is refused or harmless', () => survivesDamage(read, gzipSync(text)));

test('[format-inflate] a stream that holds more or less than stated is refused', async () => {
  const packed = own(deflateSync(text));
  await expectClause(CLAUSE, /must hold 155 bytes, got more/, () => inflate('test', packed, text.length - 1), packed);
  await expectClause(CLAUSE, /must hold 157 bytes, got 156/, () => inflate('test', packed, text.length + 1), packed);
});

test('[format-inflate] a file that unfolds beyond the size it states is refused, whatever that size', async () => {
  const bomb = gzipSync(new Uint8Array(50_000_000));
  const view = new DataView(bomb.buffer, bomb.byteOffset);
  view.setUint32(bomb.length - 4, 1000, true);
  await expectClause(CLAUSE, /must hold 1000 bytes, got more/, read, bomb);
  view.setUint32(bomb.length - 4, 0xffffffff, true);
  await expectClause(CLAUSE, /cannot hold the 4294967295 bytes/, read, bomb);
});

test('[format-inflate] bytes behind the stream are refused on every host', async () => {
  const size = Uint8Array.of(0, 0, 0, 0, text.length, 0, 0, 0);
  for (const rest of [Uint8Array.of(0), Uint8Array.of(1, 2, 3, 4, 5), size, gzipSync(text)]) {
    await expectClause(CLAUSE, /./, read, Buffer.concat([gzipSync(text), rest]));
    const zlib = own(Buffer.concat([deflateSync(text), rest]));
    await expectClause(CLAUSE, /./, () => inflate('test', zlib, text.length), zlib);
  }
});
