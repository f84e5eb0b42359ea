// The same model with more outputs: values inside it become outputs, so that any engine gives them. Spec onnx-expose.

import { known, wholeNumber } from '../attributes.ts';
import { nameHint } from '../did-you-mean.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { join } from '../formats/bytes.ts';
import { isList, listOf } from '../reading.ts';
import { numberOf } from './element-types.ts';
import { type Draft, encode, varint } from './encode.ts';
import { type Inside, insideOf, type Model } from './model.ts';
import type { Planned } from './plan.ts';
import { readOnnx } from './read.ts';
import type { Kind } from './value.ts';
import { BYTES, Reader } from './wire.ts';

const WHO = 'expose';
const CLAUSE = 'onnx-expose';

/** Which values: all, these, those of every n-th node, or part i (from 1 on) of as many outputs each, with what their nodes read. */
export type Exposed =
  | 'all'
  | readonly string[]
  | { readonly every: number }
  | { readonly part: number; readonly outputs: number };

/** What can be made an output and is none yet: whatever a node makes, except constants. */
export function exposable(model: Model): string[] {
  const outputs = new Set(model.outputs.map(({ name }) => name));
  return model.nodes.flatMap((node) =>
    node.op === 'Constant' ? [] : node.outputs.filter((name) => name !== '' && !outputs.has(name)),
  );
}

/**
 * The bytes of a model with more of its values as outputs, for an engine whose activations {@link judge} is to see. The
 * outputs have their type and number of axes, where these are known; nothing else changes. Asking for everything at once keeps an
 * engine from fusing nodes, and may take more memory than there is: then ask for parts, one after the other.
 *
 * @throws {SpecError} onnx-expose for a value that the model does not have, or a part that is not there; those of `readOnnx`.
 * @example
 * const bytes = writeOnnx(chain({ a: relu(), b: sigmoid() }), [1, 2], {});
 * readOnnx(expose(bytes)).outputs.map(({ name }) => name) // ['y', 'a']
 */
export function expose(model: Model | Uint8Array | ArrayBuffer, which: Exposed = 'all'): Uint8Array<ArrayBuffer> {
  const read = insideOf(model) ? (model as Model) : readOnnx(model as Uint8Array);
  const { bytes, planned } = insideOf(read) as Inside;
  const { known: values } = planned(WHO, {});
  const more = namesOf(read, which, values).map((name) =>
    encode('Graph', { outputs: [outputOf(name, values.get(name))] }),
  );
  const parts: Uint8Array[] = [];
  for (const reader = new Reader(bytes); !reader.done; ) {
    const start = reader.at;
    const tag = reader.unsigned();
    if (tag !== GRAPH) {
      reader.skip(tag % 8);
      parts.push(bytes.subarray(start, reader.at));
      continue;
    }
    const graph = reader.block();
    const length = more.reduce((all, each) => all + each.length, graph.length);
    parts.push(Uint8Array.of(...varint(GRAPH), ...varint(length)), graph, ...more);
  }
  return join(CLAUSE, WHO, parts);
}

/** With its type and its number of axes, where they are known; the inputs decide how long these are. */
const outputOf = (name: string, kind: Kind | undefined): Draft => ({
  name,
  ...(kind && { type: { tensor: { element: numberOf(kind.type), shape: { axes: kind.shape.map(() => ({})) } } } }),
});

/** The tag of the graph in a model. */
const GRAPH = 7 * 8 + BYTES;

function namesOf(model: Model, which: Exposed, values: Planned['known']): readonly string[] {
  const all = exposable(model);
  if (which === 'all') return all;
  if (isList(which)) return checkedNames(model, all, listOf(CLAUSE, WHO, 'names', which));
  if (typeof which !== 'object' || which === null)
    throw wrongType(CLAUSE, `${WHO}: what to expose is 'all', names, {every} or {part, outputs}, got ${show(which)}`);
  const { every, part, outputs } = known(
    WHO,
    which as Partial<Record<string, number>>,
    ['every', 'part', 'outputs'],
    'parts',
    CLAUSE,
  );
  if (every !== undefined) {
    const n = wholeNumber(CLAUSE, WHO, 'every', every, 1);
    const there = new Set(all);
    return model.nodes
      .filter((node) => node.op !== 'Constant')
      .flatMap((node, i) => ((i + 1) % n === 0 ? node.outputs.filter((name) => there.has(name)) : []));
  }
  const size = wholeNumber(CLAUSE, WHO, 'outputs', outputs, 1);
  const parts = Math.max(1, Math.ceil(all.length / size));
  const i = wholeNumber(CLAUSE, WHO, 'part', part, 1);
  if (i > parts) throw new SpecError(CLAUSE, `${WHO}: part must be one of ${parts} of ${size} outputs each, got ${i}`);
  const own = all.slice((i - 1) * size, i * size);
  // What their nodes read too: an engine may fuse every part in another way, and each is judged by itself.
  const made = new Set([...own, ...(i === parts ? model.outputs.map(({ name }) => name) : [])]);
  const read = model.nodes.flatMap((node) => (node.outputs.some((name) => made.has(name)) ? node.inputs : []));
  const there = new Set(all);
  return [...new Set([...own, ...read.filter((name) => there.has(name) && values.get(name)?.constant === undefined)])];
}

/** Names of values that a node makes, each once; one that is an output already stays one. */
function checkedNames(model: Model, all: readonly string[], names: readonly unknown[]): readonly string[] {
  const there = new Set(all);
  const outputs = new Set(model.outputs.map(({ name }) => name));
  for (const name of names) {
    if (typeof name !== 'string') throw wrongType(CLAUSE, `${WHO}: names must be strings, got ${show(name)}`);
    if (!there.has(name) && !outputs.has(name))
      throw new SpecError(
        CLAUSE,
        `${WHO}: no node makes ${show(name)}${nameHint(name.slice(0, 200), all.slice(0, 10_000))}`,
      );
  }
  return [...new Set(names as readonly string[])].filter((name) => there.has(name));
}
