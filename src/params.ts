// Nested parameters by their flat names: `stage2.body.conv1.weight`.

import { SpecError, show, wrongType } from './errors.ts';
import type { Params } from './layer.ts';
import type { Shape, Tensor } from './tensor.ts';

type Leaf = Tensor | Shape;

const isLeaf = (value: unknown): boolean => Array.isArray(value) || ArrayBuffer.isView((value as Tensor)?.data);

/** The leaves of nested parameters by flat name, `conv1.weight`, in the order of the net. Spec layer-names. */
export function flatParams<T extends Leaf>(params: Params<T>): Record<string, T> {
  const flat: Record<string, T> = {};
  const visit = (value: T | Params<T>, path: string): void => {
    if (typeof value !== 'object' || value === null) {
      throw wrongType('layer-names', `parameters: '${path}' must be a tensor or an object, got ${show(value)}`);
    }
    if (isLeaf(value)) flat[path] = value as T;
    else for (const [name, part] of Object.entries(value)) visit(part as T, path === '' ? name : `${path}.${name}`);
  };
  visit(params, '');
  return flat;
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
