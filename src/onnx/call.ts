// One node about to be planned: what is known of its inputs, and its attributes, each read by its type. Spec onnx-operator.

import { SpecError, show } from '../errors.ts';
import type { Layer, Params } from '../layer/layer.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { isWhole } from './element-types.ts';
import type { GraphNode } from './graph.ts';
import { type Constant, type External, readTensor } from './initializer.ts';
import type { Message } from './schema.ts';
import type { Kind, Value } from './value.ts';

const CLAUSE = 'onnx-operator';

/** What is known of a value: its type and shape, and its numbers where no input of the model decides them. */
export interface Known extends Kind {
  readonly constant?: () => Value;
  /** How many nodes make the constant from those of the file. */
  readonly depth?: number;
  /** Elements that are computed on the way to it. */
  readonly work?: number;
}

/** The value of input i of a node that runs. */
export type Given = (i: number) => Value;

/** Makes each value once, however often it is asked for: a constant may be long in the making. */
export function once(make: Given): Given {
  const values = new Map<number, Value>();
  return (i) => {
    const value = values.get(i) ?? make(i);
    values.set(i, value);
    return value;
  };
}

/** A layer of the library that computes a node. */
export interface Step {
  readonly layer: Layer;
  readonly lastAlready?: boolean;
  params?(given: Given): Params<Tensor>;
}

/** What a node will do, found from shapes alone. */
export interface Plan {
  readonly outputs: readonly Kind[];
  run(given: Given): readonly Value[];
  /** The outputs follow from shapes alone. */
  readonly constant?: true;
  /** The layer of input 0, channels last; `lastAlready` where the file must have moved its channels last before. */
  readonly step?: Step;
  /** Several inputs are added, multiplied or joined on the channels. */
  readonly merge?: 'sum' | 'product' | 'concat';
  /** Each image becomes one row, in the order of the file. */
  readonly flattens?: true;
  /** Axis i of the output is this axis of input 0. */
  readonly moves?: readonly number[];
  /** Multiply-adds. */
  readonly cost?: number;
}

/** The reason why a node is not run. */
export function unsupported(what: string): never {
  throw new SpecError(CLAUSE, what);
}

type AttributeKind = 'f' | 'i' | 's' | 't' | 'floats' | 'ints';
/** AttributeProto.AttributeType. */
const numbers: Readonly<Record<AttributeKind, number>> = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7 };

/** Numbers of an attribute: sizes, axes, pads. */
const MOST_NUMBERS = 1 << 16;

/** Elements that are computed for a shape before anything runs. */
const MOST_WORK = 1 << 22;

export class Call {
  readonly op: string;
  /** The version of the operator: the last that changed it, up to the model's. */
  readonly version: number;
  readonly inputs: readonly (Known | undefined)[];
  /** How many outputs the node has; the names of some may be empty. */
  readonly outputs: readonly string[];
  readonly #node: GraphNode;
  readonly #external: External;
  readonly #read = new Set<string>();

  constructor(node: GraphNode, version: number, inputs: readonly (Known | undefined)[], external: External) {
    this.op = node.op;
    this.version = version;
    this.inputs = inputs;
    this.outputs = node.outputs;
    this.#node = node;
    this.#external = external;
  }

  has(i: number): boolean {
    return this.inputs[i] !== undefined;
  }

  at(i: number): Known {
    return this.inputs[i] ?? unsupported(`input ${i} is missing`);
  }

  /** Input i, of the same element type as input 0. */
  alike(i: number): Known {
    const known = this.at(i);
    if (known.type !== this.at(0).type)
      unsupported(`input ${i} must be ${this.at(0).type} as input 0 is, got ${known.type}`);
    return known;
  }

  /** The numbers of input i, which must not depend on an input of the model. */
  numbers(i: number, what: string): number[] {
    const known = this.at(i);
    if (known.constant === undefined) return unsupported(`${what} must be constant once the shapes are known`);
    if (known.shape.length > 1 || (known.shape[0] ?? 1) > MOST_NUMBERS)
      unsupported(`${what} must be a list of at most ${MOST_NUMBERS} numbers, got shape [${known.shape}]`);
    if ((known.work ?? 0) > MOST_WORK) unsupported(`${what} must follow from few numbers, got ${known.work}`);
    return Array.from(known.constant().first);
  }

  /** The same where they are whole. */
  wholes(i: number, what: string): number[] {
    if (!isWhole(this.at(i).type)) unsupported(`${what} must be whole numbers, got ${this.at(i).type}`);
    return this.numbers(i, what);
  }

  #attribute(name: string, kind: AttributeKind): Message<'Attribute'> | undefined {
    this.#read.add(name);
    const attribute = this.#node.attributes.get(name);
    if (attribute === undefined) return undefined;
    if (attribute.reference !== undefined) unsupported(`attribute ${show(name)} refers to an attribute of a function`);
    if (attribute.type !== undefined && attribute.type !== 0 && attribute.type !== numbers[kind])
      unsupported(`attribute ${show(name)} must have type ${numbers[kind]}, got ${attribute.type}`);
    return attribute;
  }

  int(name: string, otherwise: number): number {
    const attribute = this.#attribute(name, 'i');
    return attribute ? (attribute.i ?? 0) : otherwise;
  }

  /** A float32 number; the default is rounded to one, as it would be in a file. */
  float(name: string, otherwise: number): number {
    const attribute = this.#attribute(name, 'f');
    return attribute ? (attribute.f ?? 0) : Math.fround(otherwise);
  }

  text(name: string, otherwise: string): string {
    const attribute = this.#attribute(name, 's');
    return attribute ? new TextDecoder().decode(attribute.s ?? new Uint8Array()) : otherwise;
  }

  ints(name: string): number[] | undefined {
    return this.#attribute(name, 'ints')?.ints.list(`attribute ${show(name)}`, MOST_NUMBERS);
  }

  floats(name: string): number[] | undefined {
    return this.#attribute(name, 'floats')?.floats.list(`attribute ${show(name)}`, MOST_NUMBERS);
  }

  tensor(name: string): Constant | undefined {
    const attribute = this.#attribute(name, 't');
    if (attribute === undefined) return undefined;
    return readTensor(
      `attribute ${show(name)}`,
      attribute.t ?? unsupported(`attribute ${show(name)} has no tensor`),
      this.#external,
    );
  }

  /** Nothing that changes a result may be passed over. */
  checkAllRead(): void {
    for (const name of this.#node.attributes.keys())
      if (!this.#read.has(name)) unsupported(`attribute ${show(name)} is not known`);
  }

  /** An axis of a shape; negative ones count from the end. */
  axis(value: number, rank: number): number {
    if (!Number.isInteger(value) || value < -rank || value >= Math.max(rank, 1))
      unsupported(`axis must be one of ${rank} axes, got ${value}`);
    return value < 0 ? value + rank : value;
  }
}

/** Spec onnx-operator: an operator's number of inputs, the versions in which it changed, and what it does. */
export interface Operator {
  /** The first version that is known here, and those that changed something. */
  readonly versions: readonly number[];
  /** The opset that took it out. */
  readonly until?: number;
  readonly inputs: readonly [least: number, most: number];
  /** Inputs that are running means and variances. */
  readonly statistics?: readonly number[];
  plan(call: Call): Plan;
}

export type Operators = Readonly<Record<string, Operator>>;

/** A shape that a tensor may have. */
export function checked(shape: Shape, most: number): Shape {
  let size = 1;
  for (const axis of shape) {
    if (!Number.isSafeInteger(axis) || axis < 0)
      unsupported(`the axes of a shape are whole numbers ≥ 0, got [${shape}]`);
    size *= axis;
  }
  if (size > most) unsupported(`a tensor holds at most ${most} elements, got shape [${shape}]`);
  return shape;
}
