// How the calls of a step are parted among threads. What a thread computes is computed by the same kernels with the same numbers:
// only which positions, rows or filters it does differs, so that the bits are the same. Spec threads-bits.
//
//   blocks of positions      see part-blocks.ts
//   rows, images, strips     each thread some calls that follow each other
//   pooling                  each thread some of the rows, or of the images of a gradient, whose rows may share cells
//   lattices of pixels       each thread some of the rows, or of the columns of a single row

import { Depthwise, Lattice, PLACE, Pool, PoolAxis, Sum, TapAxis } from '../kernels/declared.ts';
import { partBlocks } from './part-blocks.ts';
import { partFlat, partImages, partPacking, partTiles } from './part-training.ts';
import { each, type Section, share } from './share.ts';
import type { Call, KernelName, Shared } from './shared-arena.ts';
import { Structs } from './struct-copies.ts';
import { cellsOf, LEAST_WORK, workOf } from './work-of.ts';

/** Calls of one kind that follow each other are parted together; what has no other kind the first thread runs alone. */
type Kind = 'blocks' | 'pixels' | 'rows' | 'pooling' | 'flat' | 'images' | 'tiles' | 'packing' | 'alone';

const KINDS: Readonly<Partial<Record<KernelName, Kind>>> = {
  places: 'blocks',
  gather: 'blocks',
  multiply: 'blocks',
  winogradInputs: 'blocks',
  winogradSums: 'blocks',
  winogradOutputs: 'blocks',
  add: 'pixels',
  lrn: 'pixels',
  copyRows: 'pixels',
  depthwise: 'rows',
  pool: 'pooling',
  cells: 'rows',
  zeroRows: 'rows',
  zero: 'flat',
  relu: 'flat',
  reluGradient: 'flat',
  map: 'flat',
  normalize: 'flat',
  normGradient: 'flat',
  sumRows: 'images',
  sumTerms: 'images',
  accumulate: 'tiles',
  pack: 'packing',
};

/** Parts the calls of one step; a section of less than the least work is not. What it needs besides is taken from the arena. */
export function parted(arena: Shared, calls: readonly Call[], threads: number, least = LEAST_WORK): Section[] {
  const runs: { kind: Kind; calls: Call[] }[] = [];
  for (const call of calls) {
    const kind = KINDS[call.name] ?? 'alone';
    const last = runs.at(-1);
    if (last?.kind === kind) last.calls.push(call);
    else runs.push({ kind, calls: [call] });
  }
  const by = {
    blocks: partBlocks,
    pixels: partPixels,
    rows: partRows,
    pooling: partPooling,
    flat: partFlat,
    images: partImages,
    tiles: partTiles,
    packing: partPacking,
    alone,
  };
  const structs = new Structs(arena);
  return runs.map(({ kind, calls }) => {
    const work = calls.reduce((sum, call) => sum + workOf(structs, call), 0);
    if (work >= least) return by[kind](structs, calls, threads);
    // Lattices are copied in any case: a call for a smaller batch changes the step's own.
    const [all] = kind === 'pixels' ? partPixels(structs, calls, 1) : [calls];
    return alone(structs, all, threads);
  });
}

const alone = (_: Structs, calls: readonly Call[], threads: number): Section =>
  each(threads, (t) => (t === 0 ? calls : []));

/** Calls that do not depend on each other. Depthwise kernels list taps in room that their plan names. */
function partRows(structs: Structs, calls: readonly Call[], threads: number): Section {
  return each(threads, (t) => {
    const own = new Map<number, number>();
    const [first, end] = share(calls.length, t, threads);
    return calls.slice(first, end).map((call) => {
      const [plan, ...rest] = call.numbers;
      if (t === 0 || call.name !== 'depthwise') return call;
      const copy = own.get(plan) ?? ownDepthwise(structs, plan);
      own.set(plan, copy);
      return { ...call, numbers: [copy, ...rest] };
    });
  });
}

function ownDepthwise(structs: Structs, plan: number): number {
  const axes = (['planes', 'rows', 'columns'] as const).map((axis) => structs.field(plan, Depthwise, axis));
  const taps = axes.reduce((product, axis) => product * structs.field(axis, TapAxis, 'count'), 1);
  return structs.copy(plan, Depthwise, { list: structs.arena.take(taps * PLACE) });
}

/** A pooling lists cells in room that its plan names. */
function partPooling(structs: Structs, calls: readonly Call[], threads: number): Section {
  return each(threads, (t) =>
    calls.flatMap((call) => {
      const [plan, from, to] = call.numbers;
      const [first, end] = share(to - from, t, threads, unitOf(structs, plan));
      if (first === end) return [];
      const bytes = cellsOf(structs, plan) * 4;
      const room = () => ({ whole: structs.arena.take(bytes), clipped: structs.arena.take(bytes) });
      return [{ ...call, numbers: [t === 0 ? plan : structs.copy(plan, Pool, room()), from + first, from + end] }];
    }),
  );
}

/** Rows that one thread must do: those of an image if they may add to the same cells. */
function unitOf(structs: Structs, pool: number): number {
  if (structs.field(pool, Pool, 'dx') === 0) return 1;
  const [planes, rows] = (['planes', 'rows'] as const).map((axis) =>
    structs.field(structs.field(pool, Pool, axis), PoolAxis, 'output'),
  );
  return planes * rows;
}

/** Each thread does its rows in all calls, which may go on from each other: y = (a + b) + c. */
function partPixels(structs: Structs, calls: readonly Call[], threads: number): Section {
  return each(threads, (t) =>
    calls.flatMap((call) => {
      const [plan, ...rest] = call.numbers;
      const lattice = call.name === 'add' ? structs.field(plan, Sum, 'first') : plan;
      const part = partOf(structs, lattice, t, threads);
      if (part.count === 0) return [];
      const own = (address: number): number => structs.copy(address, Lattice, part.changes(address));
      if (call.name !== 'add') return [{ ...call, numbers: [own(plan), ...rest] }];
      const second = structs.field(plan, Sum, 'second');
      const changes = { first: own(lattice), second: second && own(second) };
      return [{ ...call, numbers: [structs.copy(plan, Sum, changes)] }];
    }),
  );
}

/** Which axis of a lattice is cut, the first with enough on it, and what thread `t` gets of it. A single pixel is the first thread's. */
function partOf(structs: Structs, lattice: number, t: number, threads: number) {
  const axes = [
    ['rows', 'sourceRow', 'destinationRow'],
    ['columns', 'sourceColumn', 'destinationColumn'],
    ['planes', 'sourcePlane', 'destinationPlane'],
    ['images', 'sourceImage', 'destinationImage'],
  ] as const;
  const counts = axes.map(([count]) => structs.field(lattice, Lattice, count));
  const chosen = counts.findIndex((count) => count >= threads);
  const axis = Math.max(0, chosen < 0 ? counts.findIndex((count) => count > 1) : chosen);
  const [count, source, destination] = axes[axis];
  const [first, end] = share(counts[axis], t, threads);
  const changes = (address: number) => ({
    [count]: end - first,
    source: (before: number): number => before + first * structs.field(address, Lattice, source),
    destination: (before: number): number => before + first * structs.field(address, Lattice, destination),
  });
  return { count: end - first, changes };
}
