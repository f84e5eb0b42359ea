// The 8-bit floats: every pattern compared with its value digit by digit, and the stated limits of each format.

import { expect, test } from 'vitest';
import { fromFloat8 } from '../../src/formats/float8.ts';

const all = (name: string): number[] => Array.from({ length: 256 }, (_, bits) => fromFloat8(name, bits));

/** Sign, exponent and digits as text, put together by the definition. */
function byDigits(bits: number, exponent: number, bias: number): number {
  const text = bits.toString(2).padStart(8, '0');
  const e = Number.parseInt(text.slice(1, 1 + exponent), 2);
  const digits = Number.parseInt(text.slice(1 + exponent), 2) / 2 ** (7 - exponent);
  return (text[0] === '1' ? -1 : 1) * (e === 0 ? digits * 2 ** (1 - bias) : (1 + digits) * 2 ** (e - bias));
}

test.each([
  // format, bits of exponent, bias, largest, least above 0, patterns that are no number (OCP 8-bit floating point; Noune et al.)
  ['F8_E4M3', 4, 7, 448, 2 ** -9, [0x7f, 0xff]],
  ['F8_E5M2', 5, 15, 57344, 2 ** -16, [0x7d, 0x7e, 0x7f, 0xfd, 0xfe, 0xff]],
  ['F8_E4M3FNUZ', 4, 8, 240, 2 ** -10, [0x80]],
  ['F8_E5M2FNUZ', 5, 16, 57344, 2 ** -17, [0x80]],
] as const)(
  '[format-float8] %s has its values, its largest and its least',
  (name, exponent, bias, largest, least, none) => {
    const values = all(name);
    const finite = values.filter(Number.isFinite);
    expect(Math.max(...finite)).toBe(largest);
    expect(Math.min(...finite.filter((value) => value > 0))).toBe(least);
    expect(values.flatMap((value, bits) => (Number.isNaN(value) ? [bits] : []))).toEqual(none);
    values.forEach((value, bits) => {
      if (Number.isFinite(value)) expect(value).toBe(byDigits(bits, exponent, bias));
    });
    expect(values.flatMap((value, bits) => (Math.abs(value) === Infinity ? [[bits, value]] : []))).toEqual(
      name === 'F8_E5M2'
        ? [
            [0x7c, Infinity],
            [0xfc, -Infinity],
          ]
        : [],
    );
  },
);

test('[format-float8] F8_E8M0 is a power of two', () => {
  all('F8_E8M0').forEach((value, bits) => {
    expect(value).toBe(bits === 255 ? NaN : 2 ** (bits - 127));
  });
});

test('[format-float8] one is where each format has it', () => {
  expect(['F8_E4M3', 'F8_E5M2', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ', 'F8_E8M0'].map((name) => all(name).indexOf(1))).toEqual([
    0x38, 0x3c, 0x40, 0x40, 127,
  ]);
});
