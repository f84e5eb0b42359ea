// The memory of one instance of the kernels: an arena, given out from the bottom upwards.

import { SpecError } from '../errors.ts';
import type { Data } from '../tensor.ts';
import { HEAP_BASE } from './declared.ts';
import type { Kernels } from './exports.ts';
import { type Instance, type Memory, newInstance } from './module.ts';
import type { Struct } from './struct.ts';

/** A value for every field; `NoInfer` makes a field that the struct does not have an error. */
export type Fields<Field extends string> = Readonly<Record<NoInfer<Field>, number>>;

/** Bytes of a field, an entry of a table, and an address. */
const WORD = 4;

/** A WebAssembly page. */
const PAGE = 0x10000;

/** 32-bit addresses reach 4 GiB. */
const ADDRESSABLE = 0x100000000;

/** The lowest address of all arenas. */
export const BASE = Math.ceil(HEAP_BASE / 16) * 16;

/** The memory of a new instance. */
export const FIRST_BYTES = 16 * PAGE;

/** The memory of values as float32 words, which copies leave as they are: two for a float64. */
export const wordsOf = (values: Data): Float32Array =>
  values instanceof Float32Array ? values : new Float32Array(values.buffer, values.byteOffset, values.length * 2);

/** Room behind every block: a tile reads whole vectors, up to 7 floats beyond the last channel. */
const SLACK = 32;

/** One instance of the kernels and its memory, given out from the bottom upwards and freed all at once. */
export class Arena {
  readonly kernels: Kernels;
  readonly #memory: Memory;
  /** Where the memory of a call begins. */
  protected floor = BASE;
  #clause = 'kernel-memory';
  /** The end of the memory taken so far. */
  protected top = BASE;
  #who = '';
  #waiting: (() => void)[] | undefined;
  #view: Uint32Array | undefined;

  /** @throws {Refusal} where the host refuses an instance or its memory. */
  constructor({ kernels, memory }: Instance = newInstance(FIRST_BYTES / PAGE)) {
    this.kernels = kernels;
    this.#memory = memory;
  }

  /** The end of the memory that was taken so far, and whether it is kept whatever a call needed. */
  most = 0;
  readonly isOwned: boolean = false;

  /** Whether no call has used it yet, so that its memory holds zeros. */
  get isUnused(): boolean {
    return this.#who === '';
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * Forgets everything for the next call, which `who` makes; memory that is refused is an error of `clause`. Calls of one key make
   * the same calls of kernels: it holds all that they depend on, and the tensors, of which it matters where they lie.
   */
  reset(who: string, clause = 'kernel-memory', _key?: readonly unknown[]): void {
    this.top = this.floor;
    this.#who = who;
    this.#clause = clause;
  }

  /** The address of `bytes` of memory, a multiple of 16. Views made earlier may no longer be used. Spec kernel-memory. */
  take(bytes: number): number {
    const address = this.top;
    const end = Arena.endOf(address, bytes);
    if (end > ADDRESSABLE) {
      throw new SpecError(this.#clause, `${this.#who}: the kernels must fit into 4 GiB of memory, got ${end} bytes`);
    }
    if (!this.#waiting) this.grow(end);
    this.top = end;
    return address;
  }

  /** From here on memory is only counted, until `commit`. */
  begin(): void {
    this.#waiting = [];
  }

  /** Grows the memory to what was taken since `begin`, at once, and does what waited for it. */
  commit(): void {
    this.grow(this.top);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const action of waiting) action();
  }

  /** Does `action` as soon as the memory taken so far is there: now, or at `commit`. */
  whenReady(action: () => void): void {
    if (this.#waiting) this.#waiting.push(action);
    else action();
  }

  /** The end of a block, a multiple of 16. */
  static endOf(address: number, bytes: number): number {
    return Math.ceil((address + bytes + SLACK) / 16) * 16;
  }

  /** What `plan` makes, which changes memory only by `whenReady`: an arena may keep it for the next call with the same key. */
  planned<T>(plan: () => T): T {
    return plan();
  }

  /** Makes the calls of kernels of `body`, whose results it does not need; threads may share them. */
  parallel(body: () => void): void {
    body();
  }

  /** Whether the values lie in this memory. */
  holds(values: Data): boolean {
    return values.buffer === this.#memory.buffer;
  }

  /** Sees to it that the memory reaches to `end`. */
  protected grow(end: number): void {
    this.most = Math.max(this.most, end);
    if (end <= this.bytes) return;
    try {
      this.#memory.grow(Math.ceil((end - this.bytes) / PAGE));
    } catch {
      // Hosts refuse by errors of many classes.
      throw refusedMemory(this.#clause, this.#who, end);
    }
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }

  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length);
  }

  /** The whole memory. One view serves until the memory grows, since a new one for each call would slow down small calls. */
  #words(): Uint32Array {
    const { buffer } = this.#memory;
    if (this.#view?.buffer !== buffer) this.#view = new Uint32Array(buffer);
    return this.#view;
  }

  /** Takes memory for a table of 32-bit words and writes them. */
  table(words: readonly number[]): number {
    const address = this.take(words.length * WORD);
    this.whenReady(() => {
      const memory = this.#words();
      for (let i = 0; i < words.length; i++) memory[(address >>> 2) + i] = words[i];
    });
    return address;
  }

  /** Takes memory for a struct, which must be written before it is used. */
  room(struct: Struct<string>): number {
    return this.take(struct.fields.length * WORD);
  }

  /** Takes memory for a struct and writes its fields. */
  struct<Field extends string>(struct: Struct<Field>, values: Fields<Field>): number {
    const address = this.room(struct);
    this.whenReady(() => this.write(address, struct, values));
    return address;
  }

  /** Writes the fields of a struct. */
  write<Field extends string>(address: number, { fields, floats }: Struct<Field>, values: Fields<Field>): void {
    const memory = this.#words();
    let word = address >>> 2;
    for (const field of fields) memory[word++] = values[field];
    for (const field of floats) this.floats(address + fields.indexOf(field) * WORD, 1)[0] = values[field];
  }

  /** Where values lie: in this memory already, or in memory that is taken for a copy. */
  values(values: Data): number {
    if (this.holds(values)) return values.byteOffset;
    const address = this.take(values.byteLength);
    this.whenReady(() => this.floats(address, values.byteLength / WORD).set(wordsOf(values)));
    return address;
  }
}

/** The error of a call whose memory the host refuses. */
export const refusedMemory = (clause: string, who: string, bytes: number): SpecError =>
  new SpecError(clause, `${who}: the host must grant the kernels their memory, got ${bytes} bytes refused`);
