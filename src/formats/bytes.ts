// Bytes: the input of every reader, and the buffers that readers and writers fill.

import { SpecError, show, wrongType } from '../errors.ts';
import { reading } from '../reading.ts';

/** The bytes of a file, as hosts provide them (a Node `Buffer` is a `Uint8Array`). */
export type Bytes = Uint8Array | ArrayBuffer;

/** The bytes without a copy, unless they are in memory that another thread may change meanwhile. */
export function asBytes(clause: string, who: string, value: unknown): Uint8Array<ArrayBuffer> {
  const is = (kind: typeof ArrayBuffer | typeof Uint8Array): boolean =>
    reading(clause, who, 'a file', () => value instanceof kind);
  if (is(ArrayBuffer)) return new Uint8Array(value as ArrayBuffer);
  if (!ArrayBuffer.isView(value) || !(value instanceof Uint8Array))
    throw wrongType(clause, `${who}: a file must be a Uint8Array or an ArrayBuffer, got ${show(value)}`);
  return value.buffer instanceof ArrayBuffer ? (value as Uint8Array<ArrayBuffer>) : value.slice();
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Zeroed bytes; if the host refuses the size, the error has the clause of the caller. */
export function reserve(clause: string, who: string, size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw new SpecError(clause, `${who}: the host refuses ${size} bytes (${(cause as Error).message})`);
  }
}

export function join(clause: string, who: string, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = reserve(
    clause,
    who,
    parts.reduce((total, part) => total + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
