// Random numbers that are the same on every host: a seeded generator, and seeds derived from names.
//
//   generator  xoshiro128** 1.1, period 2¹²⁸ − 1 [Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021]
//   hash       MurmurHash3, 32 bits [Appleby 2011], of the parts written as bytes

import { SpecError, show, wrongType } from './errors.ts';
import { isList, listOf } from './reading.ts';
import { log } from './reference/math.ts';

/** A source of random numbers; every call advances it. */
export interface Random {
  /** A whole number from 0 to 2³² − 1. */
  uint32(): number;
  /** A multiple of 2⁻⁵³ in [0, 1). */
  uniform(): number;
  /** The normal distribution of mean 0 and variance 1. */
  normal(): number;
  /** A whole number from 0 to n − 1, each equally likely; 1 ≤ n ≤ 2³². */
  below(n: number): number;
  /** Puts the values into a random order, in place, each order equally likely; returns them. */
  shuffle<T extends { [index: number]: unknown; readonly length: number }>(values: T): T;
}

/**
 * The generator of a seed: the same numbers on every host. Its state is `hash(seed, 0)` to `hash(seed, 3)`.
 *
 * @param seed a whole number of at most 2⁵³ − 1 in magnitude.
 * @throws {SpecError} random-generator for another number.
 * @example
 * random(1).uint32() // 330249453
 */
export function random(seed: number): Random {
  checkSeed('random', seed);
  const uint32 = xoshiro128(generatorState(seed));
  const uniform = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992; // 27 bits, then 26

  /** Draws at or above the greatest multiple of n are drawn again, so that no remainder is favoured. */
  function below(n: number): number {
    checkRange(n);
    const end = 4294967296 - (4294967296 % n);
    let draw = uint32();
    while (draw >= end) draw = uint32();
    return draw % n;
  }

  /** From the end, each element is exchanged with a random one at or before it [Durstenfeld 1964]. */
  function shuffle<T extends { [index: number]: unknown; readonly length: number }>(values: T): T {
    checkShuffled(values);
    for (let i = values.length - 1; i > 0; i--) {
      const j = below(i + 1);
      [values[i], values[j]] = [values[j], values[i]];
    }
    return values;
  }

  return { uint32, uniform, normal: polar(uniform), below, shuffle };
}

/** The four words of the generator of a seed. Spec random-generator. */
export const generatorState = (seed: number): readonly number[] => [0, 1, 2, 3].map((i) => hash(seed, i));

/** Spec random-generator. */
function checkShuffled(values: unknown): void {
  if (!isList(values) && !(ArrayBuffer.isView(values) && 'length' in values))
    throw wrongType('random-generator', `random: what is shuffled must be an array, got ${show(values)}`);
  if (isList(values)) listOf('random-generator', 'random', 'what is shuffled', values);
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** The generator's 32-bit numbers from a state of four words, not all 0. Spec random-generator. */
export function xoshiro128(state: readonly number[]): () => number {
  const words = Int32Array.from(state); // not variables: a host would allocate memory for each 32-bit number in a variable
  return () => {
    const [a, b] = [words[0], words[1]];
    const c = words[2] ^ a;
    const d = words[3] ^ b;
    words[0] = a ^ d;
    words[1] = b ^ c;
    words[2] = c ^ (b << 9);
    words[3] = rotate(d, 11);
    return Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
  };
}

/**
 * Marsaglia's polar method: a point of the unit disc gives two numbers, of which the second is kept for the next call.
 * Spec random-normal.
 */
function polar(uniform: () => number): () => number {
  let spare = Number.NaN;
  return () => {
    if (spare === spare) {
      const kept = spare;
      spare = Number.NaN;
      return kept;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * log(s)) / s);
      spare = v * factor;
      return u * factor;
    }
  };
}

/**
 * A seed from 0 to 2³² − 1 made of a seed and any number of parts: different parts give unrelated seeds, equal parts
 * the same. `fit` gives every dropout `hash(seed, step, path)`.
 *
 * @param parts finite numbers and strings; `1` and `'1'` differ, and so do `('ab', 'c')` and `('a', 'bc')`.
 * @throws {SpecError} random-hash for a number that is not finite; random-generator for a bad seed.
 */
export function hash(seed: number, ...parts: (string | number)[]): number {
  checkSeed('hash', seed);
  const bytes: number[] = [];
  for (const part of [seed, ...parts]) append(bytes, part);
  return murmur3(bytes, 0);
}

function checkSeed(who: string, seed: number): void {
  if (typeof seed !== 'number')
    throw wrongType('random-generator', `${who}: the seed must be a whole number, got ${show(seed)}`);
  if (!Number.isSafeInteger(seed))
    throw new SpecError(
      'random-generator',
      `${who}: the seed must be a whole number of at most 2⁵³ − 1 in magnitude, got ${show(seed)}`,
    );
}

function checkRange(n: number): void {
  if (typeof n !== 'number') throw wrongType('random-generator', `below: n must be a whole number, got ${show(n)}`);
  if (!Number.isInteger(n) || n < 1 || n > 4294967296) {
    throw new SpecError('random-generator', `below: n must be a whole number from 1 to 2³², got ${show(n)}`);
  }
}

const float64 = new DataView(new ArrayBuffer(8));

/** Appends a part as bytes: a byte for its type, then its float64, or its length and UTF-16 units, all little-endian. */
function append(bytes: number[], part: string | number): void {
  if (typeof part === 'string') {
    const n = part.length;
    bytes.push(1, n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24);
    for (let i = 0; i < n; i++) bytes.push(part.charCodeAt(i) & 255, part.charCodeAt(i) >> 8);
    return;
  }
  if (typeof part !== 'number')
    throw wrongType('random-hash', `hash: the parts must be strings and numbers, got ${show(part)}`);
  if (!Number.isFinite(part)) throw new SpecError('random-hash', `hash: the numbers must be finite, got ${show(part)}`);
  float64.setFloat64(0, part + 0, true); // −0 + 0 is 0: equal numbers are equal parts
  bytes.push(0);
  for (let i = 0; i < 8; i++) bytes.push(float64.getUint8(i));
}

const scramble = (k: number): number => Math.imul(rotate(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);

/** MurmurHash3 for 32 bits: multipliers and rotations as its author published them. Spec random-hash. */
export function murmur3(bytes: readonly number[], seed: number): number {
  let h = seed | 0;
  for (let i = 0; i < bytes.length; i += 4) {
    // Beyond the end there are zeros.
    const k = scramble(bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    h = i + 4 > bytes.length ? h ^ k : (Math.imul(rotate(h ^ k, 13), 5) + 0xe6546b64) | 0;
  }
  h ^= bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
