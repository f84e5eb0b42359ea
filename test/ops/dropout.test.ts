// What is special about dropout: which seeds it refuses, and in which words.

import { expect, it } from 'vitest';
import { dropout, SpecError } from '../../src/index.ts';

it('[dropout-seed] is a whole number that float64 holds exactly', () => {
  for (const [seed, shown] of [
    ['1', "'1'"],
    [true, 'true'],
  ]) {
    const make = () => dropout({ rate: 0.5, seed: seed as never });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`dropout: seed must be a whole number, got ${shown} [dropout-seed]`);
  }
  for (const seed of [0.5, Number.NaN, 2 ** 53, -(2 ** 53)]) {
    const make = () => dropout({ rate: 0.5, seed });
    expect(make).toThrow(SpecError);
    expect(make).toThrow(
      `dropout: seed must be a whole number of at most 2⁵³ − 1 in magnitude, got ${seed} [dropout-seed]`,
    );
  }
  for (const seed of [0, -1, 2 ** 53 - 1]) expect(dropout({ rate: 0.5, seed }).attributes.seed).toBe(seed);
});
