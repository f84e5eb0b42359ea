// A list of numbers in a file: noted where it lies, read when it is asked for. Spec onnx-file.

import { BYTES, EIGHT, FOUR, Reader, refuse, TWO_64, VARINT } from './wire.ts';

export type NumbersKind = 'ints' | 'floats' | 'doubles';

const width = { ints: 1, floats: 4, doubles: 8 } as const;
const single = { ints: VARINT, floats: FOUR, doubles: EIGHT } as const;

/** Numbers packed into blocks or standing one by one, in their order. */
export class Numbers {
  readonly kind: NumbersKind;
  readonly #parts: (Uint8Array | number[])[] = [];
  /** How many there are. */
  length = 0;

  constructor(kind: NumbersKind, values: readonly number[] = []) {
    this.kind = kind;
    if (values.length > 0) this.#parts.push([...values]);
    this.length = values.length;
  }

  /** Takes the payload of one field; says whether it was a single number. */
  take(reader: Reader, type: number): boolean {
    if (type === BYTES) {
      const block = reader.block();
      this.#parts.push(block);
      this.length += this.#count(block);
      return false;
    }
    if (type !== single[this.kind]) refuse(`a list of numbers cannot have type ${type}`);
    let last = this.#parts.at(-1);
    if (!Array.isArray(last)) {
      last = [];
      this.#parts.push(last);
    }
    last.push(this.#next(reader, false));
    this.length++;
    return true;
  }

  #count(block: Uint8Array): number {
    if (this.kind !== 'ints') {
      if (block.length % width[this.kind] !== 0) refuse(`a list of ${this.kind} cannot take ${block.length} bytes`);
      return block.length / width[this.kind];
    }
    if (block.length > 0 && block[block.length - 1] >= 0x80) refuse('a list of numbers ends within a number');
    let count = 0;
    for (let i = 0; i < block.length; i++) if (block[i] < 0x80) count++;
    return count;
  }

  #next(reader: Reader, unsigned: boolean): number {
    if (this.kind === 'floats') return reader.float();
    if (this.kind === 'doubles') return reader.double();
    return unsigned ? reader.unsigned() : reader.varint();
  }

  /** Writes all of them into `to`, which has room for `length`. */
  read(to: { [index: number]: number }, unsigned = false): void {
    let at = 0;
    for (const part of this.#parts) {
      if (Array.isArray(part)) for (const value of part) to[at++] = unsigned && value < 0 ? value + TWO_64 : value;
      else for (const reader = new Reader(part); !reader.done; ) to[at++] = this.#next(reader, unsigned);
    }
  }

  /** All of them, of which there must not be more than `most`. */
  list(what: string, most: number): number[] {
    if (this.length > most) refuse(`${what} holds at most ${most} numbers, got ${this.length}`);
    const values: number[] = new Array(this.length);
    this.read(values);
    return values;
  }
}
