// Rewriting a net: a function replaces every layer of it.

import { checkFunction } from '../attributes.ts';
import { show, wrongType } from '../errors.ts';
import { checkLayer } from './check-layer.ts';
import { nameIn } from './flat-params.ts';
import type { Layer } from './layer.ts';

/**
 * Rebuilds a layer from the inside out: `change(path, layer)` is called with every operator and combinator (its children
 * already rebuilt) and returns its replacement. Paths read `stage2.body.conv1`; the path of the root is empty. Spec
 * layer-map.
 *
 * @example
 * const net = chain({ conv: conv2d({ filters: 6, size: 5 }), relu: relu() });
 * mapLayer(net, (path, layer) => (path === 'relu' ? identity() : layer)).children.relu.name // identity
 */
export function mapLayer(layer: Layer, change: (path: string, layer: Layer) => Layer, path = ''): Layer {
  checkLayer('mapLayer', layer);
  checkFunction('layer-map', 'mapLayer', 'change', change);
  if (typeof path !== 'string') throw wrongType('layer-map', `mapLayer: path must be a string, got ${show(path)}`);
  const changed: Record<string, Layer> = {};
  for (const [name, child] of Object.entries(layer.children)) {
    const rebuilt = mapLayer(child, change, nameIn(path, name));
    if (rebuilt !== child) changed[name] = rebuilt;
  }
  return change(path, Object.keys(changed).length > 0 ? layer.with({ children: changed }) : layer);
}
