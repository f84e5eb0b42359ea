// How the calls of a step are parted among threads. What a thread computes is computed by the same kernels with the same numbers:
// only which positions, rows or filters it does is another, so that the bits are the same. Spec threads-bits.
//
//   blocks of positions      cut between tiles of four, or, where positions are few, every block for some of the filters
//   rows, images, strips     each thread some calls that follow each other
//   lattices of pixels       each thread some of the rows, or of the columns of a single row

import { Depthwise, Epilogue, Lattice, MR, NR, PLACE, Pool, Product, Sum, Winograd } from '../kernels/declared.ts';
import { partFlat, partImages, partPacking, partTiles } from './part-training.ts';
import { each, type Section, share } from './share.ts';
import type { Call, KernelName, Shared } from './shared-arena.ts';
import { Structs } from './structs.ts';
import { LEAST_WORK, workOf } from './work-of.ts';

/** Calls of one kind that follow each other are parted together; what has no other kind the first thread runs alone. */
type Kind = 'blocks' | 'pixels' | 'rows' | 'flat' | 'images' | 'tiles' | 'packing' | 'alone';

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
  pool: 'rows',
  cells: 'rows',
  zeroRows: 'rows',
  zero: 'flat',
  relu: 'flat',
  reluGradient: 'flat',
  map: 'flat',
  normalize: 'flat',
  sumRows: 'images',
  sumSquares: 'images',
  normTerms: 'images',
  normGradient: 'images',
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

/** Calls that do not depend on each other. Some kernels list cells or taps in room that their plan names. */
function partRows(structs: Structs, calls: readonly Call[], threads: number): Section {
  return each(threads, (t) => {
    const own = new Map<number, number>();
    const [first, end] = share(calls.length, t, threads);
    return calls.slice(first, end).map((call) => {
      const [plan, ...rest] = call.numbers;
      if (t === 0 || (call.name !== 'depthwise' && call.name !== 'pool')) return call;
      const copy = own.get(plan) ?? (call.name === 'pool' ? ownPool(structs, plan) : ownDepthwise(structs, plan));
      own.set(plan, copy);
      return { ...call, numbers: [copy, ...rest] };
    });
  });
}

const PoolAxisSize = { fields: ['input', 'size'] } as const;
const TapAxisCount = { fields: ['input', 'positions', 'step', 'count'] } as const;

function ownPool(structs: Structs, plan: number): number {
  const axes = (['planes', 'rows', 'columns'] as const).map((axis) => structs.field(plan, Pool, axis));
  const cells = axes.reduce((product, axis) => product * structs.field(axis, PoolAxisSize, 'size'), 1);
  return structs.copy(plan, Pool, {
    whole: structs.arena.take(cells * 4),
    clipped: structs.arena.take(cells * 4),
  });
}

function ownDepthwise(structs: Structs, plan: number): number {
  const axes = (['planes', 'rows', 'columns'] as const).map((axis) => structs.field(plan, Depthwise, axis));
  const taps = axes.reduce((product, axis) => product * structs.field(axis, TapAxisCount, 'count'), 1);
  return structs.copy(plan, Depthwise, { list: structs.arena.take(taps * PLACE) });
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

/** A block of positions: its table of places, and what is computed there. */
interface Block {
  readonly lattice: number;
  readonly first: number;
  readonly end: number;
  readonly table: number;
  readonly calls: readonly Call[];
}

function blocksOf(calls: readonly Call[]): Block[] {
  const blocks: { lattice: number; first: number; end: number; table: number; calls: Call[] }[] = [];
  for (const call of calls) {
    if (call.name === 'places') {
      const [lattice, first, end, table] = call.numbers;
      blocks.push({ lattice, first, end, table, calls: [] });
    } else blocks[blocks.length - 1].calls.push(call);
  }
  return blocks;
}

const tilesOf = ({ first, end }: Block): number => Math.ceil((end - first) / MR);

/** Panels that the tile of one position multiplies at a time. */
const ACROSS = 4;

function partBlocks(structs: Structs, calls: readonly Call[], threads: number): Section {
  const blocks = blocksOf(calls);
  const tiles = blocks.reduce((sum, block) => sum + tilesOf(block), 0);
  const products = calls.filter(({ name }) => name === 'multiply').map(({ numbers }) => numbers[0]);
  const perPanel = (product: number): number => NR >> structs.field(product, Product, 'doubles');
  const panels = products.map((each) => Math.ceil(structs.field(each, Product, 'filters') / perPanel(each)));
  const fewest = products.length > 0 ? Math.min(...panels) : 0;
  const worst = (count: number, unit: number): number =>
    count === 0 ? threads : (Math.ceil(Math.ceil(count / unit) / threads) * unit * threads) / count;
  const unit = fewest >= ACROSS * threads ? ACROSS : 1;
  const byFilters = products.length > 0 && worst(tiles, 1) > worst(fewest, unit) + 0.02;
  return each(threads, (t) => {
    const room = roomOf(structs, blocks, t);
    return byFilters
      ? blocks.flatMap((block) => someFilters(structs, block, room, (count) => share(count, t, threads, unit)))
      : somePositions(blocks, room, share(tiles, t, threads));
  });
}

/** Memory of one thread: its table of places, its patches, its plan of Winograd's. */
interface Room {
  readonly table: number;
  readonly matrix: number;
  readonly plans: ReadonlyMap<number, number>;
}

/** The first thread has what the step itself has. */
function roomOf(structs: Structs, blocks: readonly Block[], t: number): Room | undefined {
  if (t === 0) return undefined;
  const { arena } = structs;
  const most = Math.max(...blocks.map((block) => tilesOf(block) * MR));
  const calls = blocks.flatMap((block) => block.calls);
  const patches = calls
    .filter(({ name }) => name === 'gather')
    .map(({ numbers: [, count, , runs, length] }) => count * runs * length);
  const plans = new Map<number, number>();
  for (const { name, numbers } of calls) {
    if (name !== 'winogradInputs' || plans.has(numbers[0])) continue;
    const [plan] = numbers;
    const [m, inputPlane, sumPlane, sumRow] = (['outputs', 'inputPlane', 'sumPlane', 'sumRow'] as const).map((field) =>
      structs.field(plan, Winograd, field),
    );
    const own = {
      inputs: arena.take((m + 2) * (m + 2) * inputPlane),
      sums: arena.take((m + 2) * (m + 2) * sumPlane),
      edge: arena.take(m * m * sumRow),
    };
    plans.set(plan, structs.copy(plan, Winograd, own));
  }
  return {
    table: arena.take(most * PLACE),
    matrix: patches.length > 0 ? arena.take(Math.max(...patches)) : 0,
    plans,
  };
}

/** The tiles [first, end) of all blocks, one behind the other. */
function somePositions(
  blocks: readonly Block[],
  room: Room | undefined,
  [first, end]: readonly [number, number],
): Call[] {
  let before = 0;
  return blocks.flatMap((block) => {
    const [from, to] = [Math.max(first - before, 0), Math.min(end - before, tilesOf(block))];
    before += tilesOf(block);
    if (from >= to) return [];
    const positions: readonly [number, number] = [block.first + from * MR, Math.min(block.end, block.first + to * MR)];
    return callsOf(block, room, positions, block.lattice, (product) => product);
  });
}

/** All positions of a block, for some of the filters of every product. */
function someFilters(
  structs: Structs,
  block: Block,
  room: Room | undefined,
  of: (panels: number) => readonly [number, number],
): Call[] {
  const product = block.calls.find(({ name }) => name === 'multiply')?.numbers[0] as number;
  const [filters, doubles] = (['filters', 'doubles'] as const).map((each) => structs.field(product, Product, each));
  const width = NR >> doubles;
  const [first, end] = of(Math.ceil(filters / width));
  if (first >= end) return [];
  const bytes = first * NR * 4;
  const move = (address: number): number => address && address + bytes;
  const lattice = structs.copy(block.lattice, Lattice, { destination: (before) => before + bytes });
  const copies = new Map<number, number>();
  const own = (each: number): number => {
    const known = copies.get(each);
    if (known !== undefined) return known;
    const copy = structs.copy(each, Product, {
      panel: (before) => before + first * structs.field(each, Product, 'panelBytes'),
      filters: Math.min(filters, end * width) - first * width,
      epilogue: (before) =>
        before && structs.copy(before, Epilogue, { bias: move, mean: move, scale: move, shift: move }),
    });
    copies.set(each, copy);
    return copy;
  };
  return callsOf(block, room, [block.first, block.end], lattice, own);
}

/** The calls of a block for some of its positions, in the memory of a thread. */
function callsOf(
  block: Block,
  room: Room | undefined,
  [first, end]: readonly [number, number],
  lattice: number,
  productOf: (product: number) => number,
): Call[] {
  const count = end - first;
  const table = room?.table ?? block.table;
  const planOf = (plan: number): number => room?.plans.get(plan) ?? plan;
  const call = ({ name, numbers }: Call): Call => {
    if (name === 'gather') {
      const [, , runs, runCount, length, matrix] = numbers;
      return { name, numbers: [table, Math.ceil(count / MR) * MR, runs, runCount, length, room?.matrix ?? matrix] };
    }
    if (name === 'multiply') return { name, numbers: [productOf(numbers[0]), table, count] };
    if (name === 'winogradInputs') return { name, numbers: [planOf(numbers[0]), table, count] };
    if (name === 'winogradSums') return { name, numbers: [planOf(numbers[0]), count, numbers[2]] };
    return { name, numbers: [planOf(numbers[0]), table, first, count, numbers[4]] };
  };
  return [{ name: 'places', numbers: [lattice, first, end, table] }, ...block.calls.map(call)];
}
