// The random generator: published vectors, the promised ranges, and the distribution of its numbers.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../src/errors.ts';
import { hash, murmur3, type Random, random, xoshiro128 } from '../src/random.ts';
import { exp } from '../src/reference/math.ts';

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

/** Pearson's Σ (seen − expected)² / expected over cells with the given shares. */
function chiSquare(seen: readonly number[], shares: readonly number[]): number {
  const count = seen.reduce((a, b) => a + b, 0);
  return seen.reduce((sum, n, i) => sum + (n - count * shares[i]) ** 2 / (count * shares[i]), 0);
}

function counts(cells: number, count: number, draw: () => number): number[] {
  const seen = Array<number>(cells).fill(0);
  for (let i = 0; i < count; i++) seen[draw()]++;
  return seen;
}

const evenly = (cells: number): number[] => Array<number>(cells).fill(1 / cells);
/** The 99.9th percentile of χ² with 99 degrees of freedom: above it about one fair generator in a thousand. */
const CHI_99 = 148.23;

const seeds = fc.maxSafeInteger();

describe('generator', () => {
  it("[random-generator] gives the numbers of the authors' program from the state 1, 2, 3, 4", () => {
    expect(draws(10, xoshiro128([1, 2, 3, 4]))).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('[random-generator] gives the same numbers for a seed on every host, and others for another seed', () => {
    expect(draws(4, random(1).uint32)).toEqual([330249453, 1550787919, 839696854, 2084921657]);
    expect(draws(4, random(-1).uint32)).toEqual([3579023667, 3390939449, 1733307122, 1859240689]);
    expect(draws(2, random(0).uint32)).toEqual(draws(2, random(-0).uint32));
    fc.assert(
      fc.property(
        seeds,
        seeds,
        (a, b) => a === b || `${draws(4, random(a).uint32)}` !== `${draws(4, random(b).uint32)}`,
      ),
    );
  });

  it('[random-generator] uniform numbers are multiples of 2⁻⁵³ in [0, 1), spread evenly', () => {
    const source = random(5);
    for (const u of draws(1000, source.uniform)) {
      expect(u >= 0 && u < 1 && Number.isInteger(u * 2 ** 53)).toBe(true);
    }
    expect(
      chiSquare(
        counts(100, 100_000, () => Math.floor(100 * source.uniform())),
        evenly(100),
      ),
    ).toBeLessThan(CHI_99);
    const pairs = () => Math.floor(10 * source.uniform()) * 10 + Math.floor(10 * source.uniform());
    expect(chiSquare(counts(100, 100_000, pairs), evenly(100))).toBeLessThan(CHI_99);
    const last = () => Number((BigInt(source.uniform() * 2 ** 53) & 127n) % 100n);
    const seen = counts(100, 100_000, last);
    expect(
      chiSquare(
        seen,
        evenly(100).map((_, i) => (i < 28 ? 2 : 1) / 128),
      ),
    ).toBeLessThan(CHI_99);
  });

  it('[random-generator] whole numbers are below n, and all are equally likely', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
        const value = random(seed).below(n);
        return Number.isInteger(value) && value >= 0 && value < n;
      }),
    );
    const source = random(6);
    expect(
      chiSquare(
        counts(100, 100_000, () => source.below(100)),
        evenly(100),
      ),
    ).toBeLessThan(CHI_99);
    // Of 3·2³⁰ numbers the plain remainder of 2³² draws would favour the first third, twice as likely as the others.
    const third = counts(3, 30_000, () => Math.floor(source.below(3 * 2 ** 30) / 2 ** 30));
    expect(chiSquare(third, evenly(3))).toBeLessThan(13.82); // 99.9th percentile, 2 degrees of freedom
  });

  it('[random-generator] shuffling keeps the values, and every order is equally likely', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.integer()), (seed, values) => {
        const order = (a: number, b: number) => a - b;
        expect(
          random(seed)
            .shuffle([...values])
            .sort(order),
        ).toEqual([...values].sort(order));
      }),
    );
    const source = random(7);
    const place = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const key = source.shuffle(Uint8Array.of(0, 1, 2, 3)).join('');
      place.set(key, (place.get(key) ?? 0) + 1);
    }
    expect(place.size).toBe(24);
    expect(chiSquare([...place.values()], evenly(24))).toBeLessThan(49.73); // 99.9th percentile, 23 degrees of freedom
  });

  it('[random-generator] refuses a seed that is not a whole number, and a range that is empty or too wide', () => {
    for (const seed of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => random(seed)).toThrow(SpecError);
    expect(() => random('1' as unknown as number)).toThrow(
      "random: the seed must be a whole number, got '1' [random-generator]",
    );
    for (const n of [0, -1, 1.5, 2 ** 32 + 1]) expect(() => random(1).below(n)).toThrow('[random-generator]');
  });
});

describe('normal', () => {
  /** The normal distribution's share below x, by its series Σ x^(2n+1) / (1·3·…·(2n+1)). */
  function share(x: number): number {
    let [sum, term] = [0, x];
    for (let n = 1; n < 200; n++) {
      sum += term;
      term *= (x * x) / (2 * n + 1);
    }
    return 0.5 + (sum * exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  }

  it('[random-normal] has mean 0, variance 1 and the shares of the normal distribution', () => {
    const source = random(8);
    const values = draws(100_000, source.normal);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(3.3 / Math.sqrt(values.length)); // 99.9 % of fair means
    expect(Math.abs(variance - 1)).toBeLessThan(3.3 * Math.sqrt(2 / values.length));
    const edges = Array.from({ length: 51 }, (_, i) => (i - 25) / 8);
    const cells = [-Infinity, ...edges, Infinity];
    const shares = cells.slice(1).map((edge, i) => {
      const upTo = (x: number) => (Number.isFinite(x) ? share(x) : x < 0 ? 0 : 1);
      return upTo(edge) - upTo(cells[i]);
    });
    const seen = shares.map((_, i) => values.filter((v) => v >= cells[i] && v < cells[i + 1]).length);
    expect(chiSquare(seen, shares)).toBeLessThan(87.97); // 99.9th percentile, 51 degrees of freedom
  });

  it('[random-normal] uses a point of the disc, whose second number is returned next', () => {
    const pair = (source: Random): [number, number] => [source.normal(), source.normal()];
    const [a, b] = pair(random(9));
    const disc = random(9);
    let [u, v] = [1, 1];
    while (u * u + v * v >= 1) [u, v] = [2 * disc.uniform() - 1, 2 * disc.uniform() - 1];
    expect(a / b).toBeCloseTo(u / v, 12);
    expect(a * a + b * b).toBeCloseTo(-2 * Math.log(u * u + v * v), 12);
    expect([a, b]).toEqual([-0.476528392145549, 0.6122325340010566]);
  });
});

describe('hash', () => {
  it("[random-hash] gives the results of the author's MurmurHash3 on published vectors", () => {
    const vectors: [bytes: number[], seed: number, result: number][] = [
      [[], 0, 0],
      [[], 1, 0x514e28b7],
      [[], 0xffffffff, 0x81f16f39],
      [[255, 255, 255, 255], 0, 0x76293b50],
      [[0x21, 0x43, 0x65, 0x87], 0, 0xf55b516b],
      [[0x21, 0x43, 0x65, 0x87], 0x5082edee, 0x2362f9de],
      [[0x21, 0x43, 0x65], 0, 0x7e4a8634],
      [[0x21, 0x43], 0, 0xa0f7b07a],
      [[0x21], 0, 0x72661cf4],
      [[0, 0, 0, 0], 0, 0x2362f9de],
      [[...'hello'].map((c) => c.charCodeAt(0)), 0, 0x248bfa47],
    ];
    for (const [bytes, seed, result] of vectors) expect(murmur3(bytes, seed)).toBe(result);
  });

  it('[random-hash] distinguishes parts by value, type and division, but not by the sign of 0', () => {
    // biome-ignore format: a table
    const results = [
      hash(1), hash(2), hash(-1), hash(2 ** 40 + 1), hash(1, 0), hash(1, 1), hash(1, '1'), hash(1, ''), hash(1, 'ab', 'c'),
      hash(1, 'a', 'bc'), hash(1, 'abc'), hash(1, 0.5), hash(1, 'conv1', 2), hash(1, 2, 'conv1'), hash(1, '\ud800'), hash(1, '\ud801'),
    ];
    expect(new Set(results).size).toBe(results.length);
    expect(hash(-0, -0)).toBe(hash(0, 0));
    expect(hash(1, 250, 'stage2.drop')).toBe(1383734076);
  });

  it('[random-hash] seeds of successive steps are spread evenly', () => {
    let step = 0;
    expect(
      chiSquare(
        counts(100, 100_000, () => Math.floor((hash(1, step++, 'drop') / 2 ** 32) * 100)),
        evenly(100),
      ),
    ).toBeLessThan(CHI_99);
  });

  it('[random-hash] refuses numbers that are not finite and parts of another type', () => {
    for (const part of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => hash(1, part)).toThrow('[random-hash]');
    expect(() => hash(1, null as unknown as string)).toThrow(TypeError);
    expect(() => hash(0.5)).toThrow('[random-generator]');
  });
});
