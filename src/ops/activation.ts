// Activations: one number in, one number out, at every place of the tensor.

import { type Layer, operator } from '../layer.ts';
import { allocate, typeOf } from '../tensor.ts';

/**
 * Rectifier: `y = x < 0 ? 0 : x`, so a NaN stays NaN; its slope at 0 is 0. Spec activation-relu.
 *
 * @example
 * relu().forward(tensor([1, 3], [-1, 0, 2]), {}).data // [0, 0, 2]
 */
export function relu(): Layer {
  return operator({
    name: 'relu',
    attributes: {},
    make: relu,
    shape: (x) => x,
    forward(x) {
      const y = allocate('relu', x.shape, typeOf(x.data));
      for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] < 0 ? 0 : x.data[i];
      return y;
    },
    gradient(x, _p, dy) {
      const dx = allocate('relu', x.shape, typeOf(x.data));
      for (let i = 0; i < dx.data.length; i++) dx.data[i] = x.data[i] > 0 ? dy.data[i] : 0;
      return { x: dx };
    },
  });
}
