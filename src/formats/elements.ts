// The element types of files, under their safetensors names, and how each is read and written.

import { SpecError } from '../errors.ts';
import type { ElementType } from '../tensor.ts';
import { fromFloat8 } from './float8.ts';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './float16.ts';

export interface Element {
  readonly bytes: number;
  /** The narrowest of the library's types that holds every value (int64: every value that is exact in float64). */
  readonly type: ElementType;
  readonly read: (view: DataView, at: number, little: boolean) => number | bigint;
}

export const ELEMENTS: ReadonlyMap<string, Element> = new Map<string, Element>([
  ['F64', { bytes: 8, type: 'float64', read: (view, at, little) => view.getFloat64(at, little) }],
  ['F32', { bytes: 4, type: 'float32', read: (view, at, little) => view.getFloat32(at, little) }],
  ['F16', { bytes: 2, type: 'float32', read: (view, at, little) => fromFloat16(view.getUint16(at, little)) }],
  ['BF16', { bytes: 2, type: 'float32', read: (view, at, little) => fromBfloat16(view.getUint16(at, little)) }],
  ...['F8_E5M2', 'F8_E4M3', 'F8_E8M0', 'F8_E5M2FNUZ', 'F8_E4M3FNUZ'].map((name): [string, Element] => [
    name,
    { bytes: 1, type: 'float32', read: (view, at) => fromFloat8(name, view.getUint8(at)) },
  ]),
  ['I64', { bytes: 8, type: 'float64', read: (view, at, little) => view.getBigInt64(at, little) }],
  ['U64', { bytes: 8, type: 'float64', read: (view, at, little) => view.getBigUint64(at, little) }],
  ['I32', { bytes: 4, type: 'float64', read: (view, at, little) => view.getInt32(at, little) }],
  ['U32', { bytes: 4, type: 'float64', read: (view, at, little) => view.getUint32(at, little) }],
  ['I16', { bytes: 2, type: 'float32', read: (view, at, little) => view.getInt16(at, little) }],
  ['U16', { bytes: 2, type: 'float32', read: (view, at, little) => view.getUint16(at, little) }],
  ['I8', { bytes: 1, type: 'float32', read: (view, at) => view.getInt8(at) }],
  ['U8', { bytes: 1, type: 'float32', read: (view, at) => view.getUint8(at) }],
  ['BOOL', { bytes: 1, type: 'float32', read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) }],
]);

/** The bits of the types that safetensors knows and that are not read: no type of this library holds them as they are. */
export const UNREAD: ReadonlyMap<string, number> = new Map([
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ['C64', 64],
]);

export type FloatName = 'F64' | 'F32' | 'F16' | 'BF16';

const WRITE: Readonly<Record<FloatName, (view: DataView, at: number, value: number) => void>> = {
  F64: (view, at, value) => view.setFloat64(at, value, true),
  F32: (view, at, value) => view.setFloat32(at, value, true),
  F16: (view, at, value) => view.setUint16(at, toFloat16(value), true),
  BF16: (view, at, value) => view.setUint16(at, toBfloat16(value), true),
};

type Numbers = { [index: number]: number; readonly length: number };

/** Where elements stand in a file. */
interface Stretch {
  readonly view: DataView;
  readonly start: number;
  readonly little: boolean;
}

/** Fills `into` from a stretch of a file; stops at an integer that float64 cannot represent, and says so. */
export function readExactly(element: Element, { view, start, little }: Stretch, into: Numbers): string | undefined {
  for (let i = 0; i < into.length; i++) {
    const value = element.read(view, start + i * element.bytes, little);
    const number = Number(value);
    if (typeof value === 'bigint' && BigInt(number) !== value)
      return `the integer ${value} at index ${i} is not exact in float64`;
    into[i] = number;
  }
  return undefined;
}

/** The same of a file that holds nothing else, which is refused then, so that nothing is read inexactly. */
export function readElements(clause: string, who: string, element: Element, from: Stretch, into: Numbers): void {
  const inexact = readExactly(element, from, into);
  if (inexact !== undefined) throw new SpecError(clause, `${who}: ${inexact}`);
}

/** Writes `data` lowest byte first. Spec format-float16: a finite value must stay finite. */
export function writeElements(
  who: string,
  name: FloatName,
  view: DataView,
  start: number,
  data: ArrayLike<number>,
): void {
  const { bytes, read } = ELEMENTS.get(name) as Element;
  const write = WRITE[name];
  for (let i = 0; i < data.length; i++) {
    write(view, start + i * bytes, data[i]);
    if (Math.abs(data[i]) < Infinity && Math.abs(Number(read(view, start + i * bytes, true))) === Infinity)
      throw new SpecError('format-float16', `${who}: ${data[i]} at index ${i} is beyond the range of ${name}`);
  }
}
