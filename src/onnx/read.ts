// Reads a model of ONNX from the bytes of a file. Spec onnx-file.

import { known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { asBytes } from '../formats/bytes.ts';
import { notOf } from '../formats/format-hint.ts';
import { decode } from './decode.ts';
import { readGraph } from './graph.ts';
import type { External } from './initializer.ts';
import { GraphModel, type Model } from './model.ts';
import { OPSETS } from './operators/index.ts';
import { CLAUSE, refuse, WHO } from './wire.ts';

export interface ReadOnnxOptions {
  /** The bytes of files of external data, by the location that the model states, or a function that gives them when they are needed. */
  readonly external?: External;
}

/**
 * Reads a model of ONNX (opsets 7 to 28): its graph is checked, its weights stay where they lie until they are needed. What
 * is not known (operators, versions, attributes) is named when it would be run; the rest is still described.
 *
 * @throws {SpecError} onnx-file for bytes that are no model or cut off; onnx-tensor for tensors whose values are not as
 * many as their shapes say; onnx-graph for names, order and cycles; onnx-opset.
 * @example
 * const bytes = writeOnnx(relu(), [1, 4, 4, 3], {});
 * const { y } = readOnnx(bytes).run({ x: tensor([1, 3, 4, 4]) });
 * y.shape // [1, 3, 4, 4]
 */
export function readOnnx(bytes: Uint8Array | ArrayBuffer, options: ReadOnnxOptions = {}): Model {
  const file = asBytes(CLAUSE, WHO, bytes);
  if (file.length === 0) refuse('the file is empty');
  const { external = {} } = known(WHO, options, ['external'], 'options');
  if (typeof external !== 'function' && (typeof external !== 'object' || external === null))
    throw wrongType('onnx-tensor', `${WHO}: external must be a function or a record of bytes, got ${show(external)}`);
  const model = decodeModel(file);
  const opset = readOpset(model.opsets);
  const graph = readGraph(model.graph, external);
  return new GraphModel(file, graph, opset, model.producerName ?? '', external);
}

/** A file that is something else is told by its first bytes. */
function decodeModel(file: Uint8Array) {
  try {
    const model = decode('Model', file);
    if ((model.irVersion ?? 0) < 3) refuse(`ir_version must be 3 or more, got ${model.irVersion ?? 'none'}`);
    return { ...model, graph: model.graph ?? refuse('a model must have a graph') };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw notOf(error.clause, WHO, file, ['onnx'], error.message.slice(WHO.length + 2, -error.clause.length - 3));
  }
}

/** Spec onnx-opset: of the operators of ONNX itself. */
function readOpset(
  opsets: readonly { readonly domain?: string | undefined; readonly version?: number | undefined }[],
): number {
  const own = opsets.filter(({ domain = '' }) => domain === '' || domain === 'ai.onnx');
  const [opset] = own;
  if (own.length !== 1) refuse(`a model states one opset of ONNX itself, got ${own.length}`, 'onnx-opset');
  const version = opset.version ?? 0;
  if (version < OPSETS.oldest || version > OPSETS.newest)
    refuse(`the opset must be one from ${OPSETS.oldest} to ${OPSETS.newest}, got ${version}`, 'onnx-opset');
  return version;
}
