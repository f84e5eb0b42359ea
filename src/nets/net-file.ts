// A net in one file: safetensors with its parameters, and the layer itself as JSON in the metadata. Spec net-file.
//
//   {"__metadata__": {"toeplitz.net": "{\"layer\": {\"name\": \"chain\", \"children\": {…}}, \"shape\": [1, 32, 32, 1]}"}, …}

import { known } from '../attributes.ts';
import { locatedError, SpecError, show, wrongType } from '../errors.ts';
import type { Bytes } from '../formats/bytes.ts';
import { deeper, isObject } from '../formats/json.ts';
import { readSafetensors, type SafetensorsFile, writeSafetensors } from '../formats/safetensors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkParams, flatParams } from '../layer/flat-params.ts';
import { type Layer, MOST_NESTED, type Params } from '../layer/layer.ts';
import { nestParams } from '../layer/nest-params.ts';
import { shared, standsFor } from '../layer/shared.ts';
import { reading } from '../reading.ts';
import { checkShape, type Shape, sameShape, type Tensor } from '../tensor.ts';
import { constructors } from './constructors.ts';
import { readAttributes, writtenAttributes } from './written-attributes.ts';

const CLAUSE = 'net-file';
const KEY = 'toeplitz.net';

export interface NetFile {
  readonly layer: Layer;
  /** Of the input for which it was written. */
  readonly shape: Shape;
  readonly params: Params<Tensor>;
  /** What else the file says of itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface WriteNetOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** Parameters rounded to fewer digits. */
  readonly type?: 'F16' | 'BF16';
}

/** How a layer is written: its name, and its attributes or its children. */
interface Written {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly children?: Readonly<Record<string, Written>>;
  /** Of what stands for a shared layer: the number of that layer among those around it, counted from the outermost. */
  readonly of?: number;
}

/**
 * A net with its parameters as one file, which `readNet` reads back: a safetensors file like any other, whose metadata hold
 * the layer. The same arguments give the same bytes.
 *
 * @throws {SpecError} net-file with the path of a layer that is none of this library, or for parameters that are not the net's.
 * @example
 * const net = chain({ fc: dense({ units: 2 }) });
 * const file = writeNet(net, [1, 3], initialize(net, [1, 3]));
 * readNet(file).layer.children.fc.attributes // { units: 2, bias: true }
 */
export function writeNet(
  layer: Layer,
  shape: Shape,
  params: Params<Tensor>,
  options: WriteNetOptions = {},
): Uint8Array<ArrayBuffer> {
  const who = 'writeNet';
  checkLayer(who, layer);
  checkShape(who, shape);
  checkParams(who, params);
  const { metadata = {}, type } = known(who, options, ['metadata', 'type'], 'options', CLAUSE);
  const more = reading(CLAUSE, who, 'metadata', () => (isObject(metadata) ? { ...metadata } : undefined));
  if (more === undefined)
    throw wrongType(CLAUSE, `${who}: metadata must be an object of strings, got ${show(metadata)}`);
  if (KEY in more) throw new SpecError(CLAUSE, `${who}: metadata must not have the name ${KEY}, which the net has`);
  checkAll(who, flatParams(layer.params(shape)), flatParams(params));
  const text = JSON.stringify({ layer: written(layer, '', []), shape });
  return writeSafetensors(params, { ...more, [KEY]: text }, type === undefined ? {} : { type });
}

/** Spec net-file: exactly those of the net. */
function checkAll(
  who: string,
  shapes: Readonly<Record<string, Shape>>,
  tensors: Readonly<Record<string, Tensor>>,
): void {
  for (const name of Object.keys(tensors))
    if (!Object.hasOwn(shapes, name)) throw new SpecError(CLAUSE, `${who}: the net has no parameter ${show(name)}`);
  for (const [name, shape] of Object.entries(shapes)) {
    const own = Object.hasOwn(tensors, name) ? tensors[name].shape : undefined;
    if (own === undefined || !sameShape(own, shape))
      throw new SpecError(CLAUSE, `${who}: ${show(name)} must have shape [${shape}], got ${own ? `[${own}]` : 'none'}`);
  }
}

function written(layer: Layer, path: string, around: readonly Layer[]): Written {
  const { name, attributes, children } = layer;
  const refuse = (): never => {
    throw new SpecError(
      CLAUSE,
      `writeNet: ${path === '' ? '' : `at ${path}: `}the layer ${show(name)} is none of this library`,
    );
  };
  const place = standsFor(layer);
  if (place !== undefined) return { name, of: around.indexOf(place) };
  const inside = layer.arrangement === 'shared' ? [...around, children.shared] : around;
  const names = Object.keys(children);
  if (!Object.hasOwn(constructors, name) && name !== 'shared') return refuse();
  if (names.length === 0 && layer.arrangement === undefined) {
    const own = writtenAttributes(attributes);
    const made = make({ name, attributes: own }, []);
    if (JSON.stringify(writtenAttributes(made.attributes)) !== JSON.stringify(own)) refuse();
    return { name, ...(Object.keys(own).length > 0 && { attributes: own }) };
  }
  const parts = names.map(
    (each) => [each, written(children[each], path === '' ? each : `${path}.${each}`, inside)] as const,
  );
  return { name, children: Object.fromEntries(parts) };
}

/**
 * Reads the net that `writeNet` wrote: its layer, the shape of its input and its parameters, and what else the metadata say.
 *
 * @throws {SpecError} net-file for a file without a net, or whose parameters are not those of its net; the clauses of the
 * layers for attributes that they refuse; those of `readSafetensors`.
 * @example
 * const { layer, params } = readNet(writeNet(relu(), [1, 2], {}));
 * layer.forward(tensor([1, 2], [-1, 1]), params).data // [0, 1]
 */
export function readNet(bytes: Bytes): NetFile {
  return netIn(readSafetensors(bytes)) ?? noNet();
}

const noNet = (): never => {
  throw new SpecError(CLAUSE, `readNet: the file must have been written by writeNet: its metadata have no ${KEY}`);
};

/** The net of a file that was read; undefined where it has none. */
export function netIn({ tensors, metadata, unread }: SafetensorsFile): NetFile | undefined {
  if (!Object.hasOwn(metadata, KEY)) return undefined;
  const { [KEY]: text, ...rest } = metadata;
  const { layer: given, shape } = parsed(text);
  const layer = make(checked(given, ''), []);
  if (!Array.isArray(shape)) throw new SpecError(CLAUSE, `readNet: the shape must be an array, got ${show(shape)}`);
  checkShape('readNet', shape);
  const shapes = layer.params(shape);
  const [odd] = Object.keys(unread);
  if (odd !== undefined)
    throw new SpecError(CLAUSE, `readNet: the values of ${show(odd)} are of a type that is not read`);
  checkAll('readNet', flatParams(shapes), tensors);
  return { layer, shape, params: nestParams(shapes, tensors), metadata: rest };
}

/** Each layer takes two levels, its attributes a few more. */
const DEEPEST = 2 * MOST_NESTED + 16;

function parsed(text: string): Record<string, unknown> {
  const refuse = (why: string): never => {
    throw new SpecError(CLAUSE, `readNet: ${KEY} must be the JSON of a layer: ${why}`);
  };
  if (deeper(text, DEEPEST) >= 0) refuse('it is nested too deep');
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : refuse(`got ${show(value)}`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse(error.message);
  }
}

function checked(value: unknown, path: string): Written {
  const what = path === '' ? 'the layer' : `the layer at ${path}`;
  if (!isObject(value) || typeof value.name !== 'string')
    throw wrongType(CLAUSE, `readNet: ${what} must be an object with a name, got ${show(value)}`);
  const { name, attributes, children, of } = value;
  if (attributes !== undefined && !isObject(attributes))
    throw wrongType(CLAUSE, `readNet: the attributes of ${what} must be an object, got ${show(attributes)}`);
  if (children !== undefined && !isObject(children))
    throw wrongType(CLAUSE, `readNet: the children of ${what} must be an object, got ${show(children)}`);
  const entries = Object.entries(children ?? {}).map(
    ([key, each]) => [key, checked(each, path === '' ? key : `${path}.${key}`)] as const,
  );
  return {
    name,
    ...(attributes !== undefined && { attributes }),
    ...(children !== undefined && { children: Object.fromEntries(entries) }),
    ...(typeof of === 'number' && { of }),
  };
}

/** The layer again; `around` stands for the shared layers around it. */
function make({ name, attributes, children, of }: Written, around: readonly Layer[]): Layer {
  if (of !== undefined)
    return (
      around[of] ?? fail(`what stands for a shared layer must be inside of one, got ${show(of)} of ${around.length}`)
    );
  const child = (key: string, inside = around): Layer => {
    const part =
      children !== undefined && Object.hasOwn(children, key)
        ? children[key]
        : fail(`${show(name)} must have the child ${key}`);
    try {
      return make(part, inside);
    } catch (error) {
      throw locatedError(key, error);
    }
  };
  if (name === 'shared') return shared(child('shared'), (same) => child('net', [...around, same]));
  if (!Object.hasOwn(constructors, name)) return fail(`the layer ${show(name)} is none of this library`);
  if (children === undefined) return constructors[name](readAttributes(attributes ?? {}) as never);
  return constructors[name](Object.fromEntries(Object.keys(children).map((key) => [key, child(key)])) as never);
}

function fail(what: string): never {
  throw new SpecError(CLAUSE, `readNet: ${what}`);
}
