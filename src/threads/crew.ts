// The workers of a training run: the calling thread is one of the threads, gives jobs, and waits for the others, since steps are
// synchronous.

import { SpecError } from '../errors.ts';
import { granted, Refusal } from '../kernels/module.ts';
import { type Hand, startWorker } from './host.ts';
import type { Section } from './share.ts';
import type { Call, Shared } from './shared-arena.ts';
import { sharedModule } from './shared-module.ts';
import type { Start } from './worker.ts';

/** Numbers of one thread's program in a job; longer ones the calling thread runs alone. */
const ROOM = 1 << 17;

/** Words of `control`; see worker.ts. */
const [WAITING, PASSED, , JOBS, LENGTHS] = [0, 1, 2, 3, 4];

const MEET = -1;

/** After so many milliseconds a worker that was not heard of is lost. */
const PATIENCE = 60_000;

const SPINS = 20_000;

/** The scratch memory that a thread needs in the memory of all. */
export type ScratchOf = (thread: number) => number;

export class Crew {
  readonly threads: number;
  readonly #hands: Hand[] = [];
  readonly #control: Int32Array;
  readonly #programs: Float64Array;
  #numberOf = new Map<string, number>();
  #isServing = false;
  #lost: string | undefined;

  private constructor(threads: number) {
    this.threads = threads;
    this.#control = new Int32Array(new SharedArrayBuffer((LENGTHS + threads) * 4));
    this.#programs = new Float64Array(new SharedArrayBuffer(threads * ROOM * 8));
  }

  /** Starts workers for all threads but the calling one. They never hold the process. Spec train-threads. */
  static start(threads: number): Crew {
    const crew = new Crew(threads);
    try {
      for (let t = 1; t < threads; t++) {
        const hand = granted(String, () =>
          startWorker(
            () => undefined,
            (why) => {
              crew.#lost ??= why;
            },
          ),
        );
        hand.hold(false);
        crew.#hands.push(hand);
      }
    } catch (error) {
      crew.end();
      if (!(error instanceof Refusal)) throw error;
      throw lost(error.message);
    }
    return crew;
  }

  /** From here on jobs run in this memory. */
  attach({ memory }: Shared, names: readonly string[], scratchOf: ScratchOf): void {
    if (this.#isServing) {
      this.#give(() => -1);
      this.#meet(); // so that no worker takes the next job for its last one
    }
    this.#numberOf = new Map(names.map((name, i) => [name, i]));
    const [control, threads] = [this.#control, this.threads];
    for (const [i, hand] of this.#hands.entries()) {
      const index = i + 1;
      const start: Start = {
        module: sharedModule(),
        memory,
        scratch: scratchOf(index),
        index,
        threads,
        control,
        names,
      };
      hand.post(start);
      hand.post({ seen: Atomics.load(control, JOBS), programs: this.#programs, room: ROOM });
    }
    this.#isServing = true;
  }

  /** Runs sections; `make` makes the calls of this thread. */
  run(sections: readonly Section[], make: (call: Call) => void): void {
    if (this.#lost !== undefined) throw lost(this.#lost);
    const lengths = Array.from({ length: this.threads }, (_, t) => (t === 0 ? 0 : this.#write(t, sections)));
    if (lengths.includes(-1)) {
      for (const section of sections) for (const calls of section) calls.forEach(make);
      return;
    }
    this.#give((t) => lengths[t]);
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

  /** Writes a thread's program; gives its length, or −1 where there is no room. */
  #write(t: number, sections: readonly Section[]): number {
    const [start, end] = [t * ROOM, (t + 1) * ROOM];
    const programs = this.#programs;
    let at = start;
    for (const section of sections) {
      for (const { name, numbers } of section[t]) {
        if (at + numbers.length + 3 > end) return -1;
        programs[at++] = this.#numberOf.get(name) as number;
        programs[at++] = numbers.length;
        for (const number of numbers) programs[at++] = number; // far quicker than set() for a few numbers
      }
      programs[at++] = MEET;
    }
    return at - start;
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
    const begun = performance.now();
    while (Atomics.load(control, PASSED) === passed) {
      if (performance.now() - begun > PATIENCE) {
        this.end();
        throw lost('it did not answer');
      }
      if (canWait) Atomics.wait(control, PASSED, passed, 1000);
    }
  }
}

/** The main thread of a page may not wait, and asks again and again. */
const canWait = typeof window === 'undefined';

const lost = (why: string): SpecError =>
  new SpecError('train-threads', `fit: a worker must not end during training, got ${why}`);
