// What a worker runs. Its text is sent to it, so the function uses nothing from outside of it.

import type { Memory } from '../kernels/module.ts';

/** Sent once: the module, the memory that all share, and where this one keeps its scratch memory. */
export interface Start {
  readonly module: object;
  readonly memory: Memory;
  readonly scratch: number;
  readonly index: number;
  readonly threads: number;
  readonly control: Int32Array;
  /** The names of the kernels, by their numbers in a program. */
  readonly names: readonly string[];
}

/** Sent for each call: the program, unless the worker has it. */
export interface Job {
  readonly id: number;
  readonly program?: Float64Array;
}

/** Sent for training: the worker waits for the jobs after this number, in a memory that all share. */
export interface Serve {
  readonly seen: number;
  /** For each thread so many numbers, one behind the other. */
  readonly programs: Float64Array;
  readonly room: number;
}

/** What a worker says: that it has the kernels, that all is done, that a layer's own function is to be called, or what went wrong. */
export interface Word {
  readonly ready?: true;
  readonly done?: true;
  readonly call?: number;
  readonly error?: string;
}

export interface Port {
  onmessage: ((event: { data: Start | Job | Serve }) => void) | null;
  onmessageerror: (() => void) | null;
  postMessage(word: Word): void;
}

/**
 * Programs are numbers: a kernel's number, how many arguments it has, and those. −1 waits for the other threads; −2 and a number,
 * in the program of the first thread, waits for the main thread, which calls a layer's own function. The words of `control` are: threads that wait, barriers
 * passed, calls answered (or services begun), jobs given, and for each thread the length of its program in a job; −1 ends its service.
 * A service has two words more: calls of kernels that workers have made, and workers that failed.
 */
export function work(port: Port): void {
  let start: Start;
  let kernels: Record<string, (...numbers: number[]) => void>;
  const programs = new Map<number, Float64Array>();
  /** Some 100 microseconds: to wake takes about as long. Jobs of a training step come up to a millisecond apart. */
  const SPINS = 20_000;
  const SPINS_FOR_JOB = 200_000;
  const pass = (word: number, seen: number, spins = SPINS): void => {
    const { control } = start;
    for (let i = 0; i < spins; i++) if (Atomics.load(control, word) !== seen) return;
    while (Atomics.load(control, word) === seen) Atomics.wait(control, word, seen);
  };
  const meet = (): void => {
    const { control, threads } = start;
    const passed = Atomics.load(control, 1);
    if (Atomics.add(control, 0, 1) < threads - 1) {
      pass(1, passed);
      return;
    }
    Atomics.store(control, 0, 0);
    Atomics.add(control, 1, 1);
    Atomics.notify(control, 1);
  };
  const ask = (call: number): void => {
    const answered = Atomics.load(start.control, 2);
    port.postMessage({ call });
    pass(2, answered);
  };
  const run = (program: Float64Array, called?: () => void): void => {
    for (let at = 0; at < program.length; ) {
      const number = program[at++];
      if (number === -1) meet();
      else if (number === -2) ask(program[at++]);
      else {
        const count = program[at++];
        kernels[start.names[number]](...program.subarray(at, at + count));
        called?.();
        at += count;
      }
    }
  };
  const serve = ({ seen, programs, room }: Serve): void => {
    const { control, index, threads } = start;
    const [calls, failed] = [4 + threads, 5 + threads];
    Atomics.add(control, 2, 1);
    for (let job = seen; ; ) {
      pass(3, job, SPINS_FOR_JOB);
      job = Atomics.load(control, 3);
      const length = Atomics.load(control, 4 + index);
      if (length < 0) return;
      try {
        run(programs.subarray(index * room, index * room + length), () => Atomics.add(control, calls, 1));
      } catch (error) {
        // The calling thread waits for the meeting, and hears of nothing else.
        Atomics.store(control, failed, 1);
        Atomics.notify(control, 1);
        throw error;
      }
    }
  };
  port.onmessage = ({ data }) => {
    if ('module' in data) {
      start = data;
      const instance = new WebAssembly.Instance(data.module as WebAssembly.Module, {
        env: { memory: data.memory as WebAssembly.Memory },
      });
      kernels = instance.exports as unknown as typeof kernels;
      kernels.setScratch(data.scratch);
      port.postMessage({ ready: true });
      return;
    }
    if ('seen' in data) {
      serve(data);
      return;
    }
    if (data.program) programs.set(data.id, data.program);
    run(programs.get(data.id) as Float64Array);
    if (start.index === 0) port.postMessage({ done: true });
  };
  port.onmessageerror = () => {
    throw new Error('it could not read a message');
  };
}
