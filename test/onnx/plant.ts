// Faults planted in an engine: ONNX Runtime is given a model in which one node is another, and keeps the names.

import { fromBfloat16, toBfloat16 } from '../../src/formats/float16.ts';
import { decode } from '../../src/onnx/decode.ts';
import { type Draft, encode } from '../../src/onnx/encode.ts';
import { readTensor } from '../../src/onnx/initializer.ts';
import { Numbers } from '../../src/onnx/numbers.ts';

/** A message that was read, as one to be written. */
function draftOf(value: unknown): unknown {
  if (value instanceof Numbers) return value.list('a list', 1 << 28);
  if (Array.isArray(value)) return value.map(draftOf);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, draftOf(each)]));
}

interface NodeDraft {
  readonly name?: string;
  readonly op: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: { readonly name: string; readonly ints?: number[]; readonly i?: number }[];
}

interface GraphDraft {
  readonly nodes: NodeDraft[];
  readonly initializers: Draft[];
}

export interface Planting {
  readonly kind: 'pad' | 'group' | 'bfloat16';
  /** The output of the node that is wrong. */
  readonly tensor: string;
  readonly bytes: Uint8Array;
}

type TensorMessage = Parameters<typeof readTensor>[1];

/** Constants by name: initializers, and what nodes of Constant hold. */
function constantsIn(bytes: Uint8Array): ReadonlyMap<string, TensorMessage> {
  const graph = decode('Model', bytes).graph;
  const held = (graph?.nodes ?? []).flatMap((node) => {
    const value = node.attributes.find(({ name }) => name === 'value')?.t;
    return node.op === 'Constant' && value ? [[node.outputs[0], value] as const] : [];
  });
  return new Map([...(graph?.initializers ?? []).map((each) => [each.name ?? '', each] as const), ...held]);
}

/** Which nodes a fault can be planted in, by their places. */
export function placesFor(bytes: Uint8Array, kind: Planting['kind']): readonly number[] {
  const constants = constantsIn(bytes);
  return graphIn(bytes).nodes.flatMap((node, i) => (canBe(node, kind, constants) ? [i] : []));
}

const intsOf = (node: NodeDraft, name: string): readonly number[] =>
  node.attributes.find((each) => each.name === name)?.ints ?? [];

function canBe(node: NodeDraft, kind: Planting['kind'], weights: ReadonlyMap<string, TensorMessage>): boolean {
  if (kind === 'pad') {
    const pads = intsOf(node, 'pads');
    return (
      /^(Conv|MaxPool|AveragePool)$/.test(node.op) &&
      pads.length > 0 &&
      pads[0] > 0 &&
      intsOf(node, 'kernel_shape').every((k) => k > 1)
    );
  }
  const dims = weights.get(node.inputs[1])?.dims.list('dims', 8);
  if (dims === undefined || node.op !== 'Conv') return false;
  return kind === 'bfloat16' || (dims[1] === 1 && (node.attributes.find((each) => each.name === 'group')?.i ?? 1) > 1);
}

const graphIn = (bytes: Uint8Array): GraphDraft => (draftOf(decode('Model', bytes)) as { graph: GraphDraft }).graph;

/** The model with a fault in the node at this place. */
export function planted(bytes: Uint8Array, kind: Planting['kind'], place: number): Planting {
  const model = draftOf(decode('Model', bytes)) as { graph: GraphDraft };
  const { nodes, initializers } = model.graph;
  const node = nodes[place];
  const tensor = node.outputs[0];
  const before: NodeDraft[] = [];
  let own = node;
  if (kind === 'pad') {
    // As much padding in all, but one row more at the end.
    const moved = (pads: readonly number[]): number[] =>
      pads.map((pad, i) => pad + (i === 0 ? -1 : i === pads.length / 2 ? 1 : 0));
    own = {
      ...node,
      attributes: node.attributes.map((each) =>
        each.name === 'pads' ? { ...each, ints: moved(each.ints ?? []) } : each,
      ),
    };
  } else if (kind === 'group') {
    const { dims, floats } = swapped(bytes, node.inputs[1]);
    initializers.push({ name: `${node.inputs[1]}.planted`, dims, type: 1, floats });
    own = { ...node, inputs: [node.inputs[0], `${node.inputs[1]}.planted`, ...node.inputs.slice(2)] };
  } else {
    // x·(2¹⁶ + 1) less what is below the first 8 digits of x (Veltkamp): x rounded to bfloat16 by float32 operations.
    const [factor, scaled, rest, narrow, weight] = ['factor', 'scaled', 'rest', 'narrow', 'weight'].map(
      (each) => `planted.${each}`,
    );
    const [x] = node.inputs;
    initializers.push({ name: factor, dims: [], type: 1, floats: [65537] });
    before.push(
      { op: 'Mul', inputs: [x, factor], outputs: [scaled], attributes: [] },
      { op: 'Sub', inputs: [scaled, x], outputs: [rest], attributes: [] },
      { op: 'Sub', inputs: [scaled, rest], outputs: [narrow], attributes: [] },
    );
    const { dims, values } = constantOf(bytes, node.inputs[1]);
    initializers.push({ name: weight, dims, type: 1, floats: values.map((each) => fromBfloat16(toBfloat16(each))) });
    own = { ...node, inputs: [narrow, weight, ...node.inputs.slice(2)] };
  }
  nodes.splice(place, 1, ...before, own);
  return { kind, tensor, bytes: encode('Model', model as unknown as Draft) };
}

function constantOf(bytes: Uint8Array, name: string) {
  const { shape, value } = readTensor(name, constantsIn(bytes).get(name) as TensorMessage, {});
  return { dims: shape, values: [...value().first] };
}

/** The filters of the first two channels exchanged. */
function swapped(bytes: Uint8Array, name: string) {
  const { dims, values } = constantOf(bytes, name);
  const size = values.length / dims[0];
  return { dims, floats: [...values.slice(size, 2 * size), ...values.slice(0, size), ...values.slice(2 * size)] };
}
