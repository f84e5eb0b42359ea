// The receptive field of units that are listed one by one.

import { fieldOf, MOST_PHASES, type Runs } from './field-cells.ts';
import type { AxisField } from './layer.ts';

/**
 * The field of `units` units, of which p depends on the cells from `first(p)` to `last(p)`; of more than can be listed it is
 * `rough`, which may be wider. Spec layer-field.
 */
export function listedField(
  units: number,
  step: number,
  first: (p: number) => number,
  last: (p: number) => number,
  rough: AxisField,
): AxisField {
  if (units > MOST_PHASES) return Object.freeze(rough);
  const sets = Array.from({ length: units }, (_, p): Runs => [[first(p), last(p)]]);
  return fieldOf({ period: units, shift: units * step, sets });
}
