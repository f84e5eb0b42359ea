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
interface NodeOs {
  availableParallelism?(): number;
}

/**
 * Says how many threads this host runs, and where it is one, why: it has one processor, no workers, no memory that they share
 * (browsers ask for cross-origin isolation), no kernels. Spec threads-host.
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
  if (globalThis.crossOriginIsolated === false && builtin('node:worker_threads') === undefined)
    return 'the page is not cross-origin isolated';
  if (builtin('node:worker_threads') === undefined && typeof Worker === 'undefined') return 'it has no workers';
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

/** Starts a worker. `lost` is called when it dies, or cannot start. */
export function startWorker(heard: (word: Word) => void, lost: (why: string) => void): Hand {
  const node = builtin<NodeThreads>('node:worker_threads');
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
    lost(event.message ?? 'it could not start');
  };
  worker.onmessageerror = () => lost('it could not read a message');
  return { post: (message) => worker.postMessage(message), hold: () => undefined, end: () => worker.terminate() };
}
