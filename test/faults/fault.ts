// One fault: an engine that has it, and the property that catches it.

import type { Engine } from '../properties/engine.ts';

export interface Fault {
  /** In the catalogue of faults beside the repository. */
  readonly id: string;
  /** The kind of mistake. */
  readonly class: string;
  /** A thread that reports it. */
  readonly seen: string;
  readonly what: string;
  /** The start of the sentence of the property that it breaks. */
  readonly caughtBy: string;
  readonly engine: Engine;
}
