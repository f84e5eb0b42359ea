// Layers that ONNX has no operator for, as nodes of this library's own domain. Spec onnx-own.

import { writtenAttributes } from '../nets/written-attributes.ts';
import type { Write } from './write-node.ts';

export const OWN_DOMAIN = 'toeplitz';

/** The name of the layer, its attributes as JSON, and its parameters behind x as the library has them. */
export const ownNode: Write = ({ graph, layer, path, x, y, params }) => {
  const weights = Object.keys(layer.params(x.shape)).map((name) => graph.weight(`${path}.${name}`, params[name]));
  const attributes = JSON.stringify(writtenAttributes(layer.attributes));
  return { name: graph.node(layer.name, path, [x.name, ...weights], { attributes }, OWN_DOMAIN), shape: y };
};
