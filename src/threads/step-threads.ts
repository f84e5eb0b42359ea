// The memory of training steps whose kernels threads share.

import { PartSums, SCRATCH_BYTES, Walk, WeightGradient } from '../kernels/declared.ts';
import { type Memory, Refusal } from '../kernels/module.ts';
import { StepArena } from '../kernels/step-memory.ts';
import { Crew } from './crew.ts';
import { threadsOf } from './host.ts';
import { parted } from './part.ts';
import type { Section } from './share.ts';
import { type Call, type Noting, noting } from './shared-arena.ts';
import { Structs } from './structs.ts';

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

export class ThreadedArena extends StepArena {
  readonly memory: Memory;
  readonly #noting: Noting;
  readonly #crew: Crew;

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
    if (values.length < LARGE) super.clear(values);
    else this.parallel(() => this.kernels.zero(values.byteOffset, values.byteLength));
  }

  override parallel(body: () => void): void {
    if (!this.#crew.isServing) {
      body();
      return;
    }
    const structs = new Structs(this);
    const calls = this.#noting.noted(body, (call) => kept(structs, call));
    const sections = parted(this, calls, this.#crew.threads);
    const { kernels } = this.#noting;
    const make = ({ name, numbers }: Call): void => (kernels[name] as (...all: number[]) => void)(...numbers);
    // The workers are called only for what they share; what this thread does alone costs them no meeting.
    let shared: Section[] = [];
    const flush = (): void => {
      if (shared.length > 0) this.#crew.run(shared, make);
      shared = [];
    };
    for (const section of sections) {
      if (section.some((own, t) => t > 0 && own.length > 0)) shared.push(section);
      else {
        flush();
        section[0].forEach(make);
      }
    }
    flush();
  }
}

/** A weight gradient writes its structs anew for every call. */
export function kept(structs: Structs, call: Call): Call {
  if (call.name !== 'accumulate') return call;
  const changes = {
    walk: (walk: number): number => structs.copy(walk, Walk, {}),
    sums: (sums: number): number => sums && structs.copy(sums, PartSums, {}),
  };
  return { ...call, numbers: [structs.copy(call.numbers[0], WeightGradient, changes)] };
}
