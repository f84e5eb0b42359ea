// The layer that does nothing: the skip of a residual block.

import { checkNames, type None } from '../attributes.ts';
import { allocateFrom, type Tensor } from '../tensor.ts';
import type { Layer } from './layer.ts';
import { operator } from './operator.ts';

/**
 * `y = x`: the skip of a residual block, or the replacement of a layer that was removed. Spec identity-rules.
 *
 * @example
 * identity().forward(tensor([1, 2], [3, 4]), {}).data // [3, 4]
 */
export function identity(attributes: None = {}): Layer {
  checkNames('identity', attributes, []);
  return operator({
    name: 'identity',
    attributes: {},
    make: identity,
    shape: (x) => x,
    forward: copyOf,
    emit: (_program, x) => x,
    gradient: ({ dy }) => ({ x: copyOf(dy) }),
  });
}

/** No result shares its memory with an argument, not even the result of a layer that changes nothing. */
export const copyOf = ({ shape, data }: Tensor): Tensor =>
  data instanceof Float32Array ? allocateFrom('identity', shape, data) : { shape, data: data.slice() };
