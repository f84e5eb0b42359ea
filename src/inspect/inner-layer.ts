// A layer inside a net, found by its path: `stage2.body.conv1`; the path of the net itself is empty.

import { SpecError, show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { pointField, throughField } from '../layer/field.ts';
import { nameIn } from '../layer/flat-params.ts';
import type { Field, Layer } from '../layer/layer.ts';
import type { Shape } from '../tensor.ts';

export interface Inner {
  readonly layer: Layer;
  /** The shape of its input when the net's input has the given one. */
  readonly shape: Shape;
  /** The receptive field of a unit of its output on the input of the net. */
  readonly field: Field;
}

/** Finds the layer at `path`. Spec inspect-activations. */
export function innerLayer(who: string, net: Layer, x: Shape, path: string): Inner {
  checkLayer(who, net, 'net');
  if (typeof path !== 'string')
    throw wrongType('inspect-activations', `${who}: a path must be a string, got ${show(path)}`);
  net.shape(x);
  let [layer, shape, field] = [net, x, pointField(x)];
  for (const name of path === '' ? [] : path.split('.')) {
    const inputs = layer.inputs?.(shape) ?? {};
    if (!Object.hasOwn(layer.children, name) || !Object.hasOwn(inputs, name)) {
      const names = Object.keys(layer.children);
      const rule = names.length > 0 ? `the names there are ${names.join(', ')}` : `${layer.name} has no layers inside`;
      throw new SpecError('inspect-activations', `${who}: no layer at path ${show(path)}: ${rule}, got ${show(name)}`);
    }
    [layer, shape, field] = [layer.children[name], inputs[name].shape, throughField(field, inputs[name].field)];
  }
  return { layer, shape, field: throughField(field, layer.field(shape)) };
}

/** The paths of all operators of a net, in the order of its children. */
export function operatorPaths(net: Layer, path = ''): string[] {
  const children = Object.entries(net.children);
  if (children.length === 0) return [path];
  return children.flatMap(([name, child]) => operatorPaths(child, nameIn(path, name)));
}
