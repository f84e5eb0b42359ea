// What the tensors of a case hold. Whole numbers make sums exact, so that a single wrong bit shows. Spec oracle-values.

import { hash, type Random, random } from '../random.ts';

/** The values of the tensor with a name. */
export type Fill = (name: string, size: number, draw: Random) => Float32Array;

/** Whole numbers from −9 to 9, never 0, so that every term counts. */
const exact: Fill = (_, size, draw) =>
  new Float32Array(size).map(() => {
    const value = draw.below(18) - 9;
    return value < 0 ? value : value + 1;
  });

/** As `exact`, except for the tensor that is named. */
const but =
  (tensor: string, change: Fill): Fill =>
  (name, size, draw) =>
    (name === tensor ? change : exact)(name, size, draw);

/** As `exact`, but `value` at one place of the tensor that is named. */
const withOne = (tensor: string, value: number): Fill =>
  but(tensor, (name, size, draw) => {
    const data = exact(name, size, draw);
    data[draw.below(size)] = value;
    return data;
  });

/** One NaN in the tensor that is named, and zeros for three of four numbers of every other: 0·NaN is NaN too. */
const amidZeros =
  (tensor: string): Fill =>
  (name, size, draw) =>
    name === tensor
      ? withOne(tensor, NaN)(name, size, draw)
      : exact(name, size, draw).map((value) => (draw.below(4) > 0 ? 0 : value));

/** Exact for the small exponents used here. */
const powerOfTwo = (exponent: number): number => (exponent < 0 ? 1 / (1 << -exponent) : 1 << exponent);

/** The ways to fill tensors that several families share; a family may have others of its own. */
export const commonValues = {
  exact,
  /** x from −9 to −1. */
  negative: but('x', (_, size, draw) => new Float32Array(size).map(() => -1 - draw.below(9))),
  /** No two cells of x are equal. */
  distinct: but('x', (_, size, draw) => draw.shuffle(new Float32Array(size).map((_, i) => i - (size >> 1)))),
  ones: (_, size) => new Float32Array(size).fill(1),
  /** 24-bit numbers of either sign from 2⁻⁶ to 2⁶, for rounding. */
  real: (_, size, draw) =>
    new Float32Array(size).map(() => (draw.below(1 << 24) / (1 << 23) - 1) * powerOfTwo(draw.below(13) - 6)),
  /** x of either sign from 10⁵ to 10⁵ + 2²⁰ in magnitude: whole, so that float32 has all of them. */
  large: but('x', (_, size, draw) =>
    new Float32Array(size).map(() => (100000 + draw.below(1 << 20)) * (draw.below(2) === 0 ? 1 : -1)),
  ),
  /** x from −10⁵ − 2²⁰ to −10⁵: below what a maximum may wrongly start from. */
  low: but('x', (_, size, draw) => new Float32Array(size).map(() => -100000 - draw.below(1 << 20))),
  /** Seven of eight cells of x are −∞. */
  minus: but('x', (name, size, draw) =>
    exact(name, size, draw).map((value) => (draw.below(8) === 0 ? value : -Infinity)),
  ),
  nan: withOne('x', NaN),
  infinite: withOne('weight', Infinity),
  xNaN: amidZeros('x'),
  weightNaN: amidZeros('weight'),
  dyNaN: amidZeros('dy'),
  /** Many cells of x are equal. */
  ties: but('x', (_, size, draw) => new Float32Array(size).map(() => draw.below(2))),
} as const satisfies Readonly<Record<string, Fill>>;

/** Whether a NaN stands beside zeros in the other factors. */
export const isAmidZeros = (values: string): boolean => ['xNaN', 'weightNaN', 'dyNaN'].includes(values);
/** Whether one of the numbers is a NaN, or no finite number. */
export const holdsNaN = (values: string): boolean => values === 'nan' || isAmidZeros(values);
export const isNonFinite = (values: string): boolean => values === 'infinite' || holdsNaN(values);

/** The values of one tensor: a pure function of the way to fill it, the seed and its name. */
export const valuesOf = (fill: Fill, seed: number, name: string, size: number): Float32Array =>
  fill(name, size, random(hash(seed, name)));
