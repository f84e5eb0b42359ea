// The logarithm of softmax along one axis.
//
//   d = x − max x,  s = Σ exp(d),  y = d − log s          dx = dy − exp(y) · Σ dy

import { known, MAX_ATTRIBUTE, wholeNumber } from '../attributes.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { exp, log } from '../reference/math.ts';
import { roundingOf } from '../rounding.ts';
import { allocate, type Data, typeOf } from '../tensor.ts';
import { belowMaximum, eachRow, type Rows } from './rows.ts';
import { axisField, placeOf, rowsAlong } from './softmax.ts';

/**
 * Logarithm of softmax: `y = x − max x − log Σ exp(x − max x)` along `axis`, by default the last one; negative axes count from
 * the end. Spec softmax-log.
 *
 * @throws {SpecError} softmax-axis when x has no such axis.
 * @example
 * logSoftmax().forward(tensor([1, 2], [1000, 1000], 'float64'), {}).data // [-0.693147, -0.693147]
 */
export function logSoftmax(attributes: { readonly axis?: number } = {}): Layer {
  const name = 'logSoftmax';
  attributes = known(name, attributes, ['axis']);
  const axis = wholeNumber('softmax-axis', name, 'axis', attributes.axis ?? -1, -MAX_ATTRIBUTE);
  return operator({
    name,
    attributes: { axis },
    make: logSoftmax,
    shape(x) {
      placeOf(name, axis, x);
      return x;
    },
    field: (x) => axisField(x, placeOf(name, axis, x)),
    forward(x) {
      const y = allocate(name, x.shape, typeOf(x.data));
      logSoftmaxRows(rowsAlong(x.shape, placeOf(name, axis, x.shape)), x.data, y.data);
      return y;
    },
    gradient({ x, dy, y }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      logSoftmaxGradRows(rowsAlong(x.shape, placeOf(name, axis, x.shape)), y.data, dy.data, dx.data);
      return { x: dx };
    },
  });
}

/** Spec softmax-log: the sum and its logarithm are float64. */
function logSoftmaxRows(rows: Rows, x: Data, y: Data): void {
  const end = rows.length * rows.step;
  belowMaximum(rows, x, y);
  eachRow(rows, x.length, (first) => {
    let s = 0;
    for (let i = first; i < first + end; i += rows.step) s += exp(y[i]);
    const l = log(s);
    for (let i = first; i < first + end; i += rows.step) y[i] = y[i] - l;
  });
}

/** Spec softmax-log. */
function logSoftmaxGradRows(rows: Rows, y: Data, dy: Data, dx: Data): void {
  const round = roundingOf(y);
  const end = rows.length * rows.step;
  eachRow(rows, y.length, (first) => {
    let s = 0;
    for (let i = first; i < first + end; i += rows.step) s += dy[i];
    for (let i = first; i < first + end; i += rows.step) dx[i] = dy[i] - round(round(exp(y[i])) * s);
  });
}
