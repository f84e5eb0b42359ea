// What an engine's tensors are to a model: names found, shapes held against those of the model, files joined.
// Spec judge-names, judge-shape, judge-values.

import { SpecError, show, wrongType } from '../errors.ts';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../formats/float16.ts';
import { isFloat, isWhole } from '../onnx/element-types.ts';
import type { Model } from '../onnx/model.ts';
import type { Kind } from '../onnx/value.ts';
import { isList, listOf, reading } from '../reading.ts';
import { checkTensor, type Shape, sameShape, sizeOf, type Tensor } from '../tensor.ts';

/** Tensors by the names that the model has for them. */
export type Activations = Readonly<Record<string, Tensor>>;

const WHO = 'judge';

export interface Joined {
  /** The tensors of each run of the engine. */
  readonly runs: readonly ReadonlyMap<string, Tensor>[];
  /** Names that the model does not have, each with the nearest that it has, if one is near. */
  readonly unknown: readonly UnknownName[];
}

export interface UnknownName {
  readonly name: string;
  readonly nearest?: string;
}

/** A name without what file systems and archives change in it. */
const bare = (name: string): string => {
  let text = name;
  try {
    text = decodeURIComponent(name);
  } catch (error) {
    if (!(error instanceof URIError)) throw error; // a % that belongs to the name
  }
  return text
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
};

/**
 * Tensors of several files under the names of the model. Files that hold all outputs of the model are runs of their own, which an
 * engine may fuse in other ways; of one run are all others, and inputs are the same in all.
 */
export function joined(files: unknown, names: readonly string[], model: Pick<Model, 'inputs' | 'outputs'>): Joined {
  const list = isList(files) ? listOf('judge-names', WHO, 'activations', files) : [files];
  const known = new Set(names);
  const byBare = new Map<string, string | undefined>();
  for (const name of names) byBare.set(bare(name), byBare.has(bare(name)) ? undefined : name);
  const tensors = new Map<string, Tensor>();
  const unknown = new Map<string, UnknownName>();
  const inputs = new Set(model.inputs.map(({ name }) => name));
  const nameOf = (given: string): string | undefined => (known.has(given) ? given : byBare.get(bare(given)));
  const isWhole = list.map((file) => {
    const held = new Set(Object.keys(Object(file)).map(nameOf));
    return model.outputs.every(({ name }) => held.has(name));
  });
  const areRuns = isWhole.filter((each) => each).length > 1;
  const runs: Map<string, Tensor>[] = [];
  list.forEach((file, i) => {
    if (typeof file !== 'object' || file === null || ArrayBuffer.isView(file) || isList(file))
      throw wrongType('judge-names', `${WHO}: activations must be tensors by name, got ${show(file)}`);
    const entries = reading('judge-names', WHO, 'activations', () => Object.entries(file as Activations));
    const own = areRuns && isWhole[i] ? new Map<string, Tensor>() : undefined;
    if (own) runs.push(own);
    for (const [given, tensor] of entries) {
      const name = nameOf(given);
      if (name === undefined) {
        if (unknown.size < MOST_UNKNOWN) unknown.set(given, unknownName(given, names, tensors));
        continue;
      }
      checkTensor(WHO, show(name), tensor);
      const isOwn = own !== undefined && !inputs.has(name);
      const other = (isOwn ? own : tensors).get(name);
      if (other !== undefined && !isSame(other, tensor))
        throw new SpecError(
          'judge-names',
          `${WHO}: ${show(name)} is there twice with other numbers (file ${i + 1}): the files must come of one input`,
        );
      (isOwn ? own : tensors).set(name, tensor);
    }
  });
  if (tensors.size === 0 && runs.length === 0)
    throw new SpecError(
      'judge-names',
      `${WHO}: no tensor has a name of the model: got ${
        list
          .flatMap((file) => Object.keys(file as object))
          .slice(0, 4)
          .map(show)
          .join(', ') || 'none'
      }, the model has ${names.slice(0, 4).map(show).join(', ')}${names.length > 4 ? ', …' : ''}`,
    );
  return {
    runs: areRuns ? runs.map((own) => new Map([...tensors, ...own])) : [tensors],
    unknown: [...unknown.values()],
  };
}

/** So many are told, each with its nearest name. */
const MOST_UNKNOWN = 20;

const isSame = (a: Tensor, b: Tensor): boolean =>
  sameShape(a.shape, b.shape) && a.data.every((value, i) => Object.is(value, b.data[i]));

/** The name with the fewest letters to put in, take out, change or exchange with the next, at most a third of them. */
function unknownName(name: string, names: readonly string[], taken: ReadonlyMap<string, unknown>): UnknownName {
  const own = bare(name).slice(0, LETTERS);
  let [nearest, least] = [undefined as string | undefined, Math.floor(own.length / 3) + 1];
  for (const each of names.slice(0, MOST_NAMES)) {
    if (taken.has(each)) continue;
    const other = bare(each).slice(0, LETTERS);
    if (Math.abs(other.length - own.length) >= least) continue;
    const far = distance(own, other);
    if (far < least) [nearest, least] = [each, far];
  }
  return { name, ...(nearest !== undefined && { nearest }) };
}

/** Bounds of the search for a near name. */
const [LETTERS, MOST_NAMES] = [80, 2000];

function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? before[j - 2] + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1), swapped));
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}

/** How the axes of images lie in the tensors: as the model says, or with their channels last. */
export type ImageLayout = 'NCHW' | 'NHWC';

const toFirst = (shape: Shape): Shape => [shape[0], shape[shape.length - 1], ...shape.slice(1, -1)];
const toLast = (shape: Shape): Shape => [shape[0], ...shape.slice(2), shape[1]];

/** A tensor in the order of the model and in the element type that it states, or the error that says what it is. */
export function fitting(name: string, { type, shape }: Kind, tensor: Tensor, layout: ImageLayout): Tensor {
  const own = layout === 'NHWC' && tensor.shape.length > 3 ? turned(tensor) : tensor;
  if (!sameShape(own.shape, shape)) throw misshapen(name, shape, tensor.shape, layout);
  const { data } = own;
  if (type === 'float64' && data instanceof Float32Array)
    throw new SpecError('judge-values', `${WHO}: ${show(name)} must hold float64 numbers, got float32`);
  if (isWhole(type) || type === 'float64' || data instanceof Float32Array) return own;
  if (!isFloat(type)) return { shape, data: new Float32Array(data) };
  const narrow = new Float32Array(data);
  const odd = data.findIndex((value, i) => !Object.is(value, narrow[i]));
  if (odd >= 0)
    throw new SpecError(
      'judge-values',
      `${WHO}: ${show(name)} must hold float32 numbers, as the model says, got ${data[odd]} of float64`,
    );
  return { shape, data: narrow };
}

function turned({ shape, data }: Tensor): Tensor {
  const to = toFirst(shape);
  const [batch, C, ...space] = to;
  const P = sizeOf(space);
  const moved = data.slice();
  for (let n = 0; n < batch; n++)
    for (let p = 0; p < P; p++) for (let c = 0; c < C; c++) moved[(n * C + c) * P + p] = data[(n * P + p) * C + c];
  return { shape: to, data: moved };
}

function misshapen(name: string, shape: Shape, got: Shape, layout: ImageLayout): SpecError {
  const rest =
    got.length === shape.length && shape.length > 3 && sameShape(got, toLast(shape)) && layout === 'NCHW'
      ? " (its channels come last: layout: 'NHWC', on the command line --layout NHWC)"
      : got.length === shape.length && sameShape(got.slice(1), shape.slice(1))
        ? ' (another batch than the input of the model)'
        : sizeOf(got) === sizeOf(shape)
          ? ' (as many numbers: was it reshaped?)'
          : '';
  return new SpecError('judge-shape', `${WHO}: ${show(name)} must have shape [${shape}], got [${got}]${rest}`);
}

const isHalf = (value: number): boolean => {
  if (!Number.isFinite(value)) return true;
  return Math.abs(value) <= 65504 && fromFloat16(toFloat16(value)) === value;
};
const isBrain = (value: number): boolean =>
  !Number.isFinite(value) || Math.abs(value) > 3.3e38 || fromBfloat16(toBfloat16(value)) === value;

/** So many numbers that are not whole must be there before anything is said; what is repeated, such as a limit, counts once. */
const ENOUGH = 64;

/** Spec judge-values: a dump of float32 results that was stored in fewer digits. */
export function storedAs(tensors: Iterable<Tensor>): 'float16' | 'bfloat16' | undefined {
  let [count, half, brain, former] = [0, true, true, Number.NaN];
  for (const { data } of tensors) {
    for (let i = 0; i < data.length && (half || brain); i++) {
      const value = data[i];
      if (Number.isInteger(value) || value === former) continue;
      former = value;
      count++;
      half &&= isHalf(value);
      brain &&= isBrain(value);
    }
    if (!half && !brain) return undefined;
  }
  if (count < ENOUGH) return undefined;
  return brain ? 'bfloat16' : half ? 'float16' : undefined;
}
