// Nested parameters by their flat names: `stage2.body.conv1.weight`.

import { SpecError, show, wrongType } from '../errors.ts';
import { isList, isRecord, reading } from '../reading.ts';
import { checkShape, checkTensor, type Shape, type Tensor } from '../tensor.ts';
import { MOST_NESTED, type Parameter, type Params } from './layer.ts';

export type Leaf = Tensor | Shape | Parameter;

const isLeaf = (value: unknown): boolean =>
  isList(value) ||
  ArrayBuffer.isView((value as Tensor | null)?.data) ||
  typeof (value as Parameter | null)?.first === 'function';

/** The flat name or path of what is called `name` inside `path`; the path of the net itself is empty. Spec layer-names. */
export const nameIn = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/**
 * Nested parameters as one flat record, `conv1.weight`, in the order of the net; two with the same name are an error.
 * Spec layer-names.
 */
export function flatParams<T extends Leaf>(params: Params<T>): Record<string, T> {
  const flat = new Map<string, T>();
  mapParams(params, (value, name) => {
    if (flat.has(name))
      throw new SpecError(
        'layer-names',
        `parameters: every tensor must have a flat name of its own, got two '${name}'`,
      );
    flat.set(name, value);
    return value;
  });
  return Object.fromEntries(flat);
}

/** Refuses a value that is not a record of tensors, nested or not. Spec layer-params, layer-children. */
export function checkParams(who: string, params: unknown, path = '', depth = 0): void {
  if (!isRecord(params)) {
    const what = path === '' ? 'parameters must be' : `${path} must be a tensor or`;
    throw wrongType('layer-params', `${who}: ${what} an object of tensors, got ${show(params)}`);
  }
  if (depth > MOST_NESTED)
    throw new SpecError(
      'layer-params',
      `${who}: parameters may be nested ${MOST_NESTED} deep, and must not contain themselves`,
    );
  const entries = reading('layer-params', who, path || 'parameters', () =>
    Object.entries(params).map(([key, value]) => ({ key, value, isTensor: isLeaf(value) })),
  );
  for (const { key, value, isTensor } of entries) {
    const name = nameIn(path, key);
    if (isTensor) checkTensor(who, name, value as Tensor);
    else checkParams(who, value, name, depth + 1);
  }
}

/** Refuses what is not a record of shapes, nested or not, such as a layer made by hand may give. Spec layer-params. */
export function checkShapes(who: string, shapes: unknown, depth = 0): void {
  if (!isRecord(shapes) || depth > MOST_NESTED)
    throw wrongType('layer-params', `${who}: the layer's params must be shapes by name, got ${show(shapes)}`);
  for (const each of reading('layer-params', who, "the layer's params", () => Object.values(shapes)))
    if (isList(each)) checkShape(who, each as Shape);
    else checkShapes(who, each, depth + 1);
}

/** Changes every tensor, and keeps the nesting; `change` gets its flat name. Spec layer-names. */
export function mapParams<T extends Leaf, U extends Leaf>(
  params: Params<T>,
  change: (value: T, name: string) => U,
  path = '',
): Params<U> {
  const changed: Record<string, U | Params<U>> = {};
  for (const [key, value] of Object.entries(params)) {
    const name = nameIn(path, key);
    changed[key] = isLeaf(value) ? change(value as T, name) : mapParams(value as Params<T>, change, name);
  }
  return changed;
}

/**
 * One tensor of nested parameters, by its flat name. Spec layer-names.
 *
 * @throws {SpecError} layer-names for a name that does not exist; the message lists those that do.
 * @example
 * const net = chain({ conv1: conv2d({ filters: 6, size: 5 }), relu1: relu() });
 * parameter(initialize(net, [1, 28, 28, 1]), 'conv1.weight').shape // [5, 5, 1, 6]
 */
export function parameter(params: Params<Tensor>, name: string): Tensor {
  checkParams('parameter', params);
  if (typeof name !== 'string')
    throw wrongType('layer-names', `parameter: the name must be a string, got ${show(name)}`);
  const flat = flatParams(params);
  if (Object.hasOwn(flat, name)) return flat[name];
  const [names, child] = [Object.keys(flat), name.split('.')[0]];
  const near = names.filter((each) => each.split('.')[0] === child);
  const got = `the names are ${(near.length > 0 ? near : names).join(', ')}, got ${show(name)}`;
  throw new SpecError('layer-names', `parameter: ${got}`);
}
