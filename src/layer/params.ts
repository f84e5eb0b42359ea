// Nested parameters by their flat names: `stage2.body.conv1.weight`.

import { SpecError, show, wrongType } from '../errors.ts';
import { checkTensor, type Shape, type Tensor } from '../tensor.ts';
import type { Params } from './layer.ts';

type Leaf = Tensor | Shape;

const isLeaf = (value: unknown): boolean => Array.isArray(value) || ArrayBuffer.isView((value as Tensor)?.data);

/** Means and variances are statistics, everything else is trained; by plain or flat name. Spec inspect-parameters. */
export const isStatistic = (name: string): boolean => /(^|\.)(mean|variance)$/.test(name);

/** The leaves of nested parameters by flat name, `conv1.weight`, in the order of the net. Spec layer-names. */
export function flatParams<T extends Leaf>(params: Params<T>): Record<string, T> {
  const flat: [string, T][] = [];
  mapParams(params, (value, name) => {
    flat.push([name, value]);
    return value;
  });
  return Object.fromEntries(flat);
}

/** Refuses what is not a record of tensors, nested or not. Spec layer-params. */
export function checkParams(who: string, params: unknown, path = ''): void {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    const what = path === '' ? 'parameters must be' : `${path} must be a tensor or`;
    throw wrongType('layer-params', `${who}: ${what} an object of tensors, got ${show(params)}`);
  }
  for (const [key, value] of Object.entries(params)) {
    const name = path === '' ? key : `${path}.${key}`;
    if (isLeaf(value)) checkTensor(who, name, value);
    else checkParams(who, value, name);
  }
}

/** The same nesting with every leaf changed; `change` is given its flat name. Spec layer-names. */
export function mapParams<T extends Leaf, U extends Leaf>(
  params: Params<T>,
  change: (value: T, name: string) => U,
  path = '',
): Params<U> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => {
      const name = path === '' ? key : `${path}.${key}`;
      return [key, isLeaf(value) ? change(value as T, name) : mapParams(value as Params<T>, change, name)];
    }),
  );
}

/** Nested parameters with their leaves taken from a flat record; a missing name is an error. Spec layer-names. */
export function nestParams<T extends Leaf>(like: Params<Leaf>, flat: Readonly<Record<string, T>>): Params<T> {
  return mapParams(like, (_, name) => {
    if (!(name in flat)) throw new SpecError('layer-names', `parameters: there must be a tensor '${name}', got none`);
    return flat[name];
  });
}

/**
 * One tensor of nested parameters, by its flat name. Spec layer-names.
 *
 * @throws {SpecError} layer-names for a name that is not there, saying which are.
 * @example
 * const net = chain({ conv1: conv2d({ filters: 6, size: 5 }), relu1: relu() });
 * parameter(initialize(net, [1, 28, 28, 1]), 'conv1.weight').shape // [5, 5, 1, 6]
 */
export function parameter(params: Params<Tensor>, name: string): Tensor {
  checkParams('parameter', params);
  const flat = flatParams(params);
  if (Object.hasOwn(flat, name)) return flat[name];
  const [names, child] = [Object.keys(flat), String(name).split('.')[0]];
  const near = names.filter((each) => each.split('.')[0] === child);
  const got = `the names are ${(near.length > 0 ? near : names).join(', ')}, got ${show(name)}`;
  throw new SpecError('layer-names', `parameter: ${got}`);
}
