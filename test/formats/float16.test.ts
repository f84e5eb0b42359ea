// The 16-bit floats: every pattern of bits, and rounding against an exhaustive search.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../../src/formats/checksum.ts';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../../src/formats/float16.ts';

const KINDS = [
  { name: 'F16', from: fromFloat16, to: toFloat16, infinity: 0x7c00, checksum: 0xef9d25e2 },
  { name: 'BF16', from: fromBfloat16, to: toBfloat16, infinity: 0x7f80, checksum: 0xb6ca4a2a },
];
const PATTERNS = Array.from({ length: 0x10000 }, (_, bits) => bits);

test('[format-float16] all 65,536 patterns have the values that NumPy gives them', () => {
  for (const { name, from, checksum } of KINDS) {
    // NaN counts as 0, because its sign and payload are not specified.
    const values = Float32Array.from(PATTERNS, (bits) => from(bits) || (Object.is(from(bits), -0) ? -0 : 0));
    expect(crc32(new Uint8Array(values.buffer)), name).toBe(checksum);
  }
});

test('[format-float16] writing gives back every pattern that was read', () => {
  for (const { from, to, infinity } of KINDS)
    for (const bits of PATTERNS) {
      const nan = (bits & 0x7fff) > infinity;
      if (nan ? !Number.isNaN(from(to(from(bits)))) : to(from(bits)) !== bits)
        expect.fail(`${bits} comes back as ${to(from(bits))}`);
    }
});

test('[format-float16] rounding takes the nearest, and the even one of two that are equally near', () => {
  for (const { from, to, infinity } of KINDS) {
    const pattern = fc.nat({ max: infinity - 2 });
    fc.assert(
      fc.property(pattern, fc.double({ min: 0, max: 1, noNaN: true }), (bits, part) => {
        const [below, above] = [from(bits), from(bits + 1)];
        const half = below + (above - below) / 2;
        const value = below + (above - below) * part;
        const nearest = value < half || (value === half && bits % 2 === 0) ? bits : bits + 1;
        expect(to(value)).toBe(nearest);
        expect(to(half)).toBe(bits + (bits % 2));
        expect(to(-value)).toBe(nearest | 0x8000);
      }),
      { numRuns: 2000 },
    );
  }
});

test('[format-float16] half a step beyond the largest value is infinity, in one rounding', () => {
  expect(toFloat16(65519.99999999999)).toBe(0x7bff);
  expect(toFloat16(65520)).toBe(0x7c00);
  expect(toFloat16(1e300)).toBe(0x7c00);
  expect(toFloat16(-Infinity)).toBe(0xfc00);
  expect(toBfloat16((2 - 1 / 256) * 2 ** 127)).toBe(0x7f80);
  expect(toBfloat16((2 - 1 / 256 - 2 ** -51) * 2 ** 127)).toBe(0x7f7f);
  expect(toFloat16(5e-324)).toBe(0);
  // 1 + 2^-11 + 2^-40 is above the middle; through float32 it would be the middle itself, and go to even.
  expect(toFloat16(1 + 1 / 2048 + 1 / 0x10000000000)).toBe(0x3c01);
  expect(toFloat16(1 + 1 / 2048)).toBe(0x3c00);
});
