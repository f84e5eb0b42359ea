// `judge`: the activations of an engine read, matched with a model and judged. Spec judge-names, judge-shape, judge-values.

import { known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import type { FreeShape, Port } from '../onnx/graph.ts';
import { type Inside, insideOf, type Model } from '../onnx/model.ts';
import type { Planned } from '../onnx/plan.ts';
import { readOnnx } from '../onnx/read.ts';
import { readTraits } from '../oracle/ask/traits.ts';
import type { Traits } from '../oracle/engine.ts';
import { reading } from '../reading.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { type Activations, fitting, type ImageLayout, joined, storedAs } from './activations.ts';
import type { Declared } from './enclosure.ts';
import type { NodeVerdict } from './judged-node.ts';
import { type Judgement, judgementOf } from './judgement.ts';
import { Walk } from './walk.ts';

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
  const { runs, unknown } = joined(activations, namesOf(inside), read);
  const results = runs.map((tensors, i) => {
    const planned = planFor(read, inside, tensors, shapes, layout);
    const seen = new Map<string, Tensor>();
    for (const [name, tensor] of tensors) {
      const kind = planned.known.get(name);
      if (kind) seen.set(name, fitting(name, kind, tensor, layout));
    }
    checkDigits(seen, planned, declared, read);
    if (i < runs.length - 1) leaveOut(seen, planned, read);
    return new Walk(planned, seen, declared, onProgress).result();
  });
  return judgementOf({ model: read, declared, ...together(results), unknown });
}

/** Leaves out the outputs of the model whose inputs a run of a part does not show: the run that shows them judges them. */
function leaveOut(seen: Map<string, Tensor>, { nodes, known }: Planned, { outputs }: Model): void {
  const names = new Set(outputs.map(({ name }) => name));
  for (const { node } of nodes)
    if (node.inputs.some((name) => name !== '' && known.get(name)?.constant === undefined && !seen.has(name)))
      for (const name of node.outputs) if (names.has(name)) seen.delete(name);
}

/** What tells the most comes first. */
const TELLING: readonly NodeVerdict[] = ['fail', 'suspect', 'pass', 'cannot tell', 'not judged', 'not seen'];

/** Of several runs the row of each node that tells the most, and the first wrong node of all. */
function together(results: readonly Pick<Judgement, 'nodes' | 'first'>[]): Pick<Judgement, 'nodes' | 'first'> {
  const nodes = results[0].nodes.map((row, i) =>
    results
      .map((result) => result.nodes[i])
      .reduce((a, b) => (TELLING.indexOf(b.verdict) < TELLING.indexOf(a.verdict) ? b : a), row),
  );
  const wrong = nodes.find(({ verdict }) => verdict === 'fail');
  const first = results.find((result) => wrong && result.first?.node.name === wrong.name)?.first;
  return { nodes, ...(first && { first }) };
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
