// Layers one after the other.

import { locatedError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { combinator, ownParams, type Parts, readParts } from './combinator.ts';
import { pointField, throughField } from './field.ts';
import { copyOf } from './identity.ts';
import type { Input, Layer, Params, Pull } from './layer.ts';

/** f_L ∘ … ∘ f_1: each child gets the output of the one before. The empty chain is the identity. Spec chain-rules.
 *
 * @example
 * const net = chain({ conv: conv2d({ filters: 6, size: 5 }), relu: relu() });
 * net.shape([1, 32, 32, 1]) // [1, 28, 28, 6]
 */
export function chain(parts: Parts): Layer {
  const children = readParts('chain', parts);
  const list = Object.entries(children);
  const first = (x: Tensor): Tensor => (list.length === 0 ? copyOf(x) : x);
  return combinator('chain', children, chain, {
    arrangement: 'sequence',
    walk(x) {
      const inputs: Record<string, Input> = {};
      let [shape, field, inside] = [x, pointField(x), ''];
      try {
        for (const [name, child] of list) {
          inside = name;
          inputs[name] = { shape, field };
          field = throughField(field, child.field(shape));
          shape = child.shape(shape);
        }
      } catch (error) {
        throw locatedError(inside, error);
      }
      return { inputs, shape, field };
    },
    forward(x, p) {
      let [y, inside] = [first(x), ''];
      try {
        for (const [name, child] of list) {
          inside = name;
          y = child.forward(y, ownParams(p, name));
        }
      } catch (error) {
        throw locatedError(inside, error);
      }
      return y;
    },
    emit(program, x, p) {
      let [y, inside] = [x, ''];
      try {
        for (const [name, child] of list) {
          inside = name;
          y = program.layer(child, y, ownParams(p, name));
        }
      } catch (error) {
        throw locatedError(inside, error);
      }
      return y;
    },
    vjp(x, p) {
      const pulls: [string, Pull][] = [];
      let [y, inside] = [first(x), ''];
      try {
        for (const [name, child] of list) {
          inside = name;
          const [next, pull] = child.vjp(y, ownParams(p, name));
          pulls.unshift([name, pull]);
          y = next;
        }
      } catch (error) {
        throw locatedError(inside, error);
      }
      return [
        y,
        (dy, needsX) => {
          const params: Record<string, Params<Tensor>> = Object.fromEntries(list.map(([name]) => [name, {}]));
          let dx = first(dy);
          try {
            for (const [name, pull] of pulls) {
              inside = name;
              const gradient = pull(dx, needsX || name !== list[0][0]);
              params[name] = gradient.params;
              dx = gradient.x;
            }
          } catch (error) {
            throw locatedError(inside, error);
          }
          return { x: dx, params };
        },
      ];
    },
  });
}
