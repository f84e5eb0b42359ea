// Writes a message by the schema. Sizes are found first, so that every byte is written once, where it stays. Spec onnx-file.

import { join } from '../formats/bytes.ts';
import { type Field, type MessageName, schema } from './schema.ts';

/** A message to be written: as those that are read, but fields may be left out and lists of numbers are arrays. */
export type Draft = Readonly<Record<string, unknown>>;

const text = new TextEncoder();

/** The bytes of a message; fields that are undefined, and empty lists, are left out. */
export function encode(message: MessageName, draft: Draft): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  put(message, draft, parts);
  return join('onnx-write', 'writeOnnx', parts);
}

/** Appends the parts of a message; gives their size together. */
function put(message: MessageName, draft: Draft, parts: Uint8Array[]): number {
  let size = 0;
  const push = (part: Uint8Array): void => {
    parts.push(part);
    size += part.length;
  };
  for (const [name, value] of Object.entries(draft)) {
    const [number, [, kind, many]] = rowOf(message, name);
    for (const each of many ? (value as readonly unknown[]) : [value]) {
      if (each === undefined || (Array.isArray(each) && each.length === 0)) continue;
      if (kind === 'int') push(Uint8Array.of(...varint(number * 8), ...varint(each as number)));
      else if (kind === 'float') push(Uint8Array.of(...varint(number * 8 + 5), ...floats([each as number])));
      else {
        const inner: Uint8Array[] = [];
        const length = putBlock(kind, each, inner);
        push(Uint8Array.of(...varint(number * 8 + 2), ...varint(length)));
        for (const part of inner) push(part);
      }
    }
  }
  return size;
}

function putBlock(kind: Field[1], value: unknown, parts: Uint8Array[]): number {
  if (kind in schema) return put(kind as MessageName, value as Draft, parts);
  const block =
    kind === 'text'
      ? text.encode(value as string)
      : kind === 'bytes'
        ? (value as Uint8Array)
        : kind === 'ints'
          ? Uint8Array.from((value as readonly number[]).flatMap(varint))
          : kind === 'floats'
            ? floats(value as readonly number[])
            : doubles(value as readonly number[]);
  parts.push(block);
  return block.length;
}

/** The number and the row of a field. */
function rowOf(message: MessageName, name: string): [number, Field] {
  const row = Object.entries(schema[message] as Readonly<Record<string, Field>>).find(([, [each]]) => each === name);
  if (row === undefined) throw new TypeError(`${message} has no ${name}`);
  return [Number(row[0]), row[1]];
}

/** A whole number, 7 bits a byte. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    if (rest <= 127n) return bytes;
  }
}

function floats(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return new Uint8Array(view.buffer);
}

function doubles(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => {
    view.setFloat64(8 * i, value, true);
  });
  return new Uint8Array(view.buffer);
}
