// A tensor of the file: its shape and type are checked when the file is read, its values are read when they are wanted.

import { asBytes, viewOf } from '../formats/bytes.ts';
import type { Data, Shape } from '../tensor.ts';
import { MAX_ELEMENTS, sizeOf } from '../tensor.ts';
import { dataFor, type ElementKind, kindOf, readRaw } from './element-types.ts';
import type { Numbers } from './numbers.ts';
import type { Message } from './schema.ts';
import { Value } from './value.ts';
import { refuse, WHO } from './wire.ts';

const CLAUSE = 'onnx-tensor';

/** The bytes of a file of external data, by the location that the model states. */
export type External = Readonly<Record<string, Uint8Array>> | ((location: string) => Uint8Array);

/** A constant of a model. */
export interface Constant {
  readonly type: string;
  readonly shape: Shape;
  value(): Value;
}

/** Axes of a tensor; NumPy has 64. */
const MOST_AXES = 64;

/** Checks a tensor of the file. Spec onnx-tensor. */
export function readTensor(what: string, tensor: Message<'Tensor'>, external: External): Constant {
  const shape = readShape(what, tensor.dims);
  const kind = kindOf(tensor.type, what);
  const size = sizeOf(shape);
  const data = sourceOf(what, tensor, kind, size, external);
  return { type: kind.name, shape, value: () => new Value(kind.name, shape, data()) };
}

function readShape(what: string, dims: Numbers): Shape {
  const shape = dims.list(`the shape of ${what}`, MOST_AXES);
  if (shape.some((axis) => axis < 0) || sizeOf(shape) > MAX_ELEMENTS)
    refuse(`${what} has axes ≥ 0 and at most ${MAX_ELEMENTS} elements, got shape [${shape}]`, CLAUSE);
  return shape;
}

/** Where the values are, and as many as the shape says; exactly one place. */
function sourceOf(
  what: string,
  tensor: Message<'Tensor'>,
  kind: ElementKind,
  size: number,
  external: External,
): () => Data {
  const { raw, location = 0, strings } = tensor;
  const lists = ['floats', 'doubles', 'int32s', 'int64s', 'uint64s'] as const;
  const filled = lists.filter((name) => tensor[name].length > 0);
  const places = [...filled, ...(raw && raw.length > 0 ? ['raw'] : []), ...(strings.length > 0 ? ['strings'] : [])];
  if (location !== 0) {
    if (places.length > 0) refuse(`${what} has its values in another file, and also ${places[0]}`, CLAUSE);
    return fromElsewhere(what, tensor, kind, size, external);
  }
  if (places.length > 1) refuse(`${what} has its values in one place, got ${places.join(' and ')}`, CLAUSE);
  const bytes = (size * kind.bits) / 8;
  if (raw !== undefined && filled.length === 0 && strings.length === 0) {
    if (kind.name === 'string' || raw.length !== Math.ceil(bytes))
      refuse(`${what} of ${size} ${kind.name} takes ${Math.ceil(bytes)} raw bytes, got ${raw.length}`, CLAUSE);
    return () => fromRaw(kind, raw, size);
  }
  if (kind.field === undefined) return () => refuse(`${what}: values of ${kind.name} are not read`, CLAUSE);
  const odd = filled.find((name) => name !== kind.field);
  if (odd !== undefined) refuse(`${what} of ${kind.name} has its values in ${kind.field}, got ${odd}`, CLAUSE);
  const list = tensor[kind.field];
  if (list.length !== size) refuse(`${what} holds ${size} values, got ${list.length}`, CLAUSE);
  return () => fromList(kind, list);
}

function fromRaw(kind: ElementKind, raw: Uint8Array, size: number): Data {
  const data = dataFor(kind.name, size);
  if (kind.bits / 8 === data.BYTES_PER_ELEMENT && /^float/.test(kind.name) && LITTLE)
    new Uint8Array(data.buffer).set(raw);
  else readRaw(kind, viewOf(raw), data);
  return data;
}

/** The lowest byte first, as the file has it. */
const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function fromList(kind: ElementKind, list: Numbers): Data {
  const data = dataFor(kind.name, list.length);
  if (!kind.coded) {
    list.read(data, kind.field === 'uint64s');
    return data;
  }
  const bits = new Float64Array(list.length);
  list.read(bits);
  const raw = new Uint8Array((list.length * kind.bits) / 8);
  const view = viewOf(raw);
  bits.forEach((value, i) => {
    if (kind.bits === 16) view.setUint16(2 * i, value, true);
    else view.setUint8(i, value);
  });
  readRaw(kind, view, data);
  return data;
}

function fromElsewhere(
  what: string,
  { external: entries }: Message<'Tensor'>,
  kind: ElementKind,
  size: number,
  external: External,
): () => Data {
  const stated = new Map(entries.map(({ key, value }) => [key, value]));
  const location = stated.get('location') ?? refuse(`${what} must say in which file its values are`, CLAUSE);
  const whole = (key: string): number | undefined => {
    const text = stated.get(key);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) refuse(`${what}: ${key} is a whole number, got '${text.slice(0, 40)}'`, CLAUSE);
    return Number(text);
  };
  const needed = Math.ceil((size * kind.bits) / 8);
  const [offset, length] = [whole('offset') ?? 0, whole('length')];
  if (length !== undefined && length !== needed)
    refuse(`${what} of ${size} ${kind.name} takes ${needed} bytes, but states ${length}`, CLAUSE);
  return () => {
    const given =
      typeof external === 'function' ? external(location) : Object.hasOwn(external, location) && external[location];
    if (!given) return refuse(`${what} has its values in '${location}': give its bytes as external`, CLAUSE);
    const file = asBytes(CLAUSE, WHO, given);
    const left = file.length - offset;
    if (needed > left)
      refuse(`${what} takes ${needed} bytes from ${offset} on, but '${location}' has ${file.length}`, CLAUSE);
    return fromRaw(kind, file.subarray(offset, offset + needed), size);
  };
}
