// Copies of the structs that kernels read, with other numbers, for one thread alone.

import type { Struct } from '../kernels/struct.ts';
import type { Shared } from './shared-arena.ts';

export type Changes<Field extends string> = Partial<Record<Field, number | ((before: number) => number)>>;

/** Reads and copies structs in an arena. */
export class Structs {
  readonly arena: Shared;

  constructor(arena: Shared) {
    this.arena = arena;
  }

  /** One field of a struct. */
  field<Field extends string>(address: number, { fields }: Struct<Field>, field: NoInfer<Field>): number {
    return this.#words(address + 4 * fields.indexOf(field), 1)[0];
  }

  /** The address of a copy. */
  copy<Field extends string>(address: number, { fields }: Struct<Field>, changes: Changes<NoInfer<Field>>): number {
    const to = this.arena.take(fields.length * 4);
    const words = this.#words(to, fields.length);
    words.set(this.#words(address, fields.length));
    for (const [field, change] of Object.entries(changes) as [Field, number | ((before: number) => number)][]) {
      const i = fields.indexOf(field);
      words[i] = typeof change === 'number' ? change : change(words[i]);
    }
    return to;
  }

  #words(address: number, count: number): Uint32Array {
    return new Uint32Array(this.arena.memory.buffer, address, count);
  }
}
