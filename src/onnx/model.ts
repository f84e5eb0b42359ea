// A model of ONNX: its graph, described, run, or made a layer.

import { checkFunction, known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { copyOf } from '../layer/identity.ts';
import { isList } from '../reading.ts';
import { checkShape, checkTensor, type Shape, type Tensor } from '../tensor.ts';
import { describeModel, type OnnxDescription } from './describe.ts';
import { isFloat, isWhole } from './element-types.ts';
import { execute } from './execute.ts';
import type { FreeShape, Graph, Port } from './graph.ts';
import type { External } from './initializer.ts';
import { isUnmade, type Planned, planGraph } from './plan.ts';
import { type OnnxLayer, seriesParallel } from './series-parallel.ts';
import { type Kind, Value } from './value.ts';

export type { FreeShape, OnnxDescription, OnnxLayer };

/** One node of a model. */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** `''` for ONNX itself. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Shapes of inputs whose axes are free in the file, by name, channels first. A free first axis is 1 without it. */
export interface ShapeOptions {
  readonly shapes?: Readonly<Record<string, Shape>>;
}

export interface RunOptions {
  /** The tensors that are wanted; without it, all that nodes make. */
  readonly outputs?: readonly string[];
  /** Called before each node. */
  readonly onProgress?: (progress: { readonly done: number; readonly of: number; readonly node: string }) => void;
}

/** A model that was read from a file. Its tensors are as the file says, channels first. */
export interface Model {
  readonly opset: number;
  readonly producer: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly OnnxNode[];
  /** Every node with its shapes, parameters, multiply-adds and memory, without touching a weight. Spec onnx-describe. */
  describe(options?: ShapeOptions): OnnxDescription;
  /** Every tensor by its name, from the inputs by their names: float64 inputs run the whole model in float64. Spec onnx-run. */
  run(inputs: Readonly<Record<string, Tensor>>, options?: RunOptions): Record<string, Tensor>;
  /** One layer with its parameters, channels last, where the graph is series-parallel. Spec onnx-layer. */
  layer(options?: ShapeOptions): OnnxLayer;
}

/** What belongs to a model and is no part of what it shows. */
export interface Inside {
  readonly bytes: Uint8Array;
  readonly graph: Graph;
  readonly opset: number;
  /** What every node will do for inputs of these shapes, checked in the name of `who`; `told` is of values of which nothing is known. */
  planned(who: string, options: ShapeOptions, told?: ReadonlyMap<string, Port>): Planned;
}

const insides = new WeakMap<object, Inside>();

/** Undefined for anything but a model of readOnnx. */
export const insideOf = (model: unknown): Inside | undefined =>
  typeof model === 'object' && model !== null ? insides.get(model) : undefined;

export class GraphModel implements Model {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly OnnxNode[];
  readonly opset: number;
  readonly producer: string;
  readonly #graph: Graph;
  readonly #external: External;
  #last: { readonly key: string; readonly planned: Planned } | undefined;

  constructor(bytes: Uint8Array, graph: Graph, opset: number, producer: string, external: External) {
    this.inputs = graph.inputs;
    this.outputs = graph.outputs;
    this.nodes = graph.nodes.map(({ name, op, domain, inputs, outputs }) => ({ name, op, domain, inputs, outputs }));
    this.opset = opset;
    this.producer = producer;
    this.#graph = graph;
    this.#external = external;
    insides.set(this, {
      bytes,
      graph,
      opset,
      planned: (who, options, told) => this.#fromShapes(who, options, told),
    });
  }

  /** The plan for these shapes; the last one is kept. */
  #planned(kinds: ReadonlyMap<string, Kind>, told?: ReadonlyMap<string, Port>): Planned {
    if (told) {
      const stated = new Map([...this.#graph.stated, ...told]);
      return planGraph({ ...this.#graph, stated }, this.opset, kinds, this.#external);
    }
    const key = JSON.stringify([...kinds]);
    if (this.#last?.key !== key)
      this.#last = { key, planned: planGraph(this.#graph, this.opset, kinds, this.#external) };
    return this.#last.planned;
  }

  #fromShapes(who: string, options: ShapeOptions, told?: ReadonlyMap<string, Port>): Planned {
    const shapes = known(
      who,
      known(who, options, ['shapes'], 'options').shapes ?? {},
      this.inputs.map(({ name }) => name),
      'inputs',
      'onnx-shape',
    );
    const kinds = new Map<string, Kind>();
    for (const port of this.inputs) {
      const own = Object.hasOwn(shapes, port.name)
        ? shapes[port.name]
        : port.shape?.map((axis, i) => (i === 0 && typeof axis === 'string' ? 1 : axis));
      if (own?.some((axis) => typeof axis === 'string')) continue;
      if (own === undefined) continue;
      checkInputShape(who, port, own as Shape);
      kinds.set(port.name, { type: port.type, shape: own as Shape });
    }
    return this.#planned(kinds, told);
  }

  describe(options: ShapeOptions = {}): OnnxDescription {
    const planned = this.#fromShapes('describe', options);
    return describeModel(this.#graph, this.opset, planned);
  }

  run(inputs: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Record<string, Tensor> {
    const { outputs, onProgress } = known('run', options, ['outputs', 'onProgress'], 'options');
    if (onProgress !== undefined) checkFunction('onnx-run', 'run', 'onProgress', onProgress);
    const given = known(
      'run',
      inputs,
      this.inputs.map(({ name }) => name),
      'inputs',
      'onnx-run',
    );
    const values = new Map<string, Value>();
    for (const port of this.inputs) values.set(port.name, inputValue(port, given[port.name]));
    const floats = [...values.values()].filter(({ type }) => isFloat(type));
    const wide = floats.some((value) => value.first instanceof Float64Array);
    if (wide && floats.some((value) => value.first instanceof Float32Array))
      throw wrongType('onnx-run', 'run: all inputs must be float32, or all float64');
    const planned = this.#planned(new Map([...values].map(([name, { type, shape }]) => [name, { type, shape }])));
    const names = this.#wanted(planned, outputs);
    const results = execute(planned, values, new Set(names), wide, onProgress as RunOptions['onProgress']);
    const taken = new Set<unknown>([...values.values()].map(({ first }) => first));
    return Object.fromEntries(
      [...results].map(([name, { tensor }]) => {
        // What is kept for the next run, or stands under another name too.
        const isShared = taken.has(tensor.data) || planned.known.get(name)?.constant !== undefined;
        taken.add(tensor.data);
        return [name, isShared ? copyOf(tensor) : tensor];
      }),
    );
  }

  #wanted({ nodes }: Planned, names: readonly string[] | undefined): readonly string[] {
    if (names === undefined)
      return nodes.flatMap((each) => each.node.outputs.filter((name, k) => name !== '' && !isUnmade(each, k)));
    // An output of the model may be one of its inputs or constants.
    const all = [
      ...this.inputs.map(({ name }) => name),
      ...this.#graph.constants.keys(),
      ...this.#graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== '')),
    ];
    if (!isList(names)) throw wrongType('onnx-run', `run: outputs must be an array of names, got ${show(names)}`);
    const there = new Set(all);
    for (const name of names)
      if (!there.has(name)) throw new SpecError('onnx-run', `run: the model has no tensor ${show(name)}`);
    return names;
  }

  layer(options: ShapeOptions = {}): OnnxLayer {
    return seriesParallel(this.#graph, this.#fromShapes('layer', options));
  }
}

/** Spec onnx-shape: as many axes as the file says, and as long where it says so. */
function checkInputShape(who: string, { name, shape }: Port, own: Shape): void {
  checkShape(who, own);
  if (shape && (shape.length !== own.length || shape.some((axis, i) => typeof axis === 'number' && axis !== own[i])))
    throw new SpecError('onnx-shape', `${who}: the input ${show(name)} has shape [${shape.join(', ')}], got [${own}]`);
}

/** Spec onnx-run. */
function inputValue(port: Port, given: Tensor | undefined): Value {
  if (given === undefined) throw new SpecError('onnx-run', `run: the input ${show(port.name)} is missing`);
  checkTensor('run', show(port.name), given);
  checkInputShape('run', port, given.shape);
  if (isFloat(port.type)) {
    if (port.type === 'float64' && given.data instanceof Float32Array)
      throw wrongType('onnx-run', `run: the input ${show(port.name)} must be float64, got float32`);
    return new Value(port.type, given.shape, given.data);
  }
  if (!isWhole(port.type))
    throw new SpecError(
      'onnx-run',
      `run: the input ${show(port.name)} must be float32, float64 or of whole numbers, got ${port.type}: convert the model`,
    );
  const odd = given.data.find((value) => !Number.isSafeInteger(value));
  if (odd !== undefined)
    throw new SpecError('onnx-run', `run: the input ${show(port.name)} holds whole numbers, got ${odd}`);
  return new Value(port.type, given.shape, Float64Array.from(given.data));
}
