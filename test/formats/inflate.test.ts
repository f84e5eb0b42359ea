// Deflate, gzip and zlib: blocks made bit by bit, the size and the checksum that a file states, and files in which they are wrong.

import { deflateRawSync, deflateSync, gzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { SpecError } from '../../src/errors.ts';
import { adler32, crc32 } from '../../src/formats/checksum.ts';
import { deflate, gunzip, gunzipStart, inflate } from '../../src/formats/inflate.ts';
import { inflateRaw } from '../../src/formats/inflate-raw.ts';
import { expectClause, refusesEveryPrefix, survivesDamage } from './broken-files.ts';

const CLAUSE = 'format-inflate';

const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

const read = (bytes: Uint8Array, size = text.length) => gunzip('test', own(bytes), size);

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
      expect(read(gzipSync(bytes, { level }), bytes.length)).toEqual(own(bytes));
      expect(inflate('test', own(deflateSync(bytes, { level })), bytes.length)).toEqual(own(bytes));
      expect(inflate('test', await deflate(own(bytes)), bytes.length)).toEqual(own(bytes));
    }),
  );
});

test('[format-inflate] every truncated file is refused', () => refusesEveryPrefix(read, gzipSync(text)));

test('[format-inflate] damage is refused or harmless', () => survivesDamage(read, gzipSync(text)));

test('[format-inflate] a stream that holds more or less than stated is refused', async () => {
  const packed = own(deflateSync(text));
  await expectClause(CLAUSE, /must hold 155 bytes, got more/, () => inflate('test', packed, text.length - 1), packed);
  await expectClause(CLAUSE, /must hold 157 bytes, got 156/, () => inflate('test', packed, text.length + 1), packed);
});

test('[format-inflate] a file with more content than it states is refused, for any size', async () => {
  const bomb = gzipSync(new Uint8Array(50_000_000));
  await expectClause(CLAUSE, /must hold 1000 bytes, got more/, (file) => read(file, 1000), bomb);
  await expectClause(CLAUSE, /cannot hold the 4294967295 bytes/, (file) => read(file, 0xffffffff), bomb);
});

test('[format-inflate] bytes after a member of gzip are refused, after a stream of zlib ignored', async () => {
  const size = Uint8Array.of(0, 0, 0, 0, text.length, 0, 0, 0);
  for (const rest of [Uint8Array.of(0), Uint8Array.of(1, 2, 3, 4, 5), size, gzipSync(text)]) {
    if (rest.length > 1) await expectClause(CLAUSE, /./, read, Buffer.concat([gzipSync(text), rest]));
    const zlib = own(Buffer.concat([deflateSync(text), rest]));
    expect(inflate('test', zlib, text.length)).toEqual(own(text));
  }
});

test('[format-inflate] zeros after the last member of gzip are padding, other bytes are refused', async () => {
  for (const zeros of [1, 17, 18, 512]) {
    const padded = Buffer.concat([gzipSync(text), new Uint8Array(zeros)]);
    expect(read(padded)).toEqual(own(text));
    await expectClause(CLAUSE, /at byte/, read, Buffer.concat([padded, Uint8Array.of(1)]));
  }
});

test('[format-inflate] the members of a gzip file follow one another, empty ones among them', async () => {
  const lengths = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.property(lengths, fc.nat({ max: 9 }), (sizes, level) => {
      const contents = sizes.map((size, i) => new Uint8Array(size).fill(i).map((value, j) => value + (j % 7)));
      const whole = own(Buffer.concat(contents));
      const file = Buffer.concat(contents.map((each) => gzipSync(each, { level })));
      expect(read(file, whole.length)).toEqual(whole);
      expect(gunzipStart('test', own(file), 5)).toEqual(whole.slice(0, 5));
    }),
    { examples: [[[0, 0, 3], 9]] },
  );
  const two = Buffer.concat([gzipSync(text), gzipSync(text)]);
  const readTwo = (bytes: Uint8Array) => read(bytes, 2 * text.length);
  await refusesEveryPrefix(readTwo, two);
  await survivesDamage(readTwo, two);
  const wrong = own(two);
  wrong[gzipSync(text).length - 8] ^= 1; // the checksum of the first
  await expectClause(CLAUSE, /CRC-32/, readTwo, wrong);
});

test('[format-inflate] the header of a gzip member may hold a name, a comment, more fields and its own checksum', async () => {
  const body = gzipSync(text).subarray(10);
  const head = (flags: number, ...more: number[]) => Uint8Array.of(0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3, ...more);
  const all = head(4 + 8 + 16 + 2, 2, 0, 9, 9, 97, 0, 98, 99, 0);
  const sum = crc32(all) & 0xffff;
  const file = Buffer.concat([all, Uint8Array.of(sum & 255, sum >> 8), body]);
  expect(read(file)).toEqual(own(text));
  await refusesEveryPrefix(read, file);
  await expectClause(CLAUSE, /CRC-16/, read, Buffer.concat([all, Uint8Array.of(sum & 255, (sum >> 8) ^ 1), body]));
  await expectClause(CLAUSE, /starts with 1f 8b 08/, read, Buffer.concat([head(32), body]));
});

test('[format-inflate] every kind of block, every level and strategy of zlib, and broken streams as zlib has it', () => {
  const outcome = (run: () => Uint8Array): string => {
    try {
      return Buffer.from(run()).toString('hex');
    } catch (error) {
      if (!(error instanceof SpecError) && !(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
      return 'refused';
    }
  };
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { maxLength: 2 });
  const options = fc.record({
    level: fc.nat({ max: 9 }),
    strategy: fc.nat({ max: 4 }),
    memLevel: fc.integer({ min: 1, max: 9 }),
  });
  const letters = fc.uint8Array({ maxLength: 2000, max: 6 });
  fc.assert(
    fc.property(letters, options, flips, (bytes, how, changes) => {
      const packed = own(deflateRawSync(bytes, how));
      for (const [at, bit] of changes) packed[at % packed.length] ^= 1 << bit;
      const into = new Uint8Array(1 << 20);
      const ours = outcome(() => into.subarray(0, inflateRaw('test', packed, 0, into, 0).size));
      expect(ours).toBe(outcome(() => inflateRawSync(packed, { maxOutputLength: 1 << 20 })));
    }),
    { numRuns: 2000 },
  );
});

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
