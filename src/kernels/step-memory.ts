// The memory of training steps. A step makes the same tensors as the step before: they lie in kernel memory, one behind
// the other, where the kernels read and write them without copies, and the next step writes over them.

import { SpecError } from '../errors.ts';
import { allocating, type Data, type Floats } from '../tensor.ts';
import { Arena, BASE } from './arena.ts';
import { runsKernels } from './host.ts';
import { type Instance, Refusal } from './module.ts';
import { onArena } from './scratch-arena.ts';

/** A call of a step that may be met again, and what was planned for it. */
export interface Known {
  readonly key: readonly unknown[];
  plan?: Plan;
}

/** What was made, the end of the memory that it took, and what must be done again in each step. */
interface Plan {
  readonly made: unknown;
  readonly end: number;
  readonly actions: readonly (() => void)[];
}

/** An arena of a given size, with tensors below the memory of all calls. It does not grow, since views of it would be lost. */
export class StepArena extends Arena {
  override readonly isOwned = true;
  #isFixed = false;
  /** Whether a step needed more memory than was reserved: it failed, with whatever error. */
  isOverflown = false;
  #kept = BASE;
  /** The calls of a step in their order, the number of the present one, and that call if it has a key. */
  readonly #known: Known[] = [];
  #number = 0;
  protected present: Known | undefined;
  /** What the plan that is being made has done. */
  #actions: (() => void)[] | undefined;

  constructor(bytes: number, instance?: Instance) {
    super(instance);
    super.reset('fit');
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
    this.#number = 0;
  }

  override reset(who: string, clause?: string, key?: readonly unknown[]): void {
    super.reset(who, clause);
    const number = this.#number++;
    if (key) {
      const own = [
        who,
        this.floor,
        ...key.flatMap((each) => (this.#isHere(each) ? [each.byteOffset, each.length] : each)),
      ];
      const before = this.#known[number];
      const isSame = before?.key.length === own.length && own.every((each, i) => each === before.key[i]);
      if (!isSame) this.#known[number] = { key: own };
    }
    this.present = key && this.#known[number];
  }

  /** A call whose key is that of the step before is not planned again. */
  override planned<T>(plan: () => T): T {
    const { present } = this;
    if (!present) return plan();
    if (present.plan) {
      this.top = present.plan.end;
      for (const action of present.plan.actions) action();
      return present.plan.made as T;
    }
    const actions: (() => void)[] = [];
    this.#actions = actions;
    try {
      const made = plan();
      present.plan = { made, end: this.top, actions };
      return made;
    } finally {
      this.#actions = undefined;
    }
  }

  #isHere(each: unknown): each is Data {
    return ArrayBuffer.isView(each) && this.holds(each as Data);
  }

  override whenReady(action: () => void): void {
    const actions = this.#actions;
    this.#actions = undefined; // what an action does is done again by itself
    super.whenReady(action);
    actions?.push(action);
    this.#actions = actions;
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
