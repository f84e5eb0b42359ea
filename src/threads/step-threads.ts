// The memory of training steps whose kernels threads share.

import type { Fields } from '../kernels/arena.ts';
import { PartSums, SCRATCH_BYTES, Walk, WeightGradient } from '../kernels/declared.ts';
import { type Memory, Refusal } from '../kernels/module.ts';
import { type Known, StepArena } from '../kernels/step-memory.ts';
import type { Struct } from '../kernels/struct.ts';
import { Crew } from './crew.ts';
import { threadsOf } from './host.ts';
import { parted } from './part.ts';
import type { Section } from './share.ts';
import { type Call, type Noting, noting } from './shared-arena.ts';
import { Structs } from './struct-copies.ts';

/** Threads for the steps of one training run. */
export interface StepThreads {
  /** An arena of so many bytes, which they share. */
  arenaOf(bytes: number): StepArena;
  /** Ends the workers. */
  end(): void;
}

/** Values, of 512 KB. */
const LARGE = 1 << 17;

/** `undefined` for one thread, also where the host does not start workers. Spec threads-count, threads-host, train-threads. */
export async function stepThreads(threads: number): Promise<StepThreads | undefined> {
  const count = threadsOf('fit', threads);
  if (count === 1) return undefined;
  try {
    const crew = await Crew.start(count);
    return { arenaOf: (bytes) => new ThreadedArena(bytes, crew), end: () => crew.end() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return undefined;
  }
}

/** Calls that threads share, or `undefined` for less than they share, and the structs that the threads read. */
interface Job {
  readonly structs: readonly Written[];
  readonly run: (() => void) | undefined;
  /** The end of the memory that was taken. */
  readonly end: number;
}

type Written = readonly [address: number, words: Uint32Array];

export class ThreadedArena extends StepArena {
  readonly memory: Memory;
  readonly #noting: Noting;
  readonly #crew: Crew;
  /** The jobs of calls that are met again, and how many of them the present one has begun. */
  readonly #jobsOf = new WeakMap<Known, Job[]>();
  #begun = 0;
  /** Jobs of other calls that were not shared, by their number in a step and the memory of its tensors. */
  readonly #short = new Set<number>();
  #others = 0;
  /** Structs that are written while calls are noted. */
  #written: Written[] | undefined;

  constructor(bytes: number, crew: Crew) {
    const own = noting();
    super(bytes + crew.threads * SCRATCH_BYTES * 2, own.instance);
    this.memory = own.instance.memory;
    this.#noting = own;
    this.#crew = crew;
    const scratch = this.tensor((crew.threads * SCRATCH_BYTES) / 4).byteOffset;
    this.keepTensors();
    // A worker that starts writes the module's own data anew, that of this thread's scratch memory too if it were there.
    own.kernels.setScratch(scratch);
    crew.attach(this, Object.keys(own.kernels), (thread) => scratch + thread * SCRATCH_BYTES);
  }

  /** Large tensors take longer to clear than threads to meet. */
  protected override clear(values: Float32Array): void {
    this.present = undefined;
    if (values.length < LARGE) super.clear(values);
    else this.parallel(() => this.kernels.zero(values.byteOffset, values.byteLength));
  }

  override clearTensors(): void {
    super.clearTensors();
    this.#others = 0;
  }

  override write<Field extends string>(address: number, struct: Struct<Field>, values: Fields<Field>): void {
    super.write(address, struct, values);
    this.#written?.push([address, this.#words(address, struct.fields.length).slice()]);
  }

  override reset(who: string, clause?: string, key?: readonly unknown[]): void {
    super.reset(who, clause, key);
    this.#begun = 0;
  }

  /** A call that is met again has parted its jobs. Of others, what was too short to share is not parted again. */
  override parallel(body: () => void): void {
    const number = this.#begun++; // also of jobs that are done alone while the workers start
    if (!this.#crew.isServing) {
      body();
      return;
    }
    if (this.present) {
      const jobs = this.#jobsOf.get(this.present) ?? [];
      this.#jobsOf.set(this.present, jobs);
      for (const [address, words] of jobs[number]?.structs ?? []) this.#words(address, words.length).set(words);
      const job = jobs[number] ?? this.#parted(body);
      jobs[number] = job;
      this.top = job.end;
      (job.run ?? body)();
      return;
    }
    // Where tensors lie alike a step is like the one before.
    const call = ++this.#others * 0x100000000 + this.floor;
    const job = this.#short.has(call) ? undefined : this.#parted(body);
    if (!job?.run) this.#short.add(call);
    (job?.run ?? body)();
  }

  /** Parts the calls of `body`, which are not made yet. */
  #parted(body: () => void): Job {
    const { kernels, noted } = this.#noting;
    const [structs, from] = [new Structs(this), this.top];
    const written: Written[] = [];
    this.#written = written;
    let calls: Call[];
    try {
      calls = noted(body, (call) => kept(structs, call));
    } finally {
      this.#written = undefined;
    }
    const sections = parted(this, calls, this.#crew.threads);
    if (sections.every(isAlone)) return { structs: [], run: undefined, end: from };
    const make = ({ name, numbers }: Call): void => (kernels[name] as (...all: number[]) => void)(...numbers);
    // The workers are called only for what they share; what this thread does alone costs them no meeting.
    const runs: (() => void)[] = [];
    let shared: Section[] = [];
    const share = (): void => {
      if (shared.length > 0) {
        const sections = shared;
        runs.push(() => this.#crew.run(sections, make));
      }
      shared = [];
    };
    for (const section of sections) {
      if (!isAlone(section)) shared.push(section);
      else {
        share();
        runs.push(() => section[0].forEach(make));
      }
    }
    share();
    const copies: Written = [from, this.#words(from, (this.top - from) / 4).slice()];
    return { structs: [...written, copies], run: () => runs.forEach((run) => void run()), end: this.top };
  }

  #words(address: number, count: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, address, count);
  }
}

const isAlone = (section: Section): boolean => section.every((own, t) => t === 0 || own.length === 0);

/** A weight gradient writes its structs anew for every call. */
export function kept(structs: Structs, call: Call): Call {
  if (call.name !== 'accumulate') return call;
  const changes = {
    walk: (walk: number): number => structs.copy(walk, Walk, {}),
    sums: (sums: number): number => sums && structs.copy(sums, PartSums, {}),
  };
  return { ...call, numbers: [structs.copy(call.numbers[0], WeightGradient, changes)] };
}
