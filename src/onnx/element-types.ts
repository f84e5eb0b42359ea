// The element types of ONNX by their numbers, and how the values of each are held. Spec onnx-tensor.

import { ELEMENTS } from '../formats/elements.ts';
import { allocate, type Data } from '../tensor.ts';
import { refuse } from './wire.ts';

export interface ElementKind {
  /** As NumPy calls it. */
  readonly name: string;
  /** Its name among the elements of `formats`, if its values are read. */
  readonly element?: string;
  readonly bits: number;
  /** The field that holds it where there are no raw bytes, and whether that has the bits of a number in place of it. */
  readonly field?: 'floats' | 'doubles' | 'int32s' | 'int64s' | 'uint64s';
  readonly coded?: true;
}

const kinds: Readonly<Record<number, ElementKind>> = {
  1: { name: 'float32', element: 'F32', bits: 32, field: 'floats' },
  2: { name: 'uint8', element: 'U8', bits: 8, field: 'int32s' },
  3: { name: 'int8', element: 'I8', bits: 8, field: 'int32s' },
  4: { name: 'uint16', element: 'U16', bits: 16, field: 'int32s' },
  5: { name: 'int16', element: 'I16', bits: 16, field: 'int32s' },
  6: { name: 'int32', element: 'I32', bits: 32, field: 'int32s' },
  7: { name: 'int64', element: 'I64', bits: 64, field: 'int64s' },
  8: { name: 'string', bits: 0 },
  9: { name: 'bool', element: 'BOOL', bits: 8, field: 'int32s' },
  10: { name: 'float16', element: 'F16', bits: 16, field: 'int32s', coded: true },
  11: { name: 'float64', element: 'F64', bits: 64, field: 'doubles' },
  12: { name: 'uint32', element: 'U32', bits: 32, field: 'uint64s' },
  13: { name: 'uint64', element: 'U64', bits: 64, field: 'uint64s' },
  14: { name: 'complex64', bits: 64 },
  15: { name: 'complex128', bits: 128 },
  16: { name: 'bfloat16', element: 'BF16', bits: 16, field: 'int32s', coded: true },
  17: { name: 'float8e4m3fn', element: 'F8_E4M3', bits: 8, field: 'int32s', coded: true },
  18: { name: 'float8e4m3fnuz', element: 'F8_E4M3FNUZ', bits: 8, field: 'int32s', coded: true },
  19: { name: 'float8e5m2', element: 'F8_E5M2', bits: 8, field: 'int32s', coded: true },
  20: { name: 'float8e5m2fnuz', element: 'F8_E5M2FNUZ', bits: 8, field: 'int32s', coded: true },
  21: { name: 'uint4', bits: 4 },
  22: { name: 'int4', bits: 4 },
  23: { name: 'float4e2m1', bits: 4 },
  24: { name: 'float8e8m0', element: 'F8_E8M0', bits: 8, field: 'int32s', coded: true },
  25: { name: 'uint2', bits: 2 },
  26: { name: 'int2', bits: 2 },
  27: { name: 'float6e2m3', bits: 6 },
  28: { name: 'float6e3m2', bits: 6 },
};

/** The kind of element that a file states by its number. */
export function kindOf(number: number | undefined, what: string): ElementKind {
  const kind = kinds[number ?? 0];
  return kind ?? refuse(`${what} has an element type from 1 to 28, got ${number ?? 'none'}`, 'onnx-tensor');
}

export const numberOf = (name: string): number =>
  Number(Object.keys(kinds).find((n) => kinds[Number(n)].name === name));

/** The types whose values are computed with. */
export const isFloat = (type: string): boolean => type === 'float32' || type === 'float64';

/** Whole numbers and truth values, which are held as float64. */
export const isWhole = (type: string): boolean => /^(u?int\d+|bool)$/.test(type);

/** Bytes of one element in the file. */
export const bytesOf = (type: string): number =>
  (Object.values(kinds).find(({ name }) => name === type)?.bits ?? 0) / 8;

/** Zeros for values of a type: float64 for float64 and whole numbers, float32 for the others, which it holds exactly. */
export const dataFor = (type: string, size: number): Data =>
  allocate('readOnnx', [size], type === 'float64' || isWhole(type) ? 'float64' : 'float32').data;

/** One value of raw bytes. An integer beyond 2⁵³ becomes the nearest float64: it only ever says "to the end". */
export function readRaw({ element, name }: ElementKind, view: DataView, into: Data): void {
  const { bytes, read } = ELEMENTS.get(element as string) ?? refuse(`values of ${name} are not read`, 'onnx-tensor');
  for (let i = 0; i < into.length; i++) into[i] = Number(read(view, i * bytes, true));
}
