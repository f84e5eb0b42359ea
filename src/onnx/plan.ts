// What every node of a graph will do, once the shapes of the inputs are known: nothing is computed but shapes, and the
// small constants that shapes are made of. Spec onnx-shape, onnx-operator.

import { locatedError, SpecError, show } from '../errors.ts';
import { MAX_ELEMENTS, sameShape, sizeOf } from '../tensor.ts';
import { Call, checked, type Known, once, type Plan, unsupported } from './call.ts';
import type { Graph, GraphNode } from './graph.ts';
import type { Constant, External } from './initializer.ts';
import { operatorIn } from './operators/index.ts';
import { ownOperator } from './operators/toeplitz-layers.ts';
import type { Kind, Value } from './value.ts';
import { OWN_DOMAIN } from './write-toeplitz-layer.ts';

export interface PlannedNode {
  readonly node: GraphNode;
  readonly version?: number;
  readonly inputs: readonly (Known | undefined)[];
  /** Undefined where the node cannot be run: `problem` says why. */
  readonly plan?: Plan;
  readonly problem?: SpecError;
  /** Its outputs, where no input of the model decides them: the node is folded. */
  readonly constants?: readonly Known[];
}

export interface Planned {
  readonly nodes: readonly PlannedNode[];
  readonly known: ReadonlyMap<string, Known>;
}

/** Constants of so many elements are computed at once, for shapes may depend on them; larger ones when they are needed. */
const SMALL = 1024;
/** What takes more elements to compute is computed when the model runs, once, constant or not. */
const MOST_FOLDED = 1 << 28;
/** How deep constants that are not computed yet may depend on each other: each level takes some of the host's stack. */
const DEEPEST = 64;

const isSmall = (kinds: readonly (Kind | undefined)[]): boolean =>
  kinds.every((kind) => kind === undefined || sizeOf(kind.shape) <= SMALL);

export function planGraph(graph: Graph, opset: number, given: ReadonlyMap<string, Kind>, external: External): Planned {
  const known = new Map<string, Known>(given);
  for (const [name, constant] of graph.constants) known.set(name, knownConstant(constant));
  const nodes = graph.nodes.map((node) => {
    const planned = planNode(node, opset, known, external);
    node.outputs.forEach((name, k) => {
      const kind = planned.plan?.outputs[k] ?? statedKind(graph, name);
      if (name !== '' && kind) known.set(name, planned.constants?.[k] ?? kind);
    });
    return planned;
  });
  return { nodes, known };
}

const knownConstant = ({ type, shape, value }: Constant): Known => ({
  type,
  shape,
  constant: kept(shape, value),
  depth: 0,
});

/** An output behind those that are computed, such as the mask of Dropout: many files name it, and hardly any reads it. */
export const isUnmade = ({ plan }: PlannedNode, k: number): boolean => plan !== undefined && k >= plan.outputs.length;

/** A function that keeps its result if that is small. */
function kept(shape: readonly number[], make: () => Value): () => Value {
  if (sizeOf(shape) > SMALL) return make;
  let value: Value | undefined;
  return () => {
    value ??= make();
    return value;
  };
}

/** What the file says of a value, if it says all of it. */
function statedKind(graph: Graph, name: string): Kind | undefined {
  const port = graph.stated.get(name);
  const shape = port?.shape;
  const isWhole = shape?.every((axis) => typeof axis === 'number') && sizeOf(shape as number[]) <= MAX_ELEMENTS;
  return port && isWhole ? { type: port.type, shape: shape as number[] } : undefined;
}

const depthOf = (inputs: readonly (Known | undefined)[]): number =>
  1 + Math.max(0, ...inputs.map((each) => each?.depth ?? 0));

/** Elements on the way to the outputs of a node; what two of its inputs have in common counts twice, as it is computed. */
const workOf = (plan: Plan, inputs: readonly (Known | undefined)[]): number =>
  inputs.reduce((all, each) => all + (each?.work ?? 0), 0) +
  plan.outputs.reduce((all, { shape }) => all + sizeOf(shape), 0);

/** An output of a node all of whose inputs are constant. */
function folded(node: GraphNode, plan: Plan, inputs: readonly (Known | undefined)[], k: number): Known {
  const kind = plan.outputs[k];
  const make = (): Value => {
    try {
      return plan.run(once((i) => inputs[i]?.constant?.() ?? unsupported(`input ${i} is missing`)))[k];
    } catch (error) {
      throw locatedError(node.name, error);
    }
  };
  if (!isSmall(inputs) || !isSmall([kind]))
    return { ...kind, constant: kept(kind.shape, make), depth: depthOf(inputs), work: workOf(plan, inputs) };
  const value = make();
  return { ...kind, constant: () => value, depth: 0 };
}

/** With its version in this opset. */
function operatorOf({ op, domain }: GraphNode, opset: number): NonNullable<ReturnType<typeof operatorIn>> {
  if (domain === '') return operatorIn(op, opset) ?? unsupported(`operator ${show(op)} is not known in opset ${opset}`);
  const operator = domain === OWN_DOMAIN ? ownOperator(op) : undefined;
  return operator ? { operator, version: 1 } : unsupported(`operator ${show(op)} of ${show(domain)} is not known`);
}

function planNode(node: GraphNode, opset: number, known: ReadonlyMap<string, Known>, external: External): PlannedNode {
  const inputs = node.inputs.map((name) => (name === '' ? undefined : known.get(name)));
  let version: number | undefined;
  try {
    const found = operatorOf(node, opset);
    version = found.version;
    const missing = node.inputs.find((name, i) => name !== '' && inputs[i] === undefined);
    if (missing !== undefined) throw new SpecError('onnx-shape', `the shape of ${show(missing)} is not known`);
    const plan = planOf(found.operator, new Call(node, version, inputs, external));
    const isConstant = plan.constant || inputs.every((each) => each === undefined || each.constant !== undefined);
    // What has windows or products takes more than its elements say.
    const isLight = plan.step?.layer.geometry === undefined && (plan.cost ?? 0) === 0;
    const isFolded = isConstant && isLight && depthOf(inputs) < DEEPEST && workOf(plan, inputs) <= MOST_FOLDED;
    const constants = isFolded && { constants: plan.outputs.map((_, k) => folded(node, plan, inputs, k)) };
    return { node, version, inputs, plan, ...constants };
  } catch (error) {
    if (!(error instanceof Error && 'clause' in error)) throw error;
    const problem = locatedError(node.name, error) as SpecError;
    return { node, ...(version !== undefined && { version }), inputs, problem };
  }
}

/** The node with other attributes, or with its inputs in the other order; undefined where it would give another shape. */
export function replanned(
  planned: PlannedNode,
  {
    attributes = planned.node.attributes,
    isReversed = false,
  }: Partial<Pick<GraphNode, 'attributes'>> & { readonly isReversed?: boolean },
): PlannedNode | undefined {
  const { version, plan: own } = planned;
  const turned = <T>(list: readonly T[]): readonly T[] => (isReversed ? [...list].reverse() : list);
  const node = { ...planned.node, attributes, inputs: turned(planned.node.inputs) };
  const inputs = turned(planned.inputs);
  const found = version === undefined ? undefined : operatorIn(node.op, version);
  if (found === undefined || own === undefined) return undefined;
  const plan = planOf(found.operator, new Call(node, found.version, inputs, {}));
  const isAlike = plan.outputs.every(({ shape }, i) => sameShape(shape, own.outputs[i].shape));
  return isAlike ? { node, version: found.version, inputs, plan } : undefined;
}

function planOf(operator: NonNullable<ReturnType<typeof operatorIn>>['operator'], call: Call): Plan {
  const [least, most] = operator.inputs;
  const count = call.inputs.length;
  if (count < least || count > most) unsupported(`${call.op} takes ${least} to ${most} inputs, got ${count}`);
  for (let i = 0; i < least; i++) call.at(i);
  const plan = operator.plan(call);
  call.checkAllRead();
  for (const { shape } of plan.outputs) checked(shape, MAX_ELEMENTS);
  return plan;
}
