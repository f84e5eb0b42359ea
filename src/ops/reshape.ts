// The layer that only changes the shape: flatten.

import { checkNames, type None } from '../attributes.ts';
import { wholeField } from '../layer/field.ts';
import { copyOf } from '../layer/identity.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { sizeOf } from '../tensor.ts';

/**
 * Makes one row of each image: `[batch, ...space, channels]` → `[batch, product]`, row-major, channels last. Spec reshape-flatten.
 *
 * @example
 * flatten().shape([1, 32, 32, 3]) // [1, 3072]
 */
export function flatten(attributes: None = {}): Layer {
  checkNames('flatten', attributes, []);
  return operator({
    name: 'flatten',
    attributes: {},
    make: flatten,
    shape: (x) => [x[0], sizeOf(x.slice(1))],
    field: wholeField,
    forward: ({ shape, data }) => copyOf({ shape: [shape[0], sizeOf(shape.slice(1))], data }),
    emit: (program, x) => program.reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
    roles: { flattens: true },
    gradient: ({ x, dy }) => ({ x: copyOf({ shape: x.shape, data: dy.data }) }),
  });
}
