// Writes a layer as a model of ONNX: channels first in the file, without a transposition where none is needed. Spec onnx-write.

import { SpecError } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkParams, flatParams } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { standsFor } from '../layer/shared.ts';
import { checkShape, type Shape, type Tensor, typeOf } from '../tensor.ts';
import { encode } from './encode.ts';
import { GraphWriter, type Written } from './write-graph.ts';
import { anyOrder, writers } from './write-operators.ts';
import { OWN_DOMAIN, ownNode } from './write-toeplitz-layer.ts';

const WHO = 'writeOnnx';
const CLAUSE = 'onnx-write';

/** The opset and the version of the format that are written: group norms have a weight for each channel since 21. */
const OPSET = 21;
const IR = 10;

/** A shape of the library as the file has it. */
const fileShape = (shape: Shape): Shape =>
  shape.length < 3 ? shape : [shape[0], shape[shape.length - 1], ...shape.slice(1, -1)];

/**
 * Writes a layer with its parameters as a model of ONNX (opset 21): input `x` and output `y`, channels first, a free batch.
 * Nodes and weights have their paths in the net. Dropout is written as ONNX has it, which is nothing outside of training;
 * attributes are float32 there, so an epsilon or a slope is rounded. float64 parameters give a model of float64.
 *
 * @param shape of the input, channels last.
 * @throws {SpecError} onnx-write with the path of a layer that ONNX cannot say: locally connected layers, losses, maxima over
 * channels, blocks of other than two axes; layer-params for parameters that are not the layer's.
 * @example
 * const bytes = writeOnnx(chain({ fc: dense({ units: 2, bias: false }) }), [1, 3], { fc: { weight: tensor([3, 2]) } });
 * readOnnx(bytes).nodes[0].op // Gemm
 */
export function writeOnnx(layer: Layer, shape: Shape, params: Params<Tensor>): Uint8Array<ArrayBuffer> {
  return writeModel(layer, shape, params, false);
}

/** With `own`, what ONNX cannot say becomes nodes of this library's domain, which no other program runs. */
export function writeModel(layer: Layer, shape: Shape, params: Params<Tensor>, own: boolean): Uint8Array<ArrayBuffer> {
  checkLayer(WHO, layer);
  checkShape(WHO, shape);
  checkParams(WHO, params);
  const tensors = flatParams(params);
  checkAll(flatParams(layer.params(shape)), tensors);
  const [first] = Object.values(tensors);
  const graph = new GraphWriter(first ? typeOf(first.data) : 'float32');
  const input = graph.unique('x');
  const inside = put({ graph, own, shared: new Map() }, layer, '', { name: input, shape }, params);
  const { name, shape: out } = flat(graph, inside);
  const output = graph.unique('y');
  rename(graph, name, output, input);
  return encode('Model', {
    irVersion: IR,
    producerName: 'toeplitz',
    opsets: [
      { version: OPSET },
      ...(graph.nodes.some(({ domain }) => domain !== undefined) ? [{ domain: OWN_DOMAIN, version: 1 }] : []),
    ],
    graph: {
      name: layer.name,
      nodes: graph.nodes,
      initializers: graph.initializers,
      inputs: [graph.port(input, fileShape(shape))],
      outputs: [graph.port(output, fileShape(out))],
    },
  });
}

/** Spec layer-params: those of the layer, all of one type. */
function checkAll(shapes: Readonly<Record<string, Shape>>, tensors: Readonly<Record<string, Tensor>>): void {
  const wrong = (what: string): never => {
    throw new SpecError('layer-params', `${WHO}: ${what}`);
  };
  const types = new Set(Object.values(tensors).map(({ data }) => typeOf(data)));
  if (types.size > 1) wrong('all parameters must be float32, or all float64');
  for (const name of Object.keys(tensors)) if (!(name in shapes)) wrong(`the layer has no parameter '${name}'`);
  for (const [name, shape] of Object.entries(shapes)) {
    const own = tensors[name]?.shape;
    if (String(own) !== String(shape)) wrong(`'${name}' must have shape [${shape}], got ${own ? `[${own}]` : 'none'}`);
  }
}

/** The last node's output becomes the model's; of an empty net that is a copy of its input. */
function rename(graph: GraphWriter, name: string, output: string, input: string): void {
  const last = graph.nodes.at(-1) as { inputs: string[]; outputs: string[] } | undefined;
  if (name === input || last?.outputs[0] !== name) {
    graph.nodes.push({ inputs: [name], outputs: [output], name: output, op: 'Identity' });
  } else graph.nodes[graph.nodes.length - 1] = { ...last, outputs: [output, ...last.outputs.slice(1)] };
}

interface Writer {
  readonly graph: GraphWriter;
  readonly own: boolean;
  /** Where the weights of the shared layers around are, and what they are. */
  readonly shared: Map<Layer, { readonly path: string; readonly params: Params<Tensor> }>;
}

/** Appends the nodes of a layer. */
function put(writer: Writer, layer: Layer, path: string, given: Written, params: Params<Tensor>): Written {
  const { graph } = writer;
  const own = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const child = (name: string, x: Written): Written =>
    put(writer, layer.children[name], own(name), x, (params[name] ?? {}) as Params<Tensor>);
  const names = Object.keys(layer.children);
  if (layer.arrangement === 'sequence') {
    let x = given;
    for (const name of names) x = child(name, x);
    return x;
  }
  if (layer.arrangement === 'shared') {
    writer.shared.set(layer.children.shared, { path: own('shared'), params: (params.shared ?? {}) as Params<Tensor> });
    return child('net', given);
  }
  const place = standsFor(layer);
  if (place !== undefined) {
    const same = writer.shared.get(place) as { path: string; params: Params<Tensor> };
    return graph.weightsOf(path, same.path, () => put(writer, place, path, given, same.params));
  }
  const x = anyOrder.has(layer.name) ? given : flat(graph, given);
  const y = layer.shape(x.shape);
  if (layer.arrangement === 'sum' || layer.arrangement === 'product' || layer.arrangement === 'concat') {
    const parts = names.map((name) => flat(graph, child(name, x)).name);
    if (layer.arrangement === 'sum') return { name: graph.node('Sum', path || 'sum', parts), shape: y };
    if (layer.arrangement === 'product')
      return { name: parts.reduce((a, b) => graph.node('Mul', path || 'product', [a, b])), shape: y };
    return { name: graph.node('Concat', path || 'concat', parts, { axis: 1 }), shape: y };
  }
  const writing = { graph, layer, path: path || layer.name, x, y, params: params as Record<string, Tensor> };
  try {
    if (Object.hasOwn(writers, layer.name)) return writers[layer.name](writing);
    throw new SpecError(
      CLAUSE,
      `${WHO}: ${path === '' ? '' : `at ${path}: `}ONNX has no operator for the layer ${layer.name}`,
    );
  } catch (error) {
    if (!(writer.own && error instanceof SpecError && error.clause === CLAUSE)) throw error;
    return ownNode(writing);
  }
}

/** Flattened channels last, as the library has it; only where no dense layer can take the order into its weight. */
function flat(graph: GraphWriter, x: Written): Written {
  if (x.image === undefined) return x;
  const path = x.flattenPath ?? '';
  const perm = [0, ...x.image.slice(1, -1).map((_, i) => i + 2), 1];
  const name = graph.node('Flatten', path, [graph.node('Transpose', `${path}.transpose`, [x.name], { perm })]);
  return { name, shape: x.shape };
}
