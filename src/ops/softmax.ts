// Softmax along one axis.
//
//   m = max x,  e = exp(x − m),  s = Σ e,  y = e / s          dx = y·(dy − Σ dy·y)

import { known, MAX_ATTRIBUTE, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { pointField } from '../layer/field.ts';
import type { Field, Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { allocate, type Shape, sizeOf, typeOf } from '../tensor.ts';
import { type Rows, softmaxGradRows, softmaxRows } from './rows.ts';

/**
 * Softmax: `y = exp(x) / Σ exp(x)` along `axis`, by default the last one; negative axes count from the end. Computed as
 * `exp(x − max x)`, so that no logit overflows. Spec softmax-forward.
 *
 * @throws {SpecError} softmax-axis when x has no such axis.
 * @example
 * softmax().forward(tensor([1, 2], [1000, 1000]), {}).data // [0.5, 0.5]
 */
export function softmax(attributes: { readonly axis?: number } = {}): Layer {
  const name = 'softmax';
  attributes = known(name, attributes, ['axis']);
  const axis = wholeNumber('softmax-axis', name, 'axis', attributes.axis ?? -1, -MAX_ATTRIBUTE);
  const rows = (x: Shape): Rows => rowsAlong(x, placeOf(name, axis, x));
  return operator({
    name,
    attributes: { axis },
    make: softmax,
    shape(x) {
      placeOf(name, axis, x);
      return x;
    },
    field: (x) => axisField(x, placeOf(name, axis, x)),
    forward(x) {
      const y = allocate(name, x.shape, typeOf(x.data));
      softmaxRows(rows(x.shape), x.data, y.data);
      return y;
    },
    gradient({ x, dy, y }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      softmaxGradRows(rows(x.shape), y.data, dy.data, dx.data);
      return { x: dx };
    },
  });
}

/** The number of an axis of x; negative ones count from the end. Spec softmax-axis. */
export function placeOf(who: string, axis: number, x: Shape): number {
  if (axis >= x.length || axis < -x.length)
    throw new SpecError('softmax-axis', `${who}: axis must be one of the ${x.length} axes of x, got ${axis}`);
  return axis < 0 ? axis + x.length : axis;
}

export const rowsAlong = (x: Shape, place: number): Rows => ({ length: x[place], step: sizeOf(x.slice(place + 1)) });

/** The field of units that depend on all of one axis. */
export const axisField = (x: Shape, place: number): Field =>
  pointField(x).map((point, i) => (i + 1 === place ? { size: x[i + 1], step: 0, start: 0 } : point));
