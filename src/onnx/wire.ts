// The wire format of protocol buffers: a message is a list of fields, each a tag and its payload. Spec onnx-file.
//
//   tag = number · 8 + type      type 0  a whole number, 7 bits a byte, the lowest first, the top bit set on all but the last
//                                     1  8 bytes        5  4 bytes
//                                     2  a length and so many bytes: text, a message, numbers packed together

import { SpecError } from '../errors.ts';
import { viewOf } from '../formats/bytes.ts';

export const CLAUSE = 'onnx-file';
export const WHO = 'readOnnx';

export const VARINT = 0;
export const EIGHT = 1;
export const BYTES = 2;
export const FOUR = 5;

/** 2⁶⁴. */
export const TWO_64 = 4294967296 * 4294967296;

/** A file that is not what it should be. */
export function refuse(what: string, clause: string = CLAUSE): never {
  throw new SpecError(clause, `${WHO}: ${what}`);
}

/** Reads a part of a file from its first byte to its last; a copy is never made. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = viewOf(bytes);
  }

  get done(): boolean {
    return this.at === this.bytes.length;
  }

  /** A whole number of 64 bits with a sign, rounded to the nearest float64 beyond 2⁵³. */
  varint(): number {
    let [low, high] = [0, 0];
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.bytes.length) refuse('the file ends within a number');
      const byte = this.bytes[this.at++];
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= (bits & 0xf) << 28;
        high = bits >> 4;
      } else high |= bits << (7 * i - 32);
      if (i === 9 && byte > 1) break;
      if (byte < 0x80) return high * 0x100000000 + (low >>> 0);
    }
    return refuse('a number takes at most 64 bits, got more');
  }

  /** The same without a sign. */
  unsigned(): number {
    const value = this.varint();
    return value < 0 ? value + TWO_64 : value;
  }

  float(): number {
    return this.#view.getFloat32(this.#skip(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#skip(8), true);
  }

  /** So many bytes as its length says, where they lie. */
  block(): Uint8Array {
    const length = this.unsigned();
    const start = this.#skip(length);
    return this.bytes.subarray(start, start + length);
  }

  /** Passes over the payload of a field that is not read. */
  skip(type: number): void {
    if (type === VARINT) this.varint();
    else if (type === EIGHT) this.#skip(8);
    else if (type === BYTES) this.block();
    else if (type === FOUR) this.#skip(4);
    else refuse(`a field has a type of 0, 1, 2 or 5, got ${type}`);
  }

  #skip(length: number): number {
    const left = this.bytes.length - this.at;
    if (length > left) refuse(`a field of ${length} bytes must end with its message, which has ${left} more`);
    const start = this.at;
    this.at += length;
    return start;
  }
}
