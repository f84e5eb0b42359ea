// Numbers rounded to narrow formats, written from their definitions: to nearest with ties to even, cut off, or either by chance.

import type { Random } from '../../src/random.ts';
import type { Operations } from './sums.ts';

/** p significant binary digits, exponents from 1 − e to e. */
const formats = { float32: [24, 127], tf32: [11, 127], bfloat16: [8, 127], float16: [11, 15] } as const;
export type Format = keyof typeof formats;
export type Rounding = 'nearest' | 'cut' | 'either';

const words = new Uint32Array(2);
const doubles = new Float64Array(words.buffer);
const most = Object.fromEntries(Object.entries(formats).map(([name, [p, e]]) => [name, 2 ** e * (2 - 2 ** (1 - p))]));
const isUp: Readonly<Record<Rounding, (rest: number, below: number, draw: Random) => boolean>> = {
  nearest: (rest, below) => rest > 0.5 || (rest === 0.5 && below % 2 === 1),
  cut: () => false,
  either: (rest, _, draw) => rest > 0 && draw.below(2) === 0,
};

/** The greatest power of two that is at most a normal float64 above 0 (on a little-endian machine). */
function powerBelow(size: number): number {
  doubles[0] = size;
  words[0] = 0;
  words[1] &= 0x7ff00000;
  return doubles[0];
}

export function narrowed(value: number, format: Format, rounding: Rounding, draw: Random): number {
  const [p, e] = formats[format];
  if (value === 0 || !Number.isFinite(value)) return value;
  const size = Math.abs(value);
  const unit = Math.max(2 ** (1 - e), powerBelow(size)) * 2 ** (1 - p);
  const steps = size / unit;
  const below = Math.floor(steps);
  const found = (below + (isUp[rounding](steps - below, below, draw) ? 1 : 0)) * unit;
  return Math.sign(value) * (found > most[format] ? Number.POSITIVE_INFINITY : found);
}

/** Operations that read operands in one format and round products and sums to another. */
export const narrow = (operands: Format, accumulator: Format, rounding: Rounding, draw: Random): Operations => ({
  read: (v) => narrowed(v, operands, rounding, draw),
  round: (v) => narrowed(v, accumulator, 'nearest', draw),
});
