// The error of the mathematics functions: float64 in units in the last place, float32 value by value.
// One float32 in 9973 is tried here; `npm run exhaustive` tries all of them. spec/math.md has the figures.

import { describe, expect, it } from 'vitest';
import { random } from '../../src/random.ts';
import { add, functions, functionsFor } from '../../src/reference/map.ts';
import * as reference from '../../src/reference/math.ts';
import * as exact from '../exact.ts';
import exhaustive from '../exhaustive/results.json' with { type: 'json' };

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

/** Whether y is the middle of two normal float32 values. */
const isMiddle = (y: number): boolean =>
  y !== Math.fround(y) && Math.fround(2 * y - Math.fround(y)) === 2 * y - Math.fround(y);

const real: Record<keyof typeof functions, (x: number, exponent: number) => exact.Real> = { ...exact };
const single = functionsFor(new Float32Array());

/** The float32 values of [least, greatest] that a function of float32 gets wrong: one in 9973, a prime. */
function misrounded(f: keyof typeof functions, least: number, greatest: number, exponent = 1): number[] {
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  const patternOf = (x: number) => {
    value[0] = x;
    return bits[0];
  };
  const wrong: number[] = [];
  for (let pattern = patternOf(least), end = patternOf(greatest); pattern <= end; pattern += 9973) {
    bits[0] = pattern;
    if (isMisrounded(f, value[0], exponent)) wrong.push(value[0]);
  }
  return wrong;
}

/** Only within two float64 steps of a float32 boundary can the rounding go wrong; there the exact value decides. */
function isMisrounded(f: keyof typeof functions, x: number, exponent = 1): boolean {
  const y = functions[f](x, exponent);
  const rounded = single[f](x, exponent);
  if (rounded === Math.fround(y * (1 - 2 ** -51)) && rounded === Math.fround(y * (1 + 2 ** -51))) return false;
  return exact.ulps(rounded, real[f](x, exponent), 24, -149) > 0.5;
}

/** Whether every x gives the middle of two float32 values in float64, and yet the right one of the two. */
function expectMiddles(f: keyof typeof functions, values: readonly number[]): void {
  for (const x of values) {
    expect(exact.ulps(functions[f](x, 1), real[f](x, 1)), `${f}(${x})`).toBeLessThan(0.5);
    const error = exact.ulps(single[f](x, 1), real[f](x, 1), 24, -149);
    expect(error < 0.5 && error > 0.5 - 1e-8, `${f}(${x}): ${error}`).toBe(true);
  }
}

describe('exp', () => {
  it('[math-exp] is within 0.515 units in the last place, 0.75 where it is subnormal', () => {
    expect(worst(reference.exp, exact.exp, (u) => 2 * u - 1)).toBeLessThan(0.515);
    expect(worst(reference.exp, exact.exp, (u) => 1417 * u - 708)).toBeLessThan(0.515);
    expect(worst(reference.exp, exact.exp, (u) => -745.1 + 37 * u)).toBeLessThan(0.75);
  });

  it('[math-float32] float32 results are correctly rounded, those nearest to a boundary too', () => {
    expect([...misrounded('exp', 2 ** -27, 89), ...misrounded('exp', -(2 ** -27), -104)]).toEqual([]);
    const near = [-0.0017157304100692272, -0.007352583575993776, -14.567090034484863];
    expect(near.filter((x) => isMisrounded('exp', x))).toEqual([]);
  });
});

describe('log', () => {
  it('[math-log] is within 0.505 units in the last place', () => {
    expect(worst(reference.log, exact.log, (u) => 0.5 + u)).toBeLessThan(0.505);
    expect(worst(reference.log, exact.log, (u) => 1 + (u - 0.5) * 2 ** -20)).toBeLessThan(0.505);
    expect(worst(reference.log, exact.log, (u) => 2 ** (2097 * u - 1074))).toBeLessThan(0.505);
  });

  it('[math-float32] float32 results are correctly rounded, five middles of two float32 values too', () => {
    expect(misrounded('log', 2 ** -149, (2 - 2 ** -23) * 2 ** 127)).toEqual([]);
    expectMiddles(
      'log',
      [0.011794382706284523, 9.472636222839355, 58037908, 1.2783783694984994e23, 5.498306075456329e28],
    );
  });
});

describe('tanh', () => {
  it('[math-tanh] is within 0.56 units in the last place', () => {
    expect(worst(reference.tanh, exact.tanh, (u) => 1.2 * u)).toBeLessThan(0.56);
    expect(worst(reference.tanh, exact.tanh, (u) => 22 * u)).toBeLessThan(0.56);
    expect(worst(reference.tanh, exact.tanh, (u) => 2 ** (-30 * u))).toBeLessThan(0.56);
  });

  it('[math-float32] float32 results are correctly rounded', () => {
    expect(misrounded('tanh', 2 ** -14, 10)).toEqual([]);
  });
});

describe('sigmoid', () => {
  it('[math-sigmoid] is within 0.53 units in the last place, 0.75 where it is subnormal', () => {
    expect(worst(reference.sigmoid, exact.sigmoid, (u) => 20 * u - 10)).toBeLessThan(0.53);
    expect(worst(reference.sigmoid, exact.sigmoid, (u) => 750 * u - 708)).toBeLessThan(0.53);
    expect(worst(reference.sigmoid, exact.sigmoid, (u) => -745.1 + 37 * u)).toBeLessThan(0.75);
  });

  it('[math-float32] float32 results are correctly rounded', () => {
    expect([...misrounded('sigmoid', 2 ** -27, 40), ...misrounded('sigmoid', -(2 ** -27), -104)]).toEqual([]);
  });

  it('[math-float32] results half way except for x³/48 are too', () => {
    // ½ + x/4 is the middle of two float32 neighbours where x is an odd multiple of 2⁻²³, or of −2⁻²⁴.
    const odd = [2 ** -23, -(2 ** -24)].flatMap((unit) => Array.from({ length: 256 }, (_, i) => (2 * i + 1) * unit));
    expect(odd.filter((x) => isMisrounded('sigmoid', x))).toEqual([]);
    const middles = odd.filter((x) => isMiddle(functions.sigmoid(x)));
    expect(middles.length).toBeGreaterThan(75);
    expectMiddles('sigmoid', [...middles, -0.001117885229177773]);
  });
});

describe('softplus', () => {
  it('[math-softplus] is within 0.53 units in the last place', () => {
    expect(worst(reference.softplus, exact.softplus, (u) => 20 * u - 10)).toBeLessThan(0.53);
    expect(worst(reference.softplus, exact.softplus, (u) => 280 * u - 140)).toBeLessThan(0.53);
    expect(worst(reference.softplus, exact.softplus, (u) => 2 ** (-30 * u))).toBeLessThan(0.53);
    expect(worst(reference.softplus, exact.softplus, (u) => -(2 ** (-30 * u)))).toBeLessThan(0.53);
  });

  it('[math-float32] float32 results are correctly rounded', () => {
    expect([...misrounded('softplus', 2 ** -27, 40), ...misrounded('softplus', -(2 ** -27), -104)]).toEqual([]);
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
    expect(misrounded('pow', 1, 2 ** 32, 0.75)).toEqual([]);
  });

  it.each([
    [0, 0, 1],
    [Number.NaN, 0, 1],
    [Infinity, -0, 1],
    [1, Number.NaN, 1],
    [1, Infinity, 1],
    [-1, Infinity, 1],
    [-2, 2, 4],
    [-2, 3, -8],
    [-2, 5, -32],
    [-2, 6, 64],
    [-2, -1, -0.5],
    [-1, 2 ** 53, 1],
    [-1, 2 ** 52 + 1, -1],
    [-0, 3, -0],
    [-0, 2, 0],
    [-0, -3, -Infinity],
    [-0, 0.5, 0],
    [-8, 1 / 3, Number.NaN],
    [-Infinity, 0.5, Infinity],
    [-Infinity, 3, -Infinity],
    [-Infinity, -3, -0],
    [Infinity, -2, 0],
    [2, Number.NaN, Number.NaN],
  ])('[math-pow] %d to the power %d is %d', (x, y, expected) => {
    expect(reference.pow(x, y)).toBe(expected);
  });
});

describe('the ends of the range', () => {
  it('[math-log] of ±0, ∞, negative and subnormal numbers', () => {
    expect([0, -0, Infinity, -1, Number.NaN].map(reference.log)).toEqual([
      -Infinity,
      -Infinity,
      Infinity,
      Number.NaN,
      Number.NaN,
    ]);
    expect(exact.ulps(reference.log(2 ** -1074), exact.log(2 ** -1074))).toBeLessThan(0.52);
  });

  it('[math-float32] the middle of two float32 values that is exact goes to the even one', () => {
    // Above 40 softplus is x itself, and the distance of float32 values from 64 on is 2⁻¹⁷.
    for (let i = 0; i < 4; i++) {
      const x = 64 + (2 * i + 1) * 2 ** -18;
      expect(reference.nearest(reference.softplus(x))).toBe(Math.fround(x));
    }
  });
});

describe('npm run exhaustive', () => {
  const tried: Record<string, { inputs: number; wrong: number; closest: number; closestInput: number }> = exhaustive;
  it.each(['exp', 'log', 'tanh', 'sigmoid', 'softplus'] as const)(
    '[math-float32] found every float32 result of %s right, the hardest too',
    (f) => {
      const { inputs, wrong, closest, closestInput } = tried[f];
      expect([inputs, wrong]).toEqual([2 ** 32, 0]);
      expect(isMisrounded(f, closestInput)).toBe(false);
      const error = exact.ulps(single[f](closestInput), real[f](closestInput, 1), 24, -149);
      expect(error).toBeCloseTo(0.5 - closest, 12);
    },
  );
});

it('[sum-rules] adds two tensors element by element in float64', () => {
  const y = new Float64Array(3);
  add(Float64Array.of(1, 2, 0.1), Float64Array.of(10, 20, 0.2), y);
  expect([...y]).toEqual([11, 22, 0.1 + 0.2]);
});
