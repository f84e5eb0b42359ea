// What the writers of all layers have in common. Spec onnx-write.

import type { Layer } from '../layer/layer.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { GraphWriter, Written } from './write-graph.ts';

export interface Writing {
  readonly graph: GraphWriter;
  readonly layer: Layer;
  /** Where the layer is in the net; also the name of its node. */
  readonly path: string;
  readonly x: Written;
  readonly y: Shape;
  readonly params: Readonly<Record<string, Tensor>>;
}

/** Appends the nodes of a layer. */
export type Write = (writing: Writing) => Written;

/** One node whose attributes say it all. */
export const plain =
  (op: string, attributes: (writing: Writing) => Parameters<GraphWriter['node']>[3] = () => ({})): Write =>
  (w) => ({ name: w.graph.node(op, w.path, [w.x.name], attributes(w)), shape: w.y });

/** The same number by number: a flattened image may stay as it is. */
export const pointwise =
  (op: string, attributes?: (layer: Layer) => Parameters<GraphWriter['node']>[3]): Write =>
  ({ graph, layer, path, x, y }) => ({ ...x, name: graph.node(op, path, [x.name], attributes?.(layer)), shape: y });

/** An axis channels last, as the file counts it. */
export const axisFirst = (axis: number, rank: number): number => {
  const place = axis < 0 ? axis + rank : axis;
  if (rank < 3 || place === 0) return place;
  return place === rank - 1 ? 1 : place + 1;
};
