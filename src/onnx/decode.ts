// Reads a message by the schema: strict about types and lengths, with nothing copied. Spec onnx-file.

import { Numbers, type NumbersKind } from './numbers.ts';
import { type Field, type MessageName, type Messages, schema } from './schema.ts';
import { BYTES, FOUR, Reader, refuse, VARINT } from './wire.ts';

/** Messages, names and single numbers in one file: each takes some hundred bytes of memory, and two of the file. */
const MOST_PARTS = 1 << 20;

const isList = (kind: string): kind is NumbersKind => kind === 'ints' || kind === 'floats' || kind === 'doubles';

/** The rows of a message by the number of the field, and what a message without any field holds. */
const rules = new Map<MessageName, { readonly fields: ReadonlyMap<number, Field>; readonly lists: readonly Field[] }>();
for (const name of Object.keys(schema) as MessageName[]) {
  const entries = Object.entries(schema[name] as Readonly<Record<string, Field>>);
  const fields = new Map(entries.map(([number, field]) => [Number(number), field]));
  rules.set(name, { fields, lists: [...fields.values()].filter(([, kind, many]) => many || isList(kind)) });
}

/** Reads the whole of `bytes` as one message. */
export function decode<M extends MessageName>(message: M, bytes: Uint8Array): Messages[M] {
  return new Decoder().message(message, bytes);
}

class Decoder {
  readonly #text = new TextDecoder('utf-8', { fatal: true });
  #parts = 0;

  message<M extends MessageName>(name: M, bytes: Uint8Array): Messages[M] {
    this.#count();
    const { fields, lists } = rules.get(name) as NonNullable<ReturnType<typeof rules.get>>;
    const found: Record<string, unknown> = {};
    for (const [field, kind, many] of lists) found[field] = many ? [] : new Numbers(kind as NumbersKind);
    for (const reader = new Reader(bytes); !reader.done; ) {
      const tag = reader.unsigned();
      const [number, type] = [Math.floor(tag / 8), tag % 8];
      if (number === 0 || number > MOST_FIELD)
        refuse(`a field of ${name} has a number from 1 to 2²⁹ − 1, got ${number}`);
      const rule = fields.get(number);
      if (rule === undefined) reader.skip(type);
      else this.#field(name, found, rule, reader, type);
    }
    return found as unknown as Messages[M];
  }

  #field(message: string, found: Record<string, unknown>, [name, kind, many]: Field, reader: Reader, type: number) {
    const former = found[name];
    if (former instanceof Numbers) {
      if (former.take(reader, type)) this.#count();
      return;
    }
    const value = this.#payload(message, name, kind, reader, type);
    if (many) {
      this.#count();
      (former as unknown[]).push(value);
    } else if (former === undefined) found[name] = value;
    else refuse(`${name} of a ${message} may stand once, got it twice`);
  }

  #payload(message: string, name: string, kind: Field[1], reader: Reader, type: number): unknown {
    const wanted = kind === 'int' ? VARINT : kind === 'float' ? FOUR : BYTES;
    if (type !== wanted) refuse(`${name} of a ${message} has type ${wanted}, got ${type}`);
    if (kind === 'int') return reader.varint();
    if (kind === 'float') return reader.float();
    const block = reader.block();
    if (kind === 'bytes') return block;
    if (kind === 'text') return this.#words(message, name, block);
    return this.message(kind as MessageName, block);
  }

  #words(message: string, name: string, block: Uint8Array): string {
    try {
      return this.#text.decode(block);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return refuse(`${name} of a ${message} must be UTF-8`);
    }
  }

  #count(): void {
    if (++this.#parts > MOST_PARTS) refuse(`a file holds at most ${MOST_PARTS} messages and names`);
  }
}

/** Of protocol buffers. */
const MOST_FIELD = 0x1fffffff;
