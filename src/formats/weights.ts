// The parameters of a net from a file of named tensors, with a report of what did not fit.

import { checkFunction, known, oneOf } from '../attributes.ts';
import { show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkParams, flatParams } from '../layer/flat-params.ts';
import { initialize } from '../layer/initialize.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { nestParams } from '../layer/nest-params.ts';
import { plain } from '../plain-text.ts';
import { checkShape, type ElementType, type Shape, sameShape, type Tensor, tensor } from '../tensor.ts';
import type { Bytes } from './bytes.ts';
import { readSafetensors, type SafetensorsFile } from './safetensors.ts';
import { flattenedOrders, fromTorch, torchShape } from './torch.ts';

const CLAUSE = 'format-weights';

export interface LoadWeightsOptions {
  /** The name in the file of a parameter with this flat name, or several of which the first that is there counts. */
  readonly names?: (name: string) => string | readonly string[];
  /** How the file lays out its tensors: as this library does, or as torch does. */
  readonly layout?: 'toeplitz' | 'torch';
  /** What stays where the file has nothing that fits; by default `initialize(net, shape)`. */
  readonly start?: Params<Tensor>;
  readonly type?: ElementType;
}

export interface Misshapen {
  readonly name: string;
  readonly expected: Shape;
  readonly got: Shape;
}

export interface LoadedWeights {
  readonly params: Params<Tensor>;
  /** Flat names that were read. */
  readonly loaded: readonly string[];
  /** Flat names that the file has no tensor for. */
  readonly missing: readonly string[];
  /** Names of the file that no parameter asked for. */
  readonly unexpected: readonly string[];
  /** Flat names whose tensor is of an element type that is not read, such as F4; they keep the values of `start`. */
  readonly unread: readonly string[];
  /** Flat names whose tensor has another shape; both shapes in the layout of the file. */
  readonly misshapen: readonly Misshapen[];
  /** All of it in words. */
  readonly text: string;
}

/**
 * Reads the parameters of a net for inputs of a shape from a safetensors file, or from tensors by name, nested or not, and says
 * which names were missing, unexpected or misshapen; those keep the values of `start`. With `layout: 'torch'` weights are
 * turned from `[out, in, ...size]` to `[...size, in, out]`, and what follows a flatten from channels first to channels
 * last; `torchNames` has the names. A net with running statistics has `frozenNorm` where training has `batchNorm`. Spec format-weights.
 *
 * @throws {SpecError} format-safetensors for a broken file, format-weights, and the clauses of the layers.
 * @example
 * const net = chain({ fc: dense({ units: 2 }) });
 * const file = { 'fc.weight': tensor([2, 3], [1, 2, 3, 4, 5, 6]) };
 * loadWeights(net, [1, 3], file, { layout: 'torch' }).missing // ['fc.bias']
 */
export function loadWeights(
  net: Layer,
  shape: Shape,
  file: Bytes | Params<Tensor>,
  options: LoadWeightsOptions = {},
): LoadedWeights {
  const who = 'loadWeights';
  options = known(who, options, ['names', 'layout', 'start', 'type'], 'options');
  checkLayer(who, net, 'net');
  checkShape(who, shape);
  const layout = oneOf(CLAUSE, who, 'layout', options.layout ?? 'toeplitz', ['toeplitz', 'torch']);
  const type = oneOf(CLAUSE, who, 'type', options.type ?? 'float32', ['float32', 'float64']);
  if (options.start !== undefined) checkParams(who, options.start);
  if (options.names !== undefined) checkFunction(CLAUSE, who, 'names', options.names);
  const { tensors, unread: foreign } = tensorsOf(file);
  const orders = layout === 'torch' ? flattenedOrders(net, shape) : new Map<string, Int32Array>();
  const found: Record<string, Tensor> = {};
  const report = {
    missing: [] as string[],
    misshapen: [] as Misshapen[],
    unread: [] as string[],
    used: new Set<string>(),
  };
  for (const [name, axes] of Object.entries(flatParams(net.params(shape)))) {
    const source = nameIn({ ...foreign, ...tensors }, options.names?.(name) ?? name);
    if (source === undefined) {
      report.missing.push(name);
      continue;
    }
    report.used.add(source);
    if (!Object.hasOwn(tensors, source)) {
      report.unread.push(name);
      continue;
    }
    const expected = layout === 'torch' ? torchShape(axes) : axes;
    const { shape: got, data } = tensors[source];
    if (!sameShape(expected, got)) report.misshapen.push({ name, expected, got });
    else found[name] = tensor(axes, layout === 'torch' ? fromTorch(data, axes, orders.get(name)) : data, type);
  }
  const { missing, misshapen, unread, used } = report;
  const unexpected = Object.keys({ ...foreign, ...tensors }).filter((name) => !used.has(name) && !isBeside(name));
  const loaded = Object.keys(found);
  const complete = missing.length + misshapen.length + unread.length === 0;
  const rest = complete ? {} : flatParams(options.start ?? initialize(net, shape, { type }));
  const params = nestParams(net.params(shape), { ...rest, ...found });
  const result = { loaded, missing, unexpected, unread, misshapen };
  return { params, ...result, text: textOf(result) };
}

type Named = Pick<SafetensorsFile, 'tensors' | 'unread'>;

function tensorsOf(file: Bytes | Params<Tensor>): Named {
  if (typeof file !== 'object' || file === null)
    throw wrongType(CLAUSE, `loadWeights: file must be the bytes of a file or a record of tensors, got ${show(file)}`);
  if (ArrayBuffer.isView(file) || file instanceof ArrayBuffer) return readSafetensors(file as Bytes);
  checkParams('loadWeights', file);
  return { tensors: flatParams(file as Params<Tensor>), unread: {} };
}

const nameIn = (tensors: Readonly<Record<string, unknown>>, names: string | readonly string[]): string | undefined =>
  [names].flat().find((name) => Object.hasOwn(tensors, name));

/**
 * What a file may have in addition to the parameters: torch's step counters, and the state of an optimizer in a
 * checkpoint.
 */
const isBeside = (name: string): boolean => name.endsWith('num_batches_tracked') || name.includes('/');

function textOf({ loaded, missing, unexpected, unread, misshapen }: Omit<LoadedWeights, 'params' | 'text'>): string {
  const odd = misshapen.map(({ name, expected, got }) => `${plain(name)} (must be [${expected}], got [${got}])`);
  const lines: [string, readonly string[]][] = [
    ['missing from the file', missing],
    ['unexpected in the file', unexpected],
    ['of an element type or with integers that are not read', unread],
    ['misshapen', odd],
  ];
  return [
    `${loaded.length} of ${loaded.length + missing.length + unread.length + misshapen.length} parameters loaded`,
    ...lines
      .filter(([, names]) => names.length > 0)
      .map(([what, names]) => `  ${what}: ${names.map((name) => plain(name)).join(', ')}`),
  ].join('\n');
}
