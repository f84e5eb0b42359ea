// Parallel layers on the same x, whose outputs are multiplied: gates, and squeeze and excitation.

import { SpecError } from '../errors.ts';
import { roundingOf } from '../rounding.ts';
import { allocate, type Data, type Shape, type Tensor, typeOf } from '../tensor.ts';
import { branches } from './branches.ts';
import type { Parts } from './combinator.ts';
import { spanAt } from './field.ts';
import type { Layer } from './layer.ts';

/**
 * y = first(x) · second(x) · …, multiplied in order. The branches give equal shapes, except that any of them may have 1 cell or
 * channel on an axis, which is then repeated: so a gate of shape `[batch, 1, 1, channels]` weighs channels. Spec product-rules.
 *
 * @throws {SpecError} product-shape when the shapes do not fit.
 * @example
 * product([identity(), globalMaxPool({ keep: true })]).forward(tensor([1, 3, 1], [1, 2, 3]), {}).data // [3, 6, 9]
 */
export function product(parts: Parts): Layer {
  return branches('product', parts, product, {
    arrangement: 'product',
    shape: commonShape,
    fields: (fields, shapes, shape) =>
      fields.map((field, i) =>
        field.map((axis, k) =>
          shapes[i][k + 1] === shape[k + 1] ? axis : Object.freeze({ ...spanAt(axis, 0), step: 0 }),
        ),
      ),
    merge: productOfAll,
    emit: (program, ys, shape) => program.product(ys, shape, productOfAll),
    split: gradients,
  });
}

/** Spec product-shape. */
function commonShape(shapes: readonly Shape[]): Shape {
  for (const [i, second] of shapes.entries()) {
    const first = shapes.slice(0, i).find((each) => !isBeside(each, second));
    if (first)
      throw new SpecError(
        'product-shape',
        `product: the branches must give equal shapes, or 1 on an axis, got [${first}] and [${second}]`,
      );
  }
  return shapes[0].map((_, k) => Math.max(...shapes.map((each) => each[k])));
}

const isBeside = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, k) => n === b[k] || (k > 0 && (n === 1 || b[k] === 1)));

/** The place in a tensor of `shape`, one axis of which may be 1, of each element of `all`. */
function places(shape: Shape, all: Shape): Int32Array {
  let found = Int32Array.of(0);
  all.forEach((n, k) => {
    const [old, step] = [found, shape[k] === 1 ? 0 : 1];
    found = new Int32Array(old.length * n);
    for (let i = 0; i < found.length; i++) found[i] = old[Math.floor(i / n)] * shape[k] + (i % n) * step;
  });
  return found;
}

/** a · b, element by element. Spec product-rules. */
function productOf(a: Tensor, b: Tensor): Tensor {
  const shape = commonShape([a.shape, b.shape]);
  const y = allocate('product', shape, typeOf(a.data));
  const [i, j] = [places(a.shape, shape), places(b.shape, shape)];
  for (let at = 0; at < y.data.length; at++) y.data[at] = a.data[i[at]] * b.data[j[at]];
  return y;
}

const productOfAll = (ys: readonly Tensor[]): Tensor => ys.reduce(productOf);

/**
 * The gradient at the output of each branch: dy times the others, in their order, each product rounded; what was repeated gets
 * the long sum, in the order of dy. Spec product-gradient.
 */
function gradients(dy: Tensor, ys: readonly Tensor[]): readonly Tensor[] {
  const round = roundingOf(dy.data);
  const at = ys.map(({ shape }) => places(shape, dy.shape));
  return ys.map(({ shape }, k) => {
    const own = allocate('product', shape, typeOf(dy.data));
    const sums: Data = own.data.length < dy.data.length ? new Float64Array(own.data.length) : own.data;
    for (let i = 0; i < dy.data.length; i++) {
      let term = dy.data[i];
      ys.forEach(({ data }, other) => {
        if (other !== k) term = round(term * data[at[other][i]]);
      });
      sums[at[k][i]] += term;
    }
    if (sums !== own.data) own.data.set(sums);
    return own;
  });
}
