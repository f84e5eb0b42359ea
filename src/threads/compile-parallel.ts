// `compileParallel`: a compiled net whose steps worker threads share.

import { known } from '../attributes.ts';
import { assemble, type Net } from '../compile/assemble.ts';
import { type CompileOptions, called, compile, planned } from '../compile/compile.ts';
import { SpecError } from '../errors.ts';
import { Refusal } from '../kernels/module.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { allocateFrom, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { hostThreads, threadsOf } from './host.ts';
import { parted } from './part.ts';
import { SharedArena } from './shared-arena.ts';
import { type Programs, Team } from './team.ts';

export interface ParallelOptions extends CompileOptions {
  /** How many worker threads compute a call; by default as many as the host has processors. */
  readonly threads?: number;
}

/** A compiled net whose calls return promises. */
export interface ParallelNet {
  (x: Tensor): Promise<Tensor>;
  /** How many threads compute a call; 1 from the first call on if its workers did not start. */
  readonly threads: number;
  /** Why they are one, where the host cannot run more; undefined elsewhere. */
  readonly reason: string | undefined;
}

/** Ends the workers of nets that are garbage. */
const ended = new FinalizationRegistry<Team>((team) => team.end());

/**
 * Makes a function `x => Promise<y>` of a net, like `compile` and with the same bits, whose steps worker threads share, so that the
 * calling thread stays free. Calls run one after the other. Workers start with the first call, hold the process only during
 * calls, and end when the function is garbage. Where the host has no threads (`hostThreads()`), or does not start the workers, a
 * call computes on the calling thread. Spec threads-bits, threads-workers.
 *
 * @throws {SpecError} threads-count for `threads` that is not a whole number from 1 to the processors of the host; what `compile`
 * throws. The promise is rejected with compile-input for an x of another shape or type, and with threads-workers when a
 * worker ends during a call; the next call starts others.
 * @example
 * const net = chain([conv2d({ filters: 1, size: 2, bias: false }), relu()]);
 * const run = compileParallel(net, [1, 2, 2, 1], { 0: { weight: tensor([2, 2, 1, 1], [1, 1, 1, -1]) } });
 * (await run(tensor([1, 2, 2, 1], [1, 2, 3, 4]))).data // [2]
 */
export function compileParallel(
  layer: Layer,
  shape: Shape,
  params: Params<Tensor>,
  options: ParallelOptions = {},
): ParallelNet {
  options = known('compileParallel', options, ['arithmetic', 'threads'], 'options');
  const threads = threadsOf('compileParallel', options.threads);
  const { reason } = hostThreads();
  const state = { threads: reason === undefined ? threads : 1, reason };
  const compiling = { ...(options.arithmetic !== undefined && { arithmetic: options.arithmetic }) };
  const run = reason === undefined ? onWorkers(layer, shape, params, compiling, state) : onThisThread();
  function onThisThread(): (x: Tensor) => Promise<Tensor> {
    const run = compile(layer, shape, params, compiling);
    return async (x) => run(x);
  }
  Object.defineProperties(run, {
    threads: { get: () => state.threads, enumerable: true },
    reason: { get: () => state.reason, enumerable: true },
  });
  return Object.freeze(run as ParallelNet);
}

/** How many threads compute a call, and why only one. */
interface State {
  threads: number;
  reason: string | undefined;
}

function onWorkers(
  layer: Layer,
  shape: Shape,
  params: Params<Tensor>,
  options: CompileOptions,
  state: State,
): (x: Tensor) => Promise<Tensor> {
  const { threads } = state;
  const plan = planned(layer, shape, params, options);
  const arena = newArena();
  arena.reset('compile', 'compile-memory');
  const net = assemble(arena, plan.program, plan.input, plan.result);
  const names = Object.keys(arena.kernels);
  const team = new Team(arena, threads, names);
  const programs = new Map<number, Recorded>();
  const recorded = (batch: number): Recorded => {
    const found = programs.get(batch) ?? record(net, arena, { batch, threads, names });
    programs.set(batch, found);
    return found;
  };
  let last: Promise<unknown> = Promise.resolve();
  const run = (x: Tensor): Promise<Tensor> => {
    const compute = async (): Promise<Tensor> => {
      const { batch, shape } = called(plan, net, own);
      net.x.set(own.data);
      if (state.reason === undefined) Object.assign(state, await started(team));
      if (state.reason === undefined) {
        const { calls, ...program } = recorded(batch);
        await team.run(run, program, (number) => calls[number]());
      } else net.run(batch);
      return allocateFrom('compile', shape, net.y.subarray(0, sizeOf(shape)));
    };
    let own: Tensor;
    try {
      called(plan, net, x);
      own = { shape: [...x.shape], data: x.data.slice() };
    } catch (error) {
      return Promise.reject(error);
    }
    const result = last.then(compute);
    last = result.catch(() => undefined);
    return result;
  };
  ended.register(run, team);
  return run;
}

/** One thread and the reason, where the host does not start workers. Spec threads-host. */
async function started(team: Team): Promise<State | undefined> {
  try {
    await team.start();
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { threads: 1, reason: error.message };
  }
}

/** Spec compile-memory. */
function newArena(): SharedArena {
  try {
    return new SharedArena();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new SpecError(
      'compile-memory',
      `compile: the host must grant the kernels their memory, got ${error.message}`,
    );
  }
}

/** The programs of a batch, and the layers' own functions that they call by number. */
interface Recorded extends Programs {
  readonly calls: readonly (() => void)[];
}

const [MEET, ASK] = [-1, -2];

function record(
  net: Net,
  arena: SharedArena,
  { batch, threads, names }: { batch: number; threads: number; names: readonly string[] },
): Recorded {
  const numberOf = new Map(names.map((name, i) => [name, i]));
  const programs = Array.from({ length: threads }, (): number[] => []);
  const calls: (() => void)[] = [];
  // What the first thread does alone goes on from what it did alone before.
  let isShared = false;
  let isFirst = true;
  const begin = (shares: boolean): void => {
    if (isShared || (shares && !isFirst)) for (const program of programs) program.push(MEET);
    isShared = shares;
    isFirst = false;
  };
  net.run(batch, (run, isCall) => {
    if (isCall) {
      begin(false);
      programs[0].push(ASK, calls.length);
      calls.push(run);
      return;
    }
    for (const section of parted(arena, arena.noted(run), threads)) {
      begin(section.some((calls, t) => t > 0 && calls.length > 0));
      for (const [t, program] of programs.entries())
        for (const { name, numbers } of section[t])
          program.push(numberOf.get(name) as number, numbers.length, ...numbers);
    }
  });
  begin(false);
  return { id: batch, programs: programs.map((program) => Float64Array.from(program)), calls };
}
