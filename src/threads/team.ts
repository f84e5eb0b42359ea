// The workers of a net: they start at its first call, run programs together, and end when one of them is lost or the net is
// garbage. They hold the process only during a call.

import { SpecError } from '../errors.ts';
import { SCRATCH_BYTES } from '../kernels/declared.ts';
import { type Hand, startWorkers } from './host.ts';
import type { SharedArena } from './shared-arena.ts';
import { sharedModule } from './shared-module.ts';
import type { Word } from './worker.ts';

/** A program for each thread, and a number by which workers keep it. */
export interface Programs {
  readonly id: number;
  readonly programs: readonly Float64Array[];
}

interface Running {
  /** The net, which must not be garbage as long as somebody waits for what it computes. */
  readonly net: object;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly call: (number: number) => void;
}

const CONTROL_WORDS = 4;

export class Team {
  readonly #arena: SharedArena;
  readonly #scratch: readonly number[];
  readonly #names: readonly string[];
  #hands: readonly Hand[] = [];
  #control: Int32Array = new Int32Array(0);
  readonly #sent = new Set<number>();
  #running: Running | undefined;

  constructor(arena: SharedArena, threads: number, names: readonly string[]) {
    this.#arena = arena;
    this.#names = names;
    this.#scratch = Array.from({ length: threads }, () => arena.take(SCRATCH_BYTES));
  }

  /** Starts the workers unless there are some. Throws a Refusal where the host does not start them. Spec threads-host. */
  async start(): Promise<void> {
    if (this.#hands.length > 0) return;
    const control = new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4));
    const starts = this.#scratch.map((scratch, index) => ({
      module: sharedModule(),
      memory: this.#arena.memory,
      scratch,
      index,
      threads: this.#scratch.length,
      control,
      names: this.#names,
    }));
    const isMine = (): boolean => this.#control === control;
    this.#hands = await startWorkers(
      starts,
      (word) => isMine() && this.#hear(word),
      (why) => isMine() && this.#lose(why),
    );
    this.#control = control;
  }

  /** Runs a program of a net on all threads; `call` is called for the numbers of layers' own functions. Spec threads-workers. */
  run(net: object, { id, programs }: Programs, call: (number: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#running = { net, resolve, reject, call };
      const isSent = this.#sent.has(id);
      this.#sent.add(id);
      for (const [t, hand] of this.#hands.entries()) {
        if (t > 0 && programs[t].length === 0) continue;
        hand.hold(true);
        hand.post({ id, ...(!isSent && { program: programs[t] }) });
      }
    });
  }

  /** Ends the workers; the next call starts others. */
  end(): void {
    for (const hand of this.#hands) hand.end();
    this.#hands = [];
    this.#sent.clear();
  }

  #hear({ done, call }: Word): void {
    if (done) this.#finish((running) => running.resolve());
    if (call === undefined) return;
    try {
      this.#running?.call(call);
    } catch (error) {
      this.end();
      this.#finish((running) => running.reject(error));
      return;
    }
    Atomics.add(this.#control, 2, 1);
    Atomics.notify(this.#control, 2);
  }

  #lose(why: string): void {
    this.end();
    this.#finish((running) =>
      running.reject(
        new SpecError('threads-workers', `compileParallel: a worker must not end during a call, got ${why}`),
      ),
    );
  }

  #finish(how: (running: Running) => void): void {
    const running = this.#running;
    this.#running = undefined;
    for (const hand of this.#hands) hand.hold(false);
    if (running) how(running);
  }
}
