// What all losses have in common: a layer of one output element.

import { wholeField } from '../layer/field.ts';
import type { Attributes, Layer, Roles } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { allocate, type Data, type Shape, typeOf } from '../tensor.ts';

/** What a loss says of itself: one number for all of x. */
export interface Loss {
  readonly roles?: Roles;
  check(x: Shape): void;
  value(x: Data, shape: Shape): number;
  gradient(x: Data, shape: Shape, dy: number, dx: Data): void;
}

/** A layer of one output element. Spec loss-shape. */
export function loss(name: string, attributes: Attributes, make: (attributes: never) => Layer, rules: Loss): Layer {
  return operator({
    name,
    attributes,
    make,
    roles: rules.roles,
    shape(x) {
      rules.check(x);
      return [1];
    },
    field: wholeField,
    forward(x) {
      const y = allocate(name, [1], typeOf(x.data));
      y.data[0] = rules.value(x.data, x.shape);
      return y;
    },
    gradient({ x, dy }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      rules.gradient(x.data, x.shape, dy.data[0], dx.data);
      return { x: dx };
    },
  });
}
