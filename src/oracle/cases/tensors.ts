// What follows from a case: its layer, the shape of x, its tensors.

import type { Layer } from '../../layer/layer.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import type { Case, Operands } from '../case.ts';
import { familyOf, operatorOf } from '../families/index.ts';
import { valuesOf } from '../values.ts';

/** The layer a case asks about. */
export function layerOf(c: Case): Layer {
  const { family, make } = operatorOf(c.op);
  return make(family.attributes(allowed(c)) as never);
}

/** The case itself, or near one that must be refused the one from which its layer and its parameters follow. */
const allowed = (c: Case): Case => (c.reject ? familyOf(c.op).repaired(c) : c);

export const shapeOf = (c: Case): Shape => familyOf(c.op).input(allowed(c));

/** How much there is to reduce. */
export const workOf = (c: Case): number => familyOf(c.op).work(c);

/** Spec oracle-cases: a case is one that the spec allows and settles. Spec oracle-reject: or one that it forbids, where that is asked. */
export function isPossible(c: Case): boolean {
  const { family } = operatorOf(c.op);
  if (c.reject) return !c.gradient && !isAllowed(c) && isAllowed(family.repaired(c));
  return isAllowed(c) && family.isSettled(c);
}

function isAllowed(c: Case): boolean {
  const { family, make } = operatorOf(c.op);
  try {
    make(family.attributes(c) as never).shape(family.input(c));
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Whether an error is that of a value or a type which the spec forbids. */
const isRefusal = (error: unknown): boolean => error instanceof Error && 'clause' in error;

/** The tensors of a case, the same on every host. */
export function operandsOf(c: Case, layer: Layer): Operands {
  const { values, input } = familyOf(c.op);
  const x = input(c);
  const near = shapeOf(c);
  const make = (name: string, shape: Shape): Tensor => {
    const given = c.given?.[name];
    const data = given ? Float32Array.from(given) : valuesOf(values[c.values], c.seed, name, sizeOf(shape));
    return { shape, data };
  };
  const shapes: Record<string, Shape> = { x, ...(layer.params(near) as Record<string, Shape>) };
  if (c.gradient) shapes.dy = layer.shape(x);
  const tensors = Object.entries(shapes).map(([name, shape]) => [name, make(name, shape)]);
  return { ...Object.fromEntries(tensors), ...attachedTo(layer, near) } as Operands;
}

/** The tensors among the attributes of a layer. */
export function attachedTo({ name, attributes }: Layer, x: Shape): Readonly<Record<string, Tensor>> {
  const tensors = Object.entries(familyOf(name).attached).map(([what, shape]) => {
    const value = attributes[what] as Tensor | ArrayLike<number>;
    return [what, { shape: shape(x), data: Float32Array.from('data' in value ? value.data : value) }];
  });
  return Object.fromEntries(tensors);
}
