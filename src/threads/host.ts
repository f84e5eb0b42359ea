// What the host has for threads: how many run at a time, workers, and memory that they share.

import { SpecError } from '../errors.ts';
import { runsKernels } from '../kernels/host.ts';
import { granted, Refusal } from '../kernels/module.ts';
import { sharedModule } from './shared-module.ts';
import { type Job, type Serve, type Start, type Word, work } from './worker.ts';

/** How many threads this host runs at most, and why only one. */
export interface HostThreads {
  readonly most: number;
  readonly reason: string | undefined;
}

/** Node, and hosts that have its modules, give them without an import that a bundler would have to follow. */
interface Builtin {
  getBuiltinModule?(name: string): unknown;
}
const builtin = <T>(name: string): T | undefined =>
  (globalThis.process as Builtin | undefined)?.getBuiltinModule?.(name) as T | undefined;

/** What is used of node:worker_threads and node:os. */
interface NodeWorker {
  on(event: 'message', heard: (word: Word) => void): void;
  on(event: 'error', failed: (error: Error) => void): void;
  on(event: 'exit', ended: () => void): void;
  postMessage(message: Start | Job | Serve): void;
  ref(): void;
  unref(): void;
  terminate(): unknown;
}
interface NodeThreads {
  readonly Worker: new (text: string, options: { eval: boolean; execArgv: string[]; env: object }) => NodeWorker;
}
const nodeThreads = (): NodeThreads | undefined => builtin<NodeThreads>('node:worker_threads');
const workersOfHost = (): object | undefined => nodeThreads()?.Worker ?? globalThis.Worker;
interface NodeOs {
  availableParallelism?(): number;
}

/** How long a worker may take to start, or to make a call of a kernel, until it counts as lost. */
export const patience = { milliseconds: 20_000 };

/** Why workers did not start, by their class: a host that refused one is not asked again. */
const refusals = new WeakMap<object, string>();

/**
 * Says how many threads this host runs, and where it is one, why: it has one processor, no workers, no memory that they share
 * (browsers ask for cross-origin isolation), no kernels; or workers did not start when a call or a training run needed them,
 * which only then can be known (a Content-Security-Policy may forbid them). Spec threads-host.
 *
 * @example
 * hostThreads().most >= 1 // true
 */
export function hostThreads(): HostThreads {
  const reason = whyOne();
  return { most: reason === undefined ? processors() : 1, reason };
}

function processors(): number {
  const cores = builtin<NodeOs>('node:os')?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency;
  return Math.max(1, Math.floor(cores) || 1);
}

function whyOne(): string | undefined {
  if (!runsKernels()) return 'it does not run the kernels';
  if (typeof SharedArrayBuffer === 'undefined') return 'it has no memory that threads share';
  if (globalThis.crossOriginIsolated === false && nodeThreads() === undefined)
    return 'the page is not cross-origin isolated';
  const workers = workersOfHost();
  if (workers === undefined) return 'it has no workers';
  if (refusals.has(workers)) return refusals.get(workers);
  try {
    sharedModule();
    granted(
      (why) => `it refuses memory that threads share: ${why}`,
      () => new WebAssembly.Memory({ initial: 1, maximum: 0x10000, shared: true }),
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.message;
  }
  return undefined;
}

/** The threads that are asked for, or those that the host has. Spec threads-count. */
export function threadsOf(who: string, threads: unknown): number {
  const { most, reason } = hostThreads();
  if (threads === undefined) return most;
  const isNumber = typeof threads === 'number';
  const limit = reason === undefined ? most : processors();
  if (!isNumber || !Number.isInteger(threads) || threads < 1 || threads > limit) {
    const got = isNumber ? String(threads) : typeof threads;
    const must = `${who}: threads must be a whole number from 1 to ${limit}, the processors of this host, got ${got}`;
    throw isNumber
      ? new SpecError('threads-count', must)
      : Object.assign(new TypeError(`${must} [threads-count]`), { clause: 'threads-count' });
  }
  return reason === undefined ? threads : 1;
}

/** A worker of any host. */
export interface Hand {
  post(message: Start | Job | Serve): void;
  /** Whether the process waits for it. */
  hold(holds: boolean): void;
  end(): void;
}

/**
 * Starts a worker for each start, and waits until all have the kernels: hosts start them only while the event loop turns. From then
 * on `lost` is called when one dies. Where one does not start none is left, and `hostThreads` says so. Spec threads-host.
 *
 * @throws {Refusal} with the reason of `hostThreads`.
 */
export async function startWorkers(
  starts: readonly Start[],
  heard: (word: Word) => void,
  lost: (why: string) => void,
): Promise<readonly Hand[]> {
  const workers = workersOfHost() as object;
  const refused = refusals.get(workers);
  if (refused !== undefined) throw new Refusal(refused);
  const hands: Hand[] = [];
  let missing = starts.length;
  let seconds: ReturnType<typeof setInterval> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => (missing > 0 ? reject(new Refusal(why)) : lost(why));
      const hear = (word: Word): void => {
        if (word.ready && --missing === 0) resolve();
        heard(word);
      };
      // Of an event loop that was blocked for long, one turn is counted and not the time.
      let turns = 0;
      const late = (): void => void (++turns === TURNS && fail('they did not answer'));
      seconds = setInterval(late, patience.milliseconds / TURNS);
      for (const start of starts) {
        const hand = granted(String, () => startWorker(hear, fail));
        hands.push(hand);
        granted(String, () => hand.post(start));
      }
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    for (const hand of hands) hand.end();
    const reason = `its workers do not start: ${error.message}`;
    refusals.set(workers, reason);
    throw new Refusal(reason);
  } finally {
    clearInterval(seconds);
  }
  return hands;
}

const TURNS = 20;

/** Starts a worker. `lost` is called when it dies, or cannot start. */
function startWorker(heard: (word: Word) => void, lost: (why: string) => void): Hand {
  const node = nodeThreads();
  // Some compilers write calls of __name into functions, to keep their names.
  const text = (port: string): string => `const __name = (f) => f; (${work})(${port});`;
  if (node) {
    const worker = new node.Worker(text("require('node:worker_threads').parentPort"), {
      eval: true,
      execArgv: [],
      env: {},
    });
    worker.on('message', heard);
    worker.on('error', (error: Error) => lost(String(error?.message ?? error)));
    worker.on('exit', () => lost('it ended'));
    return {
      post: (message) => worker.postMessage(message),
      hold: (holds) => (holds ? worker.ref() : worker.unref()),
      end: () => void worker.terminate(),
    };
  }
  const address = URL.createObjectURL(new Blob([text('self')], { type: 'text/javascript' }));
  const worker = new Worker(address, { type: 'module' });
  URL.revokeObjectURL(address);
  worker.onmessage = ({ data }) => heard(data as Word);
  worker.onerror = (event) => {
    event.preventDefault?.();
    lost(event.message || 'the page forbids them, or their text'); // an event without a message: nothing of it ran
  };
  worker.onmessageerror = () => lost('it could not read a message');
  return { post: (message) => worker.postMessage(message), hold: () => undefined, end: () => worker.terminate() };
}
