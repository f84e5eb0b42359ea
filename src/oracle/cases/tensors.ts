// What follows from a case: its layer, the shape of x, its tensors.

import type { Layer } from '../../layer/layer.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import type { Case, Operands } from '../case.ts';
import { familyOf, operatorOf } from '../families/index.ts';
import { valuesOf } from '../values.ts';

/** The layer a case asks about. */
export function layerOf(c: Case): Layer {
  const { family, make } = operatorOf(c.op);
  return make(family.attributes(c) as never);
}

export const shapeOf = (c: Case): Shape => familyOf(c.op).input(c);

/** How much there is to reduce. */
export const workOf = (c: Case): number => familyOf(c.op).work(c);

/** Spec oracle-cases: a case is one that the spec allows and settles. */
export function isPossible(c: Case): boolean {
  const { family, make } = operatorOf(c.op);
  try {
    make(family.attributes(c) as never).shape(family.input(c));
    return family.isSettled(c);
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Whether an error is that of a value or a type which the spec forbids. */
const isRefusal = (error: unknown): boolean => error instanceof Error && 'clause' in error;

/** The tensors of a case, the same on every host. */
export function operandsOf(c: Case, layer: Layer): Operands {
  const x = shapeOf(c);
  const { values } = familyOf(c.op);
  const make = (name: string, shape: Shape): Tensor => {
    const given = c.given?.[name];
    const data = given ? Float32Array.from(given) : valuesOf(values[c.values], c.seed, name, sizeOf(shape));
    return { shape, data };
  };
  const shapes: Record<string, Shape> = { x, ...(layer.params(x) as Record<string, Shape>) };
  if (c.gradient) shapes.dy = layer.shape(x);
  const tensors = Object.entries(shapes).map(([name, shape]) => [name, make(name, shape)]);
  return { ...Object.fromEntries(tensors), ...attachedTo(layer, x) } as Operands;
}

/** The tensors among the attributes of a layer. */
export function attachedTo({ name, attributes }: Layer, x: Shape): Readonly<Record<string, Tensor>> {
  const tensors = Object.entries(familyOf(name).attached).map(([what, shape]) => {
    const value = attributes[what] as Tensor | ArrayLike<number>;
    return [what, { shape: shape(x), data: Float32Array.from('data' in value ? value.data : value) }];
  });
  return Object.fromEntries(tensors);
}
