// Whether a value is a layer, and whether the library made it. Spec layer-rules.

import { show, wrongType } from '../errors.ts';
import { isObject } from '../reading.ts';
import type { Layer } from './layer.ts';

const methods = ['forward', 'vjp', 'shape', 'params', 'field', 'cost', 'with'] as const;
const optional = ['inputs', 'parameters', 'geometry', 'emit'] as const;

/** The first member that it lacks, or whose getter throws. */
function missingOf(layer: Layer): string | undefined {
  try {
    return (
      methods.find((name) => typeof layer[name] !== 'function') ??
      (['attributes', 'children'] as const).find((name) => !isObject(layer[name])) ??
      optional.find((name) => layer[name] !== undefined && typeof layer[name] !== 'function') ??
      (layer.roles !== undefined && !isObject(layer.roles) ? 'roles' : undefined) ??
      (typeof layer.name === 'string' ? undefined : 'name') ??
      Object.keys(layer.children).find((name) => typeof layer.children[name]?.forward !== 'function')
    );
  } catch {
    // A getter or a trap of a proxy may throw anything: such a value is no layer.
    return methods[0];
  }
}

/** Refuses a value that lacks a member of a layer; every public function calls this. Spec layer-rules. */
export function checkLayer(who: string, value: unknown, what = 'layer'): asserts value is Layer {
  const missing = missingOf((value ?? {}) as Layer);
  if (missing === undefined) return;
  const lack = isObject(value) ? `, which has no '${missing}'` : '';
  throw wrongType('layer-rules', `${who}: ${what} must be a layer, got ${show(value)}${lack}`);
}

/** The layers that the library made. */
const made = new WeakSet<Layer>();

/** Notes a layer of the library, which keeps no tensor beyond its call and that of its gradient. */
export function noteMade(layer: Layer): Layer {
  made.add(layer);
  return layer;
}

/** Whether the library made a layer and all that it is made of: one made by hand may keep the tensors it sees. */
export const isMade = (layer: Layer): boolean => made.has(layer) && Object.values(layer.children).every(isMade);
