// Attributes of layers as JSON: numbers that JSON lacks, arrays of numbers, tensors. Spec net-file.
//
//   −0, ∞, −∞, NaN    {"$number": "-0"}          Float32Array    {"$float32": "base64 of its bytes, lowest byte first"}

import { SpecError, show } from '../errors.ts';
import { viewOf } from '../formats/bytes.ts';
import { isObject } from '../formats/json.ts';

const CLAUSE = 'net-file';

type Arrays = Float32Array | Float64Array;

const kinds = {
  $float32: { make: (size: number): Arrays => new Float32Array(size), bytes: 4, get: 'getFloat32', set: 'setFloat32' },
  $float64: { make: (size: number): Arrays => new Float64Array(size), bytes: 8, get: 'getFloat64', set: 'setFloat64' },
} as const;

const numbers = new Map([
  ['-0', -0],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
]);

export const writtenAttributes = (attributes: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, written(name, value)]])),
  );

function written(name: string, value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (value instanceof Float32Array) return { $float32: toText(value, '$float32') };
  if (value instanceof Float64Array) return { $float64: toText(value, '$float64') };
  if (Array.isArray(value)) return value.map((each) => written(name, each));
  if (isObject(value) && !ArrayBuffer.isView(value)) return writtenAttributes(value);
  throw new SpecError(CLAUSE, `writeNet: the attribute ${show(name)} cannot be written, got ${show(value)}`);
}

export const readAttributes = (attributes: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, read(value)]));

function read(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(read);
  if (!isObject(value)) return value;
  const [[key, text] = ['', ''], ...more] = Object.entries(value);
  if (more.length > 0 || typeof text !== 'string' || !key.startsWith('$')) return readAttributes(value);
  if (key === '$number' && numbers.has(text)) return numbers.get(text);
  if (key === '$float32' || key === '$float64') return fromText(text, key);
  throw new SpecError(CLAUSE, `readNet: an attribute cannot be ${show(key)} of ${show(text)}`);
}

function toText(data: Arrays, kind: keyof typeof kinds): string {
  const { bytes, set } = kinds[kind];
  const raw = new Uint8Array(data.length * bytes);
  const view = viewOf(raw);
  data.forEach((value, i) => {
    view[set](i * bytes, value, true);
  });
  let text = '';
  for (const byte of raw) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromText(text: string, kind: keyof typeof kinds): Arrays {
  const { make, bytes, get } = kinds[kind];
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new SpecError(CLAUSE, `readNet: the numbers of an attribute must be base64, got ${show(text.slice(0, 40))}`);
  const raw = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  if (raw.length % bytes !== 0)
    throw new SpecError(CLAUSE, `readNet: the numbers of an attribute take ${bytes} bytes each, got ${raw.length}`);
  const data = make(raw.length / bytes);
  for (let i = 0; i < data.length; i++) data[i] = viewOf(raw)[get](i * bytes, true);
  return data;
}
