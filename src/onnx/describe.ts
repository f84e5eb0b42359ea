// A model read out without running it: a row for each node. Spec onnx-describe.

import type { Field } from '../layer/layer.ts';
import { sizeOf } from '../tensor.ts';
import { bytesOf } from './element-types.ts';
import type { FreeShape, Graph } from './graph.ts';
import { operatorIn } from './operators/index.ts';
import type { Planned, PlannedNode } from './plan.ts';
import { fieldsOf } from './receptive-fields.ts';
import type { Kind } from './value.ts';

export interface DescribedTensor {
  readonly name: string;
  /** Undefined, with the shape, where it is not known. */
  readonly type?: string;
  readonly shape?: FreeShape;
}

export interface OnnxRow {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  /** The version of the operator in the model's opset, where it is known. */
  readonly version?: number;
  /**
   * Who computes it: a layer of the library by its name; `sum` or `concat`; `reference` for plain loops; `folded` where no
   * input of the model decides it; `none` where `problem` says why.
   */
  readonly by: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly DescribedTensor[];
  /** Elements of its weights; a tensor that several nodes read counts at the first. */
  readonly parameters: number;
  /** Running means and variances. */
  readonly statistics: number;
  /** Multiply-adds of products and convolutions. */
  readonly cost: number;
  /** Bytes of its outputs. */
  readonly memory: number;
  /** Of a unit of its first output on the first image that the model takes, where it is known. */
  readonly field?: Field;
  readonly problem?: string;
}

export interface OnnxDescription {
  readonly opset: number;
  readonly inputs: readonly DescribedTensor[];
  readonly outputs: readonly DescribedTensor[];
  readonly rows: readonly OnnxRow[];
  readonly parameters: number;
  readonly statistics: number;
  readonly cost: number;
  /** The most bytes of activations that live at once while only the outputs are wanted. */
  readonly memory: number;
}

const bytes = ({ type, shape }: Kind): number => sizeOf(shape) * bytesOf(type);

export function describeModel(graph: Graph, opset: number, planned: Planned): OnnxDescription {
  const counted = new Set<string>();
  const fields = fieldsOf(graph, planned);
  const rows = planned.nodes.map((each) => rowOf(each, opset, planned, counted, fields));
  const total = (of: (row: OnnxRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const told = (ports: Graph['inputs']): DescribedTensor[] =>
    ports.map(({ name, type, shape }) => {
      const known = planned.known.get(name);
      const own = known?.shape ?? shape;
      return { name, type: known?.type ?? type, ...(own && { shape: own }) };
    });
  return {
    opset,
    inputs: told(graph.inputs),
    outputs: told(graph.outputs),
    rows,
    parameters: total((row) => row.parameters),
    statistics: total((row) => row.statistics),
    cost: total((row) => row.cost),
    memory: peakOf(graph, planned),
  };
}

const byOf = ({ plan, constants }: PlannedNode): string => {
  if (plan === undefined) return 'none';
  if (constants) return 'folded';
  return plan.merge ?? plan.step?.layer.name ?? 'reference';
};

function rowOf(
  planned: PlannedNode,
  opset: number,
  { known }: Planned,
  counted: Set<string>,
  fields: ReadonlyMap<string, Field>,
): OnnxRow {
  const { node, version, plan, problem, constants } = planned;
  const outputs = node.outputs
    .filter((name) => name !== '')
    .map((name): DescribedTensor & Partial<Kind> => {
      const kind = known.get(name);
      return { name, ...(kind && { type: kind.type, shape: kind.shape }) };
    });
  const field = fields.get(node.outputs[0]);
  const made = constants ? [] : outputs.map(({ name }) => known.get(name)).filter((kind) => kind !== undefined);
  return {
    name: node.name,
    op: node.op,
    domain: node.domain,
    ...(version !== undefined && { version }),
    by: byOf(planned),
    inputs: node.inputs,
    outputs,
    ...countOf(planned, opset, counted),
    cost: (constants ? 0 : plan?.cost) ?? 0,
    memory: made.reduce((all, kind) => all + bytes(kind), 0),
    ...(field && { field }),
    ...(problem && { problem: problem.message }),
  };
}

/** Constant floating-point inputs, but not single numbers of arithmetic, such as the 6 of a clip. */
function countOf({ node, inputs, plan, constants }: PlannedNode, opset: number, counted: Set<string>) {
  const count = { parameters: 0, statistics: 0 };
  if (constants) return count;
  const statistics = (node.domain === '' && operatorIn(node.op, opset)?.operator.statistics) || [];
  inputs.forEach((input, i) => {
    const name = node.inputs[i];
    if (!input?.constant || !/^b?float/.test(input.type) || counted.has(name)) return;
    if (statistics.includes(i) && plan?.step?.layer.roles?.batchStatistics) return; // it takes those of the batch
    const size = sizeOf(input.shape);
    if (size === 1 && plan?.step?.params === undefined) return;
    counted.add(name);
    count[statistics.includes(i) ? 'statistics' : 'parameters'] += size;
  });
  return count;
}

/** A tensor lives until its last reader has run; outputs of the model until the end. */
function peakOf(graph: Graph, { nodes, known }: Planned): number {
  const last = new Map<string, number>();
  nodes.forEach(({ node }, at) => {
    for (const name of node.inputs) last.set(name, at);
  });
  for (const { name } of graph.outputs) last.set(name, nodes.length);
  const sizeOfName = (name: string): number => {
    const kind = known.get(name);
    return kind && kind.constant === undefined ? bytes(kind) : 0;
  };
  let live = graph.inputs.reduce((all, { name }) => all + sizeOfName(name), 0);
  let most = live;
  nodes.forEach(({ node }, at) => {
    live += node.outputs.reduce((all, name) => all + sizeOfName(name), 0);
    most = Math.max(most, live);
    for (const name of new Set([...node.inputs, ...node.outputs]))
      if ((last.get(name) ?? at) === at) live -= sizeOfName(name);
  });
  return most;
}
