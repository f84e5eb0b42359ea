// The receptive field of units that are listed one by one.

import { fieldOf, MOST_PHASES, type Runs } from './field.ts';
import type { AxisField } from './layer.ts';

/** The field of units each of which depends on the cells from `first[p]` to `last[p]`. Spec layer-field. */
export function listedField(first: ArrayLike<number>, last: ArrayLike<number>, step: number): AxisField {
  const units = first.length;
  if (units > MOST_PHASES) {
    let [size, start] = [1, Number.POSITIVE_INFINITY];
    for (let p = 0; p < units; p++) {
      size = Math.max(size, last[p] - first[p] + 1);
      start = Math.min(start, first[p] - p * step);
    }
    return Object.freeze({ size, step, start });
  }
  const sets = Array.from({ length: units }, (_, p): Runs => [[first[p], last[p]]]);
  return fieldOf({ period: units, shift: units * step, sets });
}
