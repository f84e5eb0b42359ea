// What follows from a case: its layer, the shape of x, its tensors.

import type { Layer } from '../../layer/layer.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import type { Case, Operands } from '../case.ts';
import { familyOf, operatorOf } from '../families/index.ts';
import { recent } from '../recent.ts';
import { valuesOf } from '../values.ts';

const layers = new WeakMap<Case, Layer>();

/** The layer a case asks about, made once. */
export function layerOf(c: Case): Layer {
  const { family, make } = operatorOf(c.op);
  const layer = layers.get(c) ?? make(family.attributes(allowed(c)) as never);
  layers.set(c, layer);
  return layer;
}

/** The case itself, or near one that must be refused the one from which its layer and its parameters follow. */
const allowed = (c: Case): Case => (c.reject ? familyOf(c.op).repaired(c) : c);

export const shapeOf = (c: Case): Shape => familyOf(c.op).input(allowed(c));

/** How much there is to reduce. */
export const workOf = (c: Case): number => familyOf(c.op).work(c);

/** The most numbers in a case's tensors and windows, and the most products: about ten seconds of the reference loops. */
const MOST_NUMBERS = 0x400000;
const MOST_PRODUCTS = 0x40000000;

/**
 * Spec oracle-cases, oracle-caseid: a case is one that the spec allows and settles, and no larger than can be asked. Spec
 * oracle-reject: or one that it forbids, where a refusal is asked for.
 */
export function isPossible(c: Case): boolean {
  const { family } = operatorOf(c.op);
  if (c.reject) return !c.gradient && allowedLayer(c) === undefined && isAskable(family.repaired(c));
  return isAskable(c) && family.isSettled(c);
}

/** Whether the spec says what the layer of a case is, and what shape its result has; of cells over no cell it may say nothing. */
export function isAskable(c: Case): boolean {
  const layer = allowedLayer(c);
  return layer !== undefined && isSmall(layer, familyOf(c.op).input(c));
}

/** The layer of a case, if the spec allows both that and its x. */
function allowedLayer(c: Case): Layer | undefined {
  const { family, make } = operatorOf(c.op);
  try {
    const layer = make(family.attributes(c) as never);
    if (!c.reject) layers.set(c, layer);
    return layer.shape(family.input(c)) && layer;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function isSmall(layer: Layer, x: Shape): boolean {
  const y = layer.shape(x);
  const { size } = layer.attributes;
  const taps = Array.isArray(size) ? sizeOf(size) : 1;
  const shapes = [x, y, [taps, x[x.length - 1]], ...(Object.values(layer.params(x)) as Shape[])];
  const numbers = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  return numbers <= MOST_NUMBERS && Math.max(layer.cost(x), sizeOf(y) * taps) <= MOST_PRODUCTS;
}

/** Whether an error is that of a value or a type which the spec forbids. */
const isRefusal = (error: unknown): boolean => error instanceof Error && 'clause' in error;

const operands = recent<Case, Operands>((tensors) =>
  Object.values(tensors as Readonly<Record<string, Tensor>>).reduce((sum, { data }) => sum + data.length, 0),
);

/** The tensors of a case, the same on every host. */
export const operandsOf = (c: Case, layer: Layer): Operands => operands(c, layer, () => made(c, layer));

function made(c: Case, layer: Layer): Operands {
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
