// The slopes of a function on the two sides of a point, how accurate they are, and whether it has a corner there.
//
//   before = (L(θ) − L(θ − h)) / h     after = (L(θ + h) − L(θ)) / h     h = 1e-5 · max(1, |θ|)
//
// L is a sum; its terms are subtracted one by one, so that terms that do not depend on θ add no rounding errors.

import type { Tensor } from '../tensor.ts';

export interface Slopes {
  readonly before: number;
  readonly after: number;
  /** The difference of the two, and that of the slopes with half the step. */
  readonly bend: number;
  readonly halfBend: number;
  /** The part of a slope that rounding alone can cause. */
  readonly noise: number;
}

/** A central difference and its uncertainty. */
export interface Difference {
  readonly value: number;
  readonly doubt: number;
}

type Terms = () => Float64Array;

/** The relative error of float64, for a few roundings in each of two terms. */
const ROUNDING = 8 * Number.EPSILON;

const stepOf = (theta: number): number => 1e-5 * Math.max(1, Math.abs(theta));

/** Calls `run` with the terms at θ + offset, and restores θ. */
function around<T>(
  data: Tensor['data'],
  index: number,
  terms: Terms,
  run: (at: (offset: number) => Float64Array) => T,
): T {
  const theta = data[index];
  try {
    return run((offset) => {
      data[index] = theta + offset;
      return terms();
    });
  } finally {
    data[index] = theta;
  }
}

/** Σ a − b, and the sum of the sizes of those terms that differ. */
function minus(a: Float64Array, b: Float64Array): { sum: number; size: number } {
  let [sum, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    sum += a[i] - b[i];
    size += Math.abs(a[i]) + Math.abs(b[i]);
  }
  return { sum, size };
}

/** The slopes on the two sides of one entry; their mean is the central difference. */
export function slopes(data: Tensor['data'], index: number, terms: Terms): Slopes {
  const h = stepOf(data[index]);
  return around(data, index, terms, (at) => {
    const middle = at(0);
    const sides = (step: number) => {
      const [low, high] = [minus(middle, at(-step)), minus(at(step), middle)];
      return [low.sum / step, high.sum / step, (ROUNDING * Math.max(low.size, high.size)) / step];
    };
    const [[before, after, noise], [halfBefore, halfAfter]] = [sides(h), sides(h / 2)];
    return { before, after, bend: Math.abs(after - before), halfBend: Math.abs(halfAfter - halfBefore), noise };
  });
}

/** From max(1, |θ|) down to far below the usual step. */
const STEPS = [1e5, 1e4, 1e3, 1e2, 10, 1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

/**
 * The central difference with the least uncertainty among many steps. The uncertainty is the rounding of the terms, or by
 * how much the differences of this step, its half and its quarter disagree, if that is more. A term that a great step
 * changes and a small one does not is lost to rounding there.
 */
export function bestDifference(data: Tensor['data'], index: number, terms: Terms): Difference {
  const usual = stepOf(data[index]);
  return around(data, index, terms, (at) => {
    const touched = new Set<number>();
    const central = (h: number) => {
      const [high, low] = [at(h), at(-h)];
      high.forEach((value, i) => {
        if (value !== low[i]) touched.add(i);
      });
      let size = 0;
      for (const i of touched) size += Math.abs(high[i]) + Math.abs(low[i]);
      return [minus(high, low).sum / (2 * h), (ROUNDING * size) / (2 * h)];
    };
    let best: Difference = { value: Number.NaN, doubt: Number.POSITIVE_INFINITY };
    for (const factor of STEPS) {
      const h = usual * factor;
      const [[one], [half], [value, noise]] = [h, h / 2, h / 4].map(central);
      const doubt = Math.max(noise, 4 * Math.max(Math.abs(one - half), Math.abs(half - value)));
      if (doubt < best.doubt) best = { value, doubt };
    }
    return best;
  });
}

/** Whether a step a thousand times the usual one changes nothing at all. */
export function isFlat(data: Tensor['data'], index: number, terms: Terms): boolean {
  const h = 1e3 * stepOf(data[index]);
  return around(data, index, terms, (at) => minus(at(h), at(-h)).size === 0);
}

/**
 * Whether the slopes indicate a corner: the gradient of either side of a corner lies between them; and where several
 * meet, as ties of maxima on a flat image do, halving the step does not halve their difference, as it does where the
 * function is smooth.
 */
export const isCorner = (sides: Slopes, a: number, slack: number): boolean =>
  isBent(sides, slack) ||
  (a >= Math.min(sides.before, sides.after) - slack && a <= Math.max(sides.before, sides.after) + slack);

/** Halving the step does not halve the difference of the slopes, and rounding is not the reason. */
export function isBent({ bend, halfBend, noise }: Slopes, slack: number): boolean {
  const most = Math.max(bend, halfBend);
  return most > Math.max(slack, 8 * noise) && Math.abs(halfBend - bend / 2) > most / 20;
}
