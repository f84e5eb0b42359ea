// The float32 nearest to a real number that is known to hundreds of bits.

import type { Real } from '../exact.ts';

/** The real numbers of test/exact.ts are right to 2⁻⁴⁰⁰ times this: a few hundred truncations, some of them times k < 2⁸. */
const ERROR = 1n << 24n;
const FIXED = 400;

/** value·2^exponent to the nearest float32, ties to even. */
function nearest(value: bigint, exponent: number): { y: number; fromMiddle: number } {
  const size = value < 0n ? -value : value;
  const top = size.toString(2).length - 1 + exponent;
  const place = Math.max(top - 23, -149);
  const cut = BigInt(place - exponent);
  if (cut < 8n) throw new Error('the real number must have more bits than a float32');
  const half = 1n << (cut - 1n);
  const floor = size >> cut;
  const rest = size & ((1n << cut) - 1n);
  const up = rest > half || (rest === half && (floor & 1n) === 1n);
  const y = Number(up ? floor + 1n : floor) * 2 ** place; // above 2¹²⁸ is ∞ in float32
  const off = rest > half ? rest - half : half - rest;
  return { y: Math.fround(value < 0n ? -y : y), fromMiddle: Number((off << 100n) >> cut) / 2 ** 100 };
}

/** The nearest float32, and how far the number is from the middle of two, in units of the last place. */
export function decide({ value, exponent }: Real): { y: number; fromMiddle: number } {
  const low = nearest(value - ERROR, exponent - FIXED);
  const high = nearest(value + ERROR, exponent - FIXED);
  if (!Object.is(low.y, high.y)) throw new Error('400 bits do not decide');
  return low;
}
