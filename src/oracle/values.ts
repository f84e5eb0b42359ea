// What the tensors of a case hold. Whole numbers make sums exact, so that a single wrong bit shows.

import { hash, random } from '../random.ts';

export const valueKinds = ['exact', 'negative', 'distinct', 'ones', 'real', 'nan', 'infinite', 'given'] as const;

/**
 * exact: whole numbers from −9 to 9, never 0, so that every term counts. negative: x from −9 to −1. distinct: no two cells of x equal. ones: all 1.
 * real: 24-bit numbers of either sign from 2⁻⁶ to 2⁶, for rounding. nan: exact, but NaN at one place of x.
 * infinite: exact, but ∞ at one place of the weight. given: written out. Spec oracle-values.
 */
export type Values = (typeof valueKinds)[number];

/** The values of one tensor: a pure function of kind, seed and name. */
export function fill(kind: Values, seed: number, name: string, size: number): Float32Array {
  const draw = random(hash(seed, name));
  const whole = (): number => {
    const value = draw.below(18) - 9;
    return value < 0 ? value : value + 1;
  };
  const data = new Float32Array(size);
  if (kind === 'ones') return data.fill(1);
  if (kind === 'distinct' && name === 'x') return draw.shuffle(data.map((_, i) => i - (size >> 1)));
  if (kind === 'real') return data.map(() => (draw.below(1 << 24) / (1 << 23) - 1) * powerOfTwo(draw.below(13) - 6));
  if (kind === 'negative' && name === 'x') return data.map(() => -1 - draw.below(9));
  data.forEach((_, i) => {
    data[i] = whole();
  });
  if (kind === 'nan' && name === 'x') data[draw.below(size)] = NaN;
  if (kind === 'infinite' && name === 'weight') data[draw.below(size)] = Infinity;
  return data;
}

/** Exact for the small exponents used here. */
const powerOfTwo = (exponent: number): number => (exponent < 0 ? 1 / (1 << -exponent) : 1 << exponent);
