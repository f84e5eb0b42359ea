// Receptive fields: of a single layer, of one layer after another, and of branches side by side.

import type { Shape } from '../tensor.ts';
import type { AxisField, Field } from './layer.ts';

/** The sizes of the axes between batch and channels. */
export const spaceOf = (shape: Shape): Shape => shape.slice(1, -1);

/** The field of a unit that sees the one cell at its own place. */
export const pointField = (x: Shape): Field => spaceOf(x).map(() => ({ size: 1, step: 1, start: 0 }));

/** The field of a unit that sees all of the input. */
export const wholeField = (x: Shape): Field => spaceOf(x).map((size) => ({ size, step: 0, start: 0 }));

/** The field of `inner` seen through `outer`, whose input is the output of `inner`. Spec layer-field. */
export function throughField(inner: Field, outer: Field): Field {
  return inner.map((axis, i) => {
    const next: AxisField = outer[i] ?? { size: 1, step: 1, start: 0 };
    return {
      size: axis.size + (next.size - 1) * axis.step,
      step: axis.step * next.step,
      start: axis.start + next.start * axis.step,
    };
  });
}

/** The smallest field that holds those of all branches: what the first unit sees, at the widest step. */
export function hull(fields: readonly Field[]): Field {
  return fields[0].map((_, i) => {
    const axes = fields.map((field) => field[i]);
    const start = Math.min(...axes.map((axis) => axis.start));
    return {
      size: Math.max(...axes.map((axis) => axis.start + axis.size)) - start,
      step: Math.max(...axes.map((axis) => axis.step)),
      start,
    };
  });
}
