// Blocks of positions parted among threads: cut between tiles of four, or, where positions are few, every block for some of the
// filters. Spec threads-bits.

import { Epilogue, Lattice, MR, NR, Product, Winograd } from '../kernels/declared.ts';
import { TABLED } from '../kernels/lattice.ts';
import { each, type Section, share } from './share.ts';
import type { Call } from './shared-arena.ts';
import type { Structs } from './struct-copies.ts';

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

/** Calls that compute blocks of positions, parted. */
export function partBlocks(structs: Structs, calls: readonly Call[], threads: number): Section {
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
    table: arena.take(most * TABLED),
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
