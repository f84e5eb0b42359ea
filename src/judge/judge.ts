// Every node of a model judged on the engine's own inputs of that node. Spec judge-node, judge-piece, judge-report.

import { known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { isFloat } from '../onnx/element-types.ts';
import type { FreeShape, Port } from '../onnx/graph.ts';
import { type Inside, insideOf, type Model, readOnnx } from '../onnx/model.ts';
import type { Planned, PlannedNode } from '../onnx/plan.ts';
import { type Kind, Value } from '../onnx/value.ts';
import { readTraits } from '../oracle/ask/traits.ts';
import type { Traits } from '../oracle/engine.ts';
import { reading } from '../reading.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { type Activations, fitting, type ImageLayout, joined, storedAs } from './activations.ts';
import { type Declared, declaredIn, type Enclosure } from './enclosure.ts';
import { Explanations } from './explanation.ts';
import type { JudgedNode } from './judged-node.ts';
import { type Judgement, judgementOf } from './judgement.ts';
import { findingOf } from './node-finding.ts';
import { enclosed } from './rules.ts';
import { verdictOn } from './verdict.ts';

const WHO = 'judge';

export interface JudgeOptions {
  /** What the engine declares about its arithmetic, as to the oracle. */
  readonly traits?: Traits;
  readonly precision?: Traits['precision'];
  readonly winograd?: Traits['winograd'];
  /** Shapes of inputs that are not among the activations. */
  readonly shapes?: Readonly<Record<string, Shape>>;
  /** Where the channels of images lie in the activations: as the model says, or last. */
  readonly layout?: ImageLayout;
  readonly onProgress?: (progress: { readonly done: number; readonly of: number; readonly node: string }) => void;
}

/** What is known of a tensor, or why nothing is. */
type Carried = Enclosure | { readonly unknown: string };

/**
 * Judges the tensors that an engine gave for a model: each node on the engine's own inputs of it, so that no error of
 * earlier nodes counts, by a bound that holds for every order of float32 operations; where tensors between are missing, the
 * nodes between two known tensors together. A `fail` is a proof that this node or piece is computed wrongly.
 *
 * @param activations the engine's tensors by the names of the model, inputs too; or several such records of one input.
 * @throws {SpecError} judge-names, judge-shape, judge-values for activations that are not those of the model; those of
 * `readOnnx`; oracle-traits, oracle-precision, oracle-winograd.
 * @example
 * const model = readOnnx(writeOnnx(chain({ a: scale({ factor: 2 }), b: relu() }), [1, 2], {}));
 * const activations = { x: tensor([1, 2], [1, -1]), a: tensor([1, 2], [2, -2]), y: tensor([1, 2], [2, 2]) };
 * judge(model, activations).nodes.map(({ verdict }) => verdict) // ['pass', 'fail']
 */
export function judge(
  model: Model | Uint8Array | ArrayBuffer,
  activations: Activations | readonly Activations[],
  options: JudgeOptions = {},
): Judgement {
  const names = ['traits', 'precision', 'winograd', 'shapes', 'layout', 'onProgress'];
  const {
    traits,
    precision,
    winograd,
    shapes = {},
    layout = 'NCHW',
    onProgress,
  } = known(WHO, options, names, 'options');
  if (layout !== 'NCHW' && layout !== 'NHWC')
    throw new SpecError('judge-shape', `${WHO}: layout must be 'NCHW' or 'NHWC', got ${show(layout)}`);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw wrongType('judge-report', `${WHO}: onProgress must be a function, got ${show(onProgress)}`);
  if (typeof shapes !== 'object' || shapes === null)
    throw wrongType('onnx-shape', `${WHO}: shapes must be shapes by the names of inputs, got ${show(shapes)}`);
  const told = reading('oracle-traits', WHO, 'traits', () => (Object(traits) === traits ? { ...traits } : traits));
  const given = {
    ...readTraits(told),
    ...(precision !== undefined && { precision }),
    ...(winograd !== undefined && { winograd }),
  };
  const declared = readTraits(given);
  const read = insideOf(model) ? (model as Model) : readOnnx(model as Uint8Array);
  const inside = insideOf(read) as Inside;
  const files = joined(activations, namesOf(inside));
  const planned = planFor(read, inside, files.tensors, shapes, layout);
  const seen = new Map<string, Tensor>();
  for (const [name, tensor] of files.tensors) {
    const kind = planned.known.get(name);
    if (kind) seen.set(name, fitting(name, kind, tensor, layout));
  }
  checkDigits(seen, planned, declared, read);
  const walk = new Walk(planned, seen, declared, onProgress);
  return judgementOf({ model: read, declared, ...walk.result(), unknown: files.unknown });
}

/** Every name that the model has for a value. */
const namesOf = ({ graph }: Inside): string[] => [
  ...graph.inputs.map(({ name }) => name),
  ...graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== '')),
];

/** The plan for the shapes that the inputs have among the activations, or that are given, or that the file states. */
function planFor(
  model: Model,
  inside: Inside,
  tensors: ReadonlyMap<string, Tensor>,
  shapes: Readonly<Record<string, Shape>>,
  layout: ImageLayout,
): Planned {
  const own: Record<string, Shape> = reading('onnx-shape', WHO, 'shapes', () => ({ ...shapes }));
  for (const { name, shape, type } of model.inputs) {
    const tensor = tensors.get(name);
    if (tensor === undefined) continue;
    const turned = layout === 'NHWC' && tensor.shape.length > 3;
    own[name] = turned ? [tensor.shape[0], tensor.shape.at(-1) as number, ...tensor.shape.slice(1, -1)] : tensor.shape;
    if (shape && isTurned(shape, own[name]))
      fitting(
        name,
        { type, shape: shape.map((axis, i) => (typeof axis === 'number' ? axis : own[name][i === 0 ? 0 : i - 1])) },
        tensor,
        layout,
      );
  }
  const planned = inside.planned(WHO, { shapes: own });
  // What comes of an operator that is not run here has the shape that the engine gave it.
  const told = new Map<string, Port>();
  for (const [name, { shape, data }] of tensors) {
    const type = inside.graph.stated.get(name)?.type ?? (data instanceof Float32Array ? 'float32' : undefined);
    if (!planned.known.has(name) && type !== undefined) told.set(name, { name, type, shape });
  }
  return told.size > 0 ? inside.planned(WHO, { shapes: own }, told) : planned;
}

/** Whether an image has its channels last where the model states how many there are. */
const isTurned = (stated: FreeShape, got: Shape): boolean =>
  stated.length > 3 &&
  got.length === stated.length &&
  typeof stated[1] === 'number' &&
  got[1] !== stated[1] &&
  got.at(-1) === stated[1];

/** Spec judge-values: numbers of a file of fewer digits say nothing of float32 arithmetic. */
function checkDigits(
  seen: ReadonlyMap<string, Tensor>,
  { known: kinds }: Planned,
  { precision }: Declared,
  model: Model,
): void {
  if (precision?.output !== undefined) return;
  const inputs = new Set(model.inputs.map(({ name }) => name));
  const floats = [...seen].filter(([name]) => !inputs.has(name) && kinds.get(name)?.type === 'float32');
  const format = storedAs(floats.map(([, tensor]) => tensor));
  if (format !== undefined)
    throw new SpecError(
      'judge-values',
      `${WHO}: every tensor holds numbers of ${format} alone: write them as float32, or, if the engine stores them so, declare precision: { output: '${format}' }`,
    );
}

class Walk {
  readonly #planned: Planned;
  readonly #seen: ReadonlyMap<string, Tensor>;
  readonly #declared: Declared;
  readonly #onProgress: JudgeOptions['onProgress'];
  readonly #carried = new Map<string, Carried>();
  readonly #explanations = new Explanations();
  /** Nodes between known tensors that a carried value comes from. */
  readonly #through = new Map<string, ReadonlySet<string>>();

  constructor(
    planned: Planned,
    seen: ReadonlyMap<string, Tensor>,
    declared: Declared,
    onProgress: JudgeOptions['onProgress'],
  ) {
    this.#planned = planned;
    this.#seen = seen;
    this.#declared = declared;
    this.#onProgress = onProgress;
  }

  result(): Pick<Judgement, 'nodes' | 'first'> {
    const nodes = this.#planned.nodes.filter(({ constants }) => constants === undefined);
    const needed = this.#needed(nodes);
    const last = new Map<string, number>();
    nodes.forEach(({ node }, at) => {
      if (needed.has(node.name)) for (const name of node.inputs) last.set(name, at);
    });
    const judged: JudgedNode[] = [];
    let first: Judgement['first'];
    nodes.forEach((planned, at) => {
      const { node } = planned;
      this.#onProgress?.({ done: at, of: nodes.length, node: node.name });
      if (!needed.has(node.name)) judged.push(this.#row(planned, 'not seen'));
      else {
        const row = this.#judged(planned);
        judged.push(row.node);
        if (row.finding && first === undefined) first = row.finding();
      }
      for (const name of node.inputs) if ((last.get(name) ?? -1) <= at) this.#carried.delete(name);
    });
    this.#onProgress?.({ done: nodes.length, of: nodes.length, node: '' });
    return { nodes: judged, ...(first && { first }) };
  }

  /** Those with a known output, and those that such an output is made of. */
  #needed(nodes: readonly PlannedNode[]): ReadonlySet<string> {
    const open = new Set<string>();
    const needed = new Set<string>();
    for (const { node } of [...nodes].reverse()) {
      if (!node.outputs.some((name) => this.#seen.has(name) || open.has(name))) continue;
      needed.add(node.name);
      for (const name of node.inputs) if (!this.#seen.has(name)) open.add(name);
    }
    return needed;
  }

  #row({ node, plan }: PlannedNode, verdict: JudgedNode['verdict'], message?: string): JudgedNode {
    const name = node.outputs.find((each) => this.#seen.has(each)) ?? node.outputs[0];
    const shape = plan?.outputs[node.outputs.indexOf(name)]?.shape;
    return {
      name: node.name,
      op: node.domain === '' ? node.op : `${node.domain}.${node.op}`,
      tensor: name,
      ...(shape && { shape }),
      verdict,
      ...(message !== undefined && { message }),
      margin: 0,
      wrong: 0,
      elements: 0,
    };
  }

  /** What is known of an input of a node. */
  #input(planned: PlannedNode, i: number): Carried | undefined {
    const name = planned.node.inputs[i];
    if (name === '') return undefined;
    const constant = planned.inputs[i]?.constant;
    if (constant) return { value: constant().widened(true) };
    const carried = this.#carried.get(name);
    if (carried) return carried;
    const seen = this.#seen.get(name);
    if (seen === undefined) return { unknown: `${show(name)} is not among the activations` };
    const own = enclosureOf(seen, this.#planned.known.get(name) as Kind);
    this.#carried.set(name, own);
    return own;
  }

  #judged(planned: PlannedNode): { readonly node: JudgedNode; readonly finding?: () => Judgement['first'] } {
    const { node, problem } = planned;
    const inputs = node.inputs.map((_, i) => this.#input(planned, i));
    const gap = inputs.find((each) => each !== undefined && 'unknown' in each) as { unknown: string } | undefined;
    const through = new Set(node.inputs.flatMap((name) => [...(this.#through.get(name) ?? [])]));
    const isSeen = node.outputs.some((name) => this.#seen.has(name));
    const k = node.outputs.findIndex((name) => this.#seen.has(name));
    const declared = declaredIn(planned.plan?.outputs[Math.max(k, 0)]?.type, this.#declared);
    const outputs =
      gap || problem ? undefined : enclosed(planned, inputs as (Enclosure | undefined)[], declared, isSeen);
    const why = gap?.unknown ?? problem?.message ?? `of ${node.op} in node ${show(node.name)} nothing is proved here`;
    node.outputs.forEach((name, k) => {
      if (name === '' || this.#seen.has(name)) return;
      this.#carried.set(name, outputs?.[k] ?? { unknown: why });
      this.#through.set(name, new Set([...through, node.name]));
    });
    if (!isSeen) return { node: this.#row(planned, 'not seen') };
    if (outputs === undefined) return { node: this.#row(planned, gap ? 'cannot tell' : 'not judged', why) };
    const theirs = this.#seen.get(node.outputs[k]) as Tensor;
    const verdict = verdictOn(outputs[k], theirs, declared, through.size > 0);
    const row = {
      ...this.#row(planned, verdict.kind),
      ...verdict.row,
      ...(through.size > 0 && { through: [...through] }),
    };
    if (verdict.kind !== 'fail') return { node: row };
    const failure = {
      planned,
      inputs: inputs as (Enclosure | undefined)[],
      theirs,
      k,
      declared,
      isPiece: through.size > 0,
    };
    const explanation = this.#explanations.of(failure);
    const explained = { ...row, ...(explanation && { explanation }) };
    return { node: explained, finding: () => findingOf(explained, failure, verdict) };
  }
}

/** Numbers that an engine gave. */
function enclosureOf({ shape, data }: Tensor, { type }: Kind): Enclosure {
  return {
    value: new Value(isFloat(type) || !/^float|^bfloat/.test(type) ? type : 'float32', shape, new Float64Array(data)),
  };
}
