// An arena in memory that threads share, whose calls of kernels can be noted instead of made.

import { Arena } from '../kernels/arena.ts';
import type { Kernels } from '../kernels/exports.ts';
import { sharedInstance } from './shared-module.ts';

export type KernelName = keyof Kernels;

/** A call of a kernel. */
export interface Call {
  readonly name: KernelName;
  readonly numbers: readonly number[];
}

/** Pages of a new memory. */
const FIRST_PAGES = 16;

export class SharedArena extends Arena {
  readonly memory: WebAssembly.Memory;
  readonly #notes: { calls: Call[] | undefined };

  constructor() {
    const { kernels, memory } = sharedInstance(FIRST_PAGES);
    const notes: { calls: Call[] | undefined } = { calls: undefined };
    const noting = Object.entries(kernels).map(([name, kernel]) => {
      const run = kernel as (...numbers: number[]) => number;
      const call = (...numbers: number[]): number =>
        notes.calls ? notes.calls.push({ name: name as KernelName, numbers }) : run(...numbers);
      return [name, call];
    });
    super({ kernels: Object.fromEntries(noting) as unknown as Kernels, memory });
    this.memory = memory;
    this.#notes = notes;
  }

  /** The calls that `body` makes, which do not run. */
  noted(body: () => void): Call[] {
    const calls: Call[] = [];
    this.#notes.calls = calls;
    try {
      body();
    } finally {
      this.#notes.calls = undefined;
    }
    return calls;
  }
}
