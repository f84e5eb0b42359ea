// How far the mathematics functions are from the real ones: float64 in units of the last place, float32 value by value.
// One float32 in 9973 is tried; with TOEPLITZ_EXHAUSTIVE set all are (five to ten minutes). spec/math.md has the figures.

import { describe, expect, it, vi } from 'vitest';
import { random } from '../../src/random.ts';
import * as reference from '../../src/reference/math.ts';
import * as exact from '../exact.ts';

type Unary = (x: number) => number;

/** The greatest error in units of the last place over `count` fixed draws. */
function worst(f: Unary, real: (x: number) => exact.Real, draw: Unary, count = 4000): number {
  const source = random(2);
  let most = 0;
  for (let i = 0; i < count; i++) {
    const x = draw(source.uniform());
    most = Math.max(most, exact.ulps(f(x), real(x)));
  }
  return most;
}

/** A power's error where the exponent is chosen so that the result is e^(scale·(2u − 1)). */
function worstPow(base: Unary, scale: number): number {
  const source = random(3);
  let most = 0;
  for (let i = 0; i < 4000; i++) {
    const x = base(source.uniform());
    const y = (scale * (2 * source.uniform() - 1)) / Math.log(x);
    most = Math.max(most, exact.ulps(reference.pow(x, y), exact.pow(x, y)));
  }
  return most;
}

/** The float32 values of [least, greatest] that `f`, rounded to float32, gets wrong: every `stride`-th is tried. */
function misrounded(
  f: Unary,
  real: (x: number) => exact.Real,
  least: number,
  greatest: number,
  stride: number,
): number[] {
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  const patternOf = (x: number) => {
    value[0] = x;
    return bits[0];
  };
  const wrong: number[] = [];
  for (let pattern = patternOf(least), end = patternOf(greatest); pattern <= end; pattern += stride) {
    bits[0] = pattern;
    const x = value[0];
    const y = f(x);
    const rounded = Math.fround(y);
    // Only within two float64 steps of a float32 boundary can the rounding go wrong; there the exact value decides.
    if (rounded === Math.fround(y * (1 - 2 ** -51)) && rounded === Math.fround(y * (1 + 2 ** -51))) continue;
    if (exact.ulps(rounded, real(x), 24, -149) > 0.5) wrong.push(x);
  }
  return wrong;
}

/** All float32 values, or one in 9973, a prime. */
const stride = process.env.TOEPLITZ_EXHAUSTIVE ? 1 : 9973;
if (stride === 1) vi.setConfig({ testTimeout: 1_200_000 });

describe('exp', () => {
  it('[math-exp] is within 0.515 units in the last place, 0.75 where it is subnormal', () => {
    expect(worst(reference.exp, exact.exp, (u) => 2 * u - 1)).toBeLessThan(0.515);
    expect(worst(reference.exp, exact.exp, (u) => 1417 * u - 708)).toBeLessThan(0.515);
    expect(worst(reference.exp, exact.exp, (u) => -745.1 + 37 * u)).toBeLessThan(0.75);
  });

  it('[math-exp] every float32 result is correctly rounded', () => {
    expect(misrounded(reference.exp, exact.exp, 2 ** -27, 89, stride)).toEqual([]);
    expect(misrounded(reference.exp, exact.exp, -(2 ** -27), -104, stride)).toEqual([]);
  });

  it('[math-exp] the float32 values nearest to a rounding boundary are rounded correctly', () => {
    for (const x of [-0.0017157304100692272, -0.007352583575993776, -14.567090034484863]) {
      expect(misrounded(reference.exp, exact.exp, x, x, 1)).toEqual([]);
    }
  });
});

describe('log', () => {
  it('[math-log] is within 0.505 units in the last place', () => {
    expect(worst(reference.log, exact.log, (u) => 0.5 + u)).toBeLessThan(0.505);
    expect(worst(reference.log, exact.log, (u) => 1 + (u - 0.5) * 2 ** -20)).toBeLessThan(0.505);
    expect(worst(reference.log, exact.log, (u) => 2 ** (2097 * u - 1074))).toBeLessThan(0.505);
  });

  // The float64 nearest to these logarithms is the middle of two float32 neighbours, and the even one is the other one.
  const ties = [0.011794382706284523, 9.472636222839355, 58037908, 1.2783783694984994e23, 5.498306075456329e28];

  it('[math-log] all but five of the float32 results are correctly rounded', () => {
    const wrong = misrounded(reference.log, exact.log, 2 ** -149, (2 - 2 ** -23) * 2 ** 127, stride);
    expect(wrong.filter((x) => !ties.includes(x))).toEqual([]);
  });

  it('[math-log] the five come within 10⁻⁸ of half a unit in the last place, their float64 being right', () => {
    for (const x of ties) {
      expect(exact.ulps(reference.log(x), exact.log(x))).toBeLessThan(0.5);
      const error = exact.ulps(Math.fround(reference.log(x)), exact.log(x), 24, -149);
      expect(error > 0.5 && error < 0.5 + 1e-8, `${x}: ${error}`).toBe(true);
    }
  });
});

describe('tanh', () => {
  it('[math-tanh] is within 0.56 units in the last place', () => {
    expect(worst(reference.tanh, exact.tanh, (u) => 1.2 * u)).toBeLessThan(0.56);
    expect(worst(reference.tanh, exact.tanh, (u) => 22 * u)).toBeLessThan(0.56);
    expect(worst(reference.tanh, exact.tanh, (u) => 2 ** (-30 * u))).toBeLessThan(0.56);
  });

  it('[math-tanh] every float32 result is correctly rounded', () => {
    expect(misrounded(reference.tanh, exact.tanh, 2 ** -14, 10, stride)).toEqual([]);
  });
});

describe('sigmoid', () => {
  it('[math-sigmoid] is within 0.53 units in the last place, 0.75 where it is subnormal', () => {
    expect(worst(reference.sigmoid, exact.sigmoid, (u) => 20 * u - 10)).toBeLessThan(0.53);
    expect(worst(reference.sigmoid, exact.sigmoid, (u) => 750 * u - 708)).toBeLessThan(0.53);
    expect(worst(reference.sigmoid, exact.sigmoid, (u) => -745.1 + 37 * u)).toBeLessThan(0.75);
  });

  it('[math-sigmoid] all float32 results from |x| = 2⁻¹⁶ on but one are correctly rounded', () => {
    const wrong = [
      ...misrounded(reference.sigmoid, exact.sigmoid, 2 ** -16, 40, stride),
      ...misrounded(reference.sigmoid, exact.sigmoid, -(2 ** -16), -104, stride),
    ];
    expect(wrong.filter((x) => x !== -0.001117885229177773)).toEqual([]);
  });

  it('[math-sigmoid] below, only results half way but for x³/48 are misrounded, and 75 of them', () => {
    // ½ + x/4 is the middle of two float32 neighbours where x is an odd multiple of 2⁻²³, or of −2⁻²⁴.
    const ties = [2 ** -23, -(2 ** -24)].flatMap((unit) => Array.from({ length: 256 }, (_, i) => (2 * i + 1) * unit));
    const between = [
      ...misrounded(reference.sigmoid, exact.sigmoid, 2 ** -27, 2 ** -16, stride),
      ...misrounded(reference.sigmoid, exact.sigmoid, -(2 ** -27), -(2 ** -16), stride),
    ];
    expect(between.filter((x) => !ties.includes(x))).toEqual([]);
    const wrong = ties.filter((x) => misrounded(reference.sigmoid, exact.sigmoid, x, x, 1).length > 0);
    expect([wrong.length, Math.max(...wrong.map(Math.abs)) < 2 ** -16]).toEqual([75, true]);
    for (const x of wrong) {
      expect(exact.ulps(Math.fround(reference.sigmoid(x)), exact.sigmoid(x), 24, -149)).toBeLessThan(0.5 + 1e-8);
    }
  });
});

describe('pow', () => {
  it('[math-pow] is within 0.52 units in the last place wherever the result is normal', () => {
    expect(worstPow((u) => 2 ** (200 * u - 100), 700)).toBeLessThan(0.52);
    expect(worstPow((u) => 1 + 2 ** (-50 * u), 700)).toBeLessThan(0.52);
    expect(worstPow((u) => 2 ** (u - 0.5), 700)).toBeLessThan(0.52);
    expect(worstPow((u) => 2 ** (2097 * u - 1074), 20)).toBeLessThan(0.52);
  });

  it('[math-pow] every float32 of 1 ≤ x ≤ 2³² to the power ¾ is correctly rounded', () => {
    const f = (x: number) => reference.pow(x, 0.75);
    expect(misrounded(f, (x) => exact.pow(x, 0.75), 1, 2 ** 32, stride)).toEqual([]);
  });
});
