// The workers of a training run: the calling thread is one of the threads, gives jobs, and waits for the others, since steps are
// synchronous.

import { SpecError } from '../errors.ts';
import type { Memory } from '../kernels/module.ts';
import { type Hand, patience, startWorkers } from './host.ts';
import type { Section } from './share.ts';
import type { Call, Shared } from './shared-arena.ts';
import { sharedBytes, sharedMemory, sharedModule } from './shared-module.ts';
import type { Start } from './worker.ts';

/** Numbers of one thread's program in a job; longer ones the calling thread runs alone. */
const ROOM = 1 << 17;

/** Words of `control`; see worker.ts. */
const [WAITING, PASSED, BEGUN, JOBS, LENGTHS] = [0, 1, 2, 3, 4];

const MEET = -1;

const SPINS = 20_000;

/** The scratch memory that a thread needs in the memory of all. */
export type ScratchOf = (thread: number) => number;

export class Crew {
  readonly threads: number;
  #hands: readonly Hand[] = [];
  readonly #control: Int32Array;
  readonly #programs: Float64Array;
  #numberOf = new Map<string, number>();
  /** The programs of sections that were run before. */
  readonly #known = new WeakMap<readonly Section[], readonly Float64Array[]>();
  #attached = 0;
  #lost: string | undefined;

  private constructor(threads: number) {
    this.threads = threads;
    this.#control = new Int32Array(sharedBytes((LENGTHS + threads + 2) * 4));
    this.#programs = new Float64Array(sharedBytes(threads * ROOM * 8));
  }

  /**
   * Starts workers for all threads but the calling one. Later they do not hold the process. Spec train-threads.
   *
   * @throws {Refusal} where the host does not start them.
   */
  static async start(threads: number): Promise<Crew> {
    const crew = new Crew(threads);
    const memory = sharedMemory();
    const starts = Array.from({ length: threads - 1 }, (_, i) => crew.#startOf(i + 1, memory, []));
    crew.#hands = await startWorkers(
      starts,
      () => undefined,
      (why) => {
        crew.#lost ??= why;
      },
    );
    for (const hand of crew.#hands) hand.hold(false);
    return crew;
  }

  #startOf(index: number, memory: Memory, names: readonly string[], scratch = 0): Start {
    const [control, threads] = [this.#control, this.threads];
    return { module: sharedModule(), memory, scratch, index, threads, control, names };
  }

  /** From here on jobs run in this memory, as soon as the workers have heard of it. */
  attach({ memory }: Shared, names: readonly string[], scratchOf: ScratchOf): void {
    if (this.#attached > 0) this.#give(() => -1);
    this.#numberOf = new Map(names.map((name, i) => [name, i]));
    for (const [i, hand] of this.#hands.entries()) {
      hand.post(this.#startOf(i + 1, memory, names, scratchOf(i + 1)));
      hand.post({ seen: Atomics.load(this.#control, JOBS), programs: this.#programs, room: ROOM });
    }
    this.#attached++;
  }

  /**
   * Whether all workers wait for jobs in the memory attached last. Until then the calling thread works alone: some hosts
   * deliver messages only while its event loop turns.
   */
  get isServing(): boolean {
    if (this.#lost !== undefined) throw lost(this.#lost);
    return this.#attached > 0 && Atomics.load(this.#control, BEGUN) === this.#attached * this.#hands.length;
  }

  /** Runs sections, which must not change; `make` makes the calls of this thread. */
  run(sections: readonly Section[], make: (call: Call) => void): void {
    const programs = this.#known.get(sections) ?? this.#programsOf(sections);
    this.#known.set(sections, programs);
    if (programs.some(({ length }) => length > ROOM)) {
      for (const section of sections) for (const calls of section) calls.forEach(make);
      return;
    }
    for (const [t, program] of programs.entries()) this.#programs.set(program, t * ROOM);
    this.#give((t) => programs[t].length);
    for (const [calls] of sections) {
      calls.forEach(make);
      this.#meet();
    }
  }

  end(): void {
    for (const hand of this.#hands) hand.end();
    this.#lost ??= 'it was ended';
  }

  #give(lengthOf: (thread: number) => number): void {
    for (let t = 1; t < this.threads; t++) Atomics.store(this.#control, LENGTHS + t, lengthOf(t));
    Atomics.add(this.#control, JOBS, 1);
    Atomics.notify(this.#control, JOBS);
  }

  /** For each thread what it is to run; nothing for the calling one. */
  #programsOf(sections: readonly Section[]): Float64Array[] {
    const numbersOf = ({ name, numbers }: Call): number[] => [this.#numberOf.get(name)!, numbers.length, ...numbers];
    return Array.from({ length: this.threads }, (_, t) =>
      Float64Array.from(t === 0 ? [] : sections.flatMap((section) => [...section[t].flatMap(numbersOf), MEET])),
    );
  }

  #meet(): void {
    const control = this.#control;
    const passed = Atomics.load(control, PASSED);
    if (Atomics.add(control, WAITING, 1) === this.threads - 1) {
      Atomics.store(control, WAITING, 0);
      Atomics.add(control, PASSED, 1);
      Atomics.notify(control, PASSED);
      return;
    }
    for (let i = 0; i < SPINS; i++) if (Atomics.load(control, PASSED) !== passed) return;
    const [CALLS, FAILED] = [LENGTHS + this.threads, LENGTHS + this.threads + 1];
    let [begun, made] = [performance.now(), Atomics.load(control, CALLS)];
    while (Atomics.load(control, PASSED) === passed) {
      const isFailed = Atomics.load(control, FAILED) > 0;
      if (isFailed || performance.now() - begun > patience.milliseconds) {
        this.end();
        throw lost(isFailed ? 'it failed' : 'it did not answer');
      }
      const now = Atomics.load(control, CALLS);
      if (now !== made) [begun, made] = [performance.now(), now];
      if (canWait) Atomics.wait(control, PASSED, passed, Math.min(1000, patience.milliseconds));
    }
  }
}

/** The main thread of a page may not wait, and asks again and again. */
const canWait = typeof window === 'undefined';

const lost = (why: string): SpecError =>
  new SpecError('train-threads', `fit: a worker must not end during training, got ${why}`);
