// The memory of training steps. A step makes the same tensors as the step before: they lie in kernel memory, one behind
// the other, where the kernels read and write them without copies, and the next step writes over them.

import { SpecError } from '../errors.ts';
import { allocating, type Floats } from '../tensor.ts';
import { Arena, BASE } from './arena.ts';
import { runsKernels } from './host.ts';
import { type Instance, Refusal } from './module.ts';
import { onArena } from './scratch-arena.ts';

/** An arena of a given size, with tensors below the memory of all calls. It does not grow, since views of it would be lost. */
export class StepArena extends Arena {
  override readonly isOwned = true;
  #isFixed = false;
  /** Whether a step needed more memory than was reserved: it failed, with whatever error. */
  isOverflown = false;
  #kept = BASE;

  constructor(bytes: number, instance?: Instance) {
    super(instance);
    this.reset('fit');
    this.grow(BASE + bytes);
    this.#isFixed = true;
  }

  /** The memory of a tensor. The memory of calls begins behind it from now on. Not during a call. */
  readonly tensor: Floats = (floats, from) => {
    const address = this.floor;
    this.floor = Arena.endOf(address, floats * 4);
    this.grow(this.floor);
    const values = this.floats(address, floats);
    if (typeof from === 'object') values.set(from);
    else if (!from) this.clear(values);
    return values;
  };

  /** Fills a tensor of this memory with zeros. */
  protected clear(values: Float32Array): void {
    values.fill(0);
  }

  /** Gives the room of all tensors to new ones, but of those that are kept. */
  clearTensors(): void {
    this.floor = this.#kept;
  }

  /** Keeps the tensors that there are. */
  keepTensors(): void {
    this.#kept = this.floor;
  }

  protected override grow(end: number): void {
    if (this.#isFixed && end > this.bytes) {
      this.isOverflown = true;
      throw new SpecError('kernel-memory', `fit: a step must fit into ${this.bytes} bytes, got ${end}`);
    }
    super.grow(end);
  }
}

/** Runs a step. Its tensors keep their values until the next step; it must not have effects, since it may run twice. */
export type StepMemory = <T>(step: () => T) => T;

/** Memory above this stays with the host's own arrays, which it frees as soon as it can. */
const MOST_BYTES = 0xc0000000;

/**
 * The first step runs on arrays of the host and is measured; one that needs more memory than was reserved runs again with
 * more. Results never depend on it. `arenaOf` gives an arena of so many bytes. Spec train-memory.
 */
export function stepMemory(arenaOf = (bytes: number): StepArena => new StepArena(bytes)): StepMemory {
  let arena: StepArena | undefined;
  let bytes = 0;
  const measured = <T>(step: () => T): T => {
    const trial = granted(() => new Arena());
    if (trial === undefined) return withoutArena(step);
    const make: Floats = (size, values) => {
      bytes = Arena.endOf(bytes, size * 4);
      return typeof values === 'object' ? values.slice() : new Float32Array(size);
    };
    const result = onArena(trial, () => allocating(make, step));
    bytes += trial.most;
    return result;
  };
  const withoutArena = <T>(step: () => T): T => {
    bytes = Number.POSITIVE_INFINITY;
    return step();
  };
  return (step) => {
    if (!runsKernels()) return step();
    if (bytes === 0) return measured(step);
    for (;;) {
      if (bytes <= MOST_BYTES) arena ??= granted(() => arenaOf(bytes));
      if (arena === undefined) return withoutArena(step);
      const own = arena;
      own.clearTensors();
      try {
        return onArena(own, () => allocating(own.tensor, step));
      } catch (error) {
        if (!own.isOverflown) throw error;
        arena = undefined;
        bytes *= 1.5;
      }
    }
  };
}

/** What the host makes, or undefined where it refuses the memory. */
function granted<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal || (error instanceof SpecError && error.clause === 'kernel-memory')) return undefined;
    throw error;
  }
}
