// Nested parameters from flat ones: what files hold is flat.

import { SpecError } from '../errors.ts';
import { type Leaf, mapParams } from './flat-params.ts';
import type { Params } from './layer.ts';

/** Nested parameters made from a flat record; a missing name is an error. Spec layer-names. */
export function nestParams<T extends Leaf>(like: Params<Leaf>, flat: Readonly<Record<string, T>>): Params<T> {
  return mapParams(like, (_, name) => {
    if (!Object.hasOwn(flat, name))
      throw new SpecError('layer-names', `parameters: there must be a tensor '${name}', got none`);
    return flat[name];
  });
}
