// What goes between the oracle and an engine in another process: one JSON object a line. Spec oracle-protocol.
//
//   → {"cmd":"hello","protocol":1}         ← {"name","version"?,"ops":[…],"gradients"?:[…],"dialect"?,"layout"?,"traits"?}
//   → {"cmd":"run","seq":1,"call":{…}}     ← {"seq":1,"result":tensor or {"x":tensor,…}}
//                                            {"seq":1,"skip":"reason"}   {"seq":1,"error":"message"}
//   → {"cmd":"bye"}
//
// A tensor is {"shape":[…],"data":base64 of little-endian float32}: decimal JSON would lose NaN, ∞ and −0.

import { notATensor } from '../oracle/ask/verdict.ts';
import type { Tensor } from '../tensor.ts';

export const PROTOCOL = 1;

/** Whether this host stores the low byte first; if not, bytes are exchanged on the way. */
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

interface WireTensor {
  readonly shape: readonly number[];
  readonly data: string;
}

export function encodeTensor({ shape, data }: Tensor): WireTensor {
  const bytes = Buffer.from(Float32Array.from(data).buffer);
  return { shape, data: (littleEndian ? bytes : bytes.swap32()).toString('base64') };
}

/** The tensor of a line; what is no tensor comes back as it is, for the verdict to see. */
export function decodeTensor(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof (value as WireTensor).data !== 'string') return value;
  const bytes = Buffer.from((value as WireTensor).data, 'base64');
  if (!littleEndian && bytes.length % 4 === 0) bytes.swap32();
  const data = new Float32Array(Math.floor(bytes.length / 4));
  new Uint8Array(data.buffer).set(bytes.subarray(0, 4 * data.length));
  return { shape: (value as WireTensor).shape, data };
}

const eachField = (fields: object, f: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, f(value)]));

const isTensor = (value: unknown): boolean => notATensor(value) === undefined;

/** A call or a result: tensors are encoded wherever they stand, the rest goes as it is. */
export function encode(value: unknown): unknown {
  if (isTensor(value)) return encodeTensor(value as Tensor);
  return typeof value === 'object' && value !== null
    ? eachField(value, (each) => (isTensor(each) ? encodeTensor(each as Tensor) : each))
    : value;
}

export function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return 'data' in value ? decodeTensor(value) : eachField(value, decodeTensor);
}

/** Calls `each` with every whole line of a stream of text. */
export function linesOf(each: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') each(line);
  };
}
