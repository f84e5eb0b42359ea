// The graph of a model: its values by name, each made once and before it is used. Spec onnx-graph.

import { show } from '../errors.ts';
import { kindOf } from './element-types.ts';
import { type Constant, type External, readTensor } from './initializer.ts';
import type { Message } from './schema.ts';
import { refuse } from './wire.ts';

const CLAUSE = 'onnx-graph';

/** An axis is a number, or free: named, or without a name. */
export type FreeShape = readonly (number | string)[];

/** An input or an output of a model. */
export interface Port {
  readonly name: string;
  readonly type: string;
  /** Free axes by their name, `?` where they have none; undefined where the file says nothing. */
  readonly shape: FreeShape | undefined;
}

export interface GraphNode {
  /** Its own, or else its operator and place: unique. */
  readonly name: string;
  readonly op: string;
  /** `''` for ONNX itself. */
  readonly domain: string;
  /** `''` stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Message<'Attribute'>>;
}

export interface Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** What the file says of values inside. */
  readonly stated: ReadonlyMap<string, Port>;
}

/** Checks a graph: names, order, and every tensor. */
export function readGraph(graph: Message<'Graph'>, external: External): Graph {
  if (graph.sparseInitializers.length > 0) refuse('sparse initializers are not read', CLAUSE);
  const made = new Map<string, string>();
  const make = (name: string | undefined, by: string): string => {
    if (!name) return refuse(`${by} must have a name`, CLAUSE);
    const other = made.get(name);
    if (other !== undefined) refuse(`${show(name)} is made twice, by ${other} and by ${by}`, CLAUSE);
    made.set(name, by);
    return name;
  };
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializers) {
    const name = make(tensor.name, 'an initializer');
    constants.set(name, readTensor(show(name), tensor, external));
  }
  const inputs: Port[] = [];
  for (const info of graph.inputs) {
    // Of old an initializer was also listed as an input, whose default it is.
    if (info.name !== undefined && constants.has(info.name)) continue;
    make(info.name, 'an input');
    inputs.push(portOf(info));
  }
  const nodes = readNodes(graph.nodes, made, make);
  const outputs = graph.outputs.map((info) => portOf(info, true));
  for (const { name } of outputs)
    if (!made.has(name)) refuse(`the output ${show(name)} is not made by any node`, CLAUSE);
  const listed = new Set<string>();
  for (const { name } of outputs) {
    if (listed.has(name)) refuse(`the output ${show(name)} stands twice`, CLAUSE);
    listed.add(name);
  }
  const told = [...graph.valueInfo, ...graph.outputs].filter(({ type }) => type?.tensor).map((info) => portOf(info));
  return { inputs, outputs, nodes, constants, stated: new Map(told.map((port) => [port.name, port])) };
}

function readNodes(
  list: readonly Message<'Node'>[],
  made: ReadonlyMap<string, string>,
  make: (name: string | undefined, by: string) => string,
): GraphNode[] {
  const names = new Set<string>();
  const later = new Set(list.flatMap((node) => node.outputs));
  return list.map((node, i) => {
    const op = node.op || refuse(`node ${i} must name its operator`, CLAUSE);
    let name = node.name || `${op}_${i}`;
    while (names.has(name)) name += '_';
    names.add(name);
    for (const input of node.inputs)
      if (input !== '' && !made.has(input))
        refuse(
          later.has(input)
            ? `node ${show(name)} (${show(op)}) uses ${show(input)} before it is made: nodes must be in order, without a cycle`
            : `node ${show(name)} (${show(op)}) uses ${show(input)}, which nothing makes`,
          CLAUSE,
        );
    if (node.outputs.length === 0) refuse(`node ${show(name)} (${show(op)}) must have an output`, CLAUSE);
    for (const output of node.outputs) if (output !== '') make(output, `node ${show(name)}`);
    const attributes = new Map<string, Message<'Attribute'>>();
    for (const each of node.attributes) {
      const key = each.name || refuse(`an attribute of node ${show(name)} must have a name`, CLAUSE);
      if (attributes.has(key)) refuse(`node ${show(name)} has the attribute ${show(key)} twice`, CLAUSE);
      attributes.set(key, each);
    }
    const domain = node.domain === 'ai.onnx' ? '' : (node.domain ?? '');
    return { name, op, domain, inputs: node.inputs, outputs: node.outputs, attributes };
  });
}

/** Axes of a tensor; NumPy has 64. */
const MOST_AXES = 64;

/** An output may be left without a type, for its node decides it. */
function portOf({ name = '', type }: Message<'ValueInfo'>, mayBeOpen = false): Port {
  if (name === '') refuse('an input or output must have a name', CLAUSE);
  if (type === undefined && mayBeOpen) return { name, type: '?', shape: undefined };
  const tensor = type?.tensor ?? refuse(`${show(name)} must be a tensor`, CLAUSE);
  const kind = kindOf(tensor.element, show(name));
  const axes = tensor.shape?.axes;
  if (axes !== undefined && axes.length > MOST_AXES)
    refuse(`${show(name)} has at most ${MOST_AXES} axes, got ${axes.length}`, CLAUSE);
  const shape = axes?.map(({ value, name: free }) => {
    if (value === undefined) return free || '?';
    return value >= 0 && Number.isSafeInteger(value) ? value : '?';
  });
  return { name, type: kind.name, shape };
}
