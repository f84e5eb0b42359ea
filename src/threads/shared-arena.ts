// Arenas in memory that threads share, whose calls of kernels can be noted instead of made.

import { Arena } from '../kernels/arena.ts';
import type { Kernels } from '../kernels/exports.ts';
import type { Instance, Memory } from '../kernels/module.ts';
import { sharedInstance } from './shared-module.ts';

export type KernelName = keyof Kernels;

/** A call of a kernel. */
export interface Call {
  readonly name: KernelName;
  readonly numbers: readonly number[];
}

/** What parts calls needs of an arena. */
export interface Shared extends Pick<Arena, 'take'> {
  readonly memory: Memory;
}

/** An instance that notes. */
export interface Noting {
  readonly instance: Instance;
  /** The kernels themselves. */
  readonly kernels: Kernels;
  /** The calls that `body` makes, which do not run; `note` may change one as it is noted. */
  noted(body: () => void, note?: (call: Call) => Call): Call[];
}

export function noting(): Noting {
  const { kernels, memory } = sharedInstance();
  let note: ((call: Call) => void) | undefined;
  const wrapped = Object.entries(kernels).map(([name, kernel]) => {
    const run = kernel as (...numbers: number[]) => number | undefined;
    const call = (...numbers: number[]): number | undefined =>
      note ? (note({ name: name as KernelName, numbers }) as undefined) : run(...numbers);
    return [name, call];
  });
  return {
    instance: { kernels: Object.fromEntries(wrapped) as unknown as Kernels, memory },
    kernels,
    noted(body, change = (call) => call) {
      const calls: Call[] = [];
      note = (call) => {
        calls.push(change(call));
      };
      try {
        body();
      } finally {
        note = undefined;
      }
      return calls;
    },
  };
}

/** An arena that grows. */
export class SharedArena extends Arena {
  readonly memory: Memory;
  readonly noted: Noting['noted'];

  constructor() {
    const { instance, noted } = noting();
    super(instance);
    this.memory = instance.memory;
    this.noted = noted;
  }
}
