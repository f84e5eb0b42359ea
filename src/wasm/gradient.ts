// The weight gradient: four (tap, channel) pairs of x against panels of dy, over the positions of a part.
//
//   for images staged together: for each group: for each part: for some tiles of dw: one call for all its blocks
//
// A part is an image of several blocks, or some images that are one block. Spec numerics-weight-gradient.

import { imagesOfSum, SUM_POSITIONS } from '../reference/conv.ts';
import { type ConvGeometry, outputs, taps } from '../window.ts';
import { LATTICE_BYTES, MR, NR, PART_BYTES, PLACE, TILE_BYTES } from './blocks.ts';
import type { Arena } from './engine.ts';
import { forwardPiece, type Runs, runsOf } from './plan.ts';
import { makeSource, type Source } from './source.ts';

/** The memory of one weight gradient: `sums` is dw, `part` and `total` are float64 sums by tiles, 0 where none are needed. */
interface Plan {
  readonly g: ConvGeometry;
  readonly source: Source;
  /** Positions of an image, and images of a part. */
  readonly P: number;
  readonly together: number;
  /** Rows of tiles of a group, the bytes of their float64 sums, and how many of them a call adds to. */
  readonly tiles: number;
  readonly tileBytes: number;
  readonly some: number;
  readonly sums: number;
  readonly part: number;
  readonly total: number;
  readonly rows: number;
  readonly lattice: number;
  readonly walk: number;
  readonly way: number;
  readonly packed: number;
  readonly patches?: Patches | undefined;
}

/** Memory of im2col: the patches of a block as rows of a matrix. */
interface Patches {
  readonly runs: Runs;
  readonly table: number;
  readonly places: number;
  readonly matrix: number;
}

/** Fills dw. Returns false, with dw untouched, if zeros of padding would meet ∞ or NaN in dy. Spec numerics-padding. */
export function gradient(
  arena: Arena,
  g: ConvGeometry,
  x: Float32Array,
  dy: Float32Array,
  dw: Float32Array,
  im2col: boolean,
): boolean {
  const { kernels } = arena;
  const plan = makePlan(arena, g, x, dw, im2col);
  const { P, together, source, total, rows, tiles } = plan;
  const { images, isPadded } = source;
  const [F, O] = [g.filters, g.groups * g.filters];
  const panelBytes = images * P * NR * 4;
  const stage = arena.take(images * P * O * 4);
  const panels = arena.take(Math.ceil(F / NR) * panelBytes);
  for (let first = 0; first < g.batch; first += images) {
    const end = Math.min(g.batch, first + images);
    source.load(first, end);
    const floats = arena.floats(stage, (end - first) * P * O);
    floats.set(dy.subarray(first * P * O, end * P * O));
    if (isPadded && kernels.finite(stage, floats.length) === 0) return false;
    for (let group = 0; group < g.groups; group++) {
      kernels.pack(panels, panelBytes, stage + group * F * 4, (end - first) * P, O * 4, F, 4);
      rowsOf(arena, plan, group);
      for (let n = first, next = n; n < end; n = next) {
        next = Math.min(end, n - (n % together) + together);
        addPart(arena, plan, group, panels + (n - first) * P * NR * 4, panelBytes, n, next, first);
      }
      if (total && end === g.batch) kernels.roundSums(rows, tiles, F, total + group * tiles * plan.tileBytes);
    }
  }
  dw.set(arena.floats(plan.sums, dw.length));
  return true;
}

function makePlan(arena: Arena, g: ConvGeometry, x: Float32Array, dw: Float32Array, im2col: boolean): Plan {
  const piece = forwardPiece(g.axes);
  const [a, b, c] = g.axes;
  const source = makeSource(arena, x, g.batch, [a.input, b.input, c.input], g.groups * g.channels, [piece]);
  const runs = runsOf(piece, source, g.channels * 4);
  const [P, K] = [outputs(g.axes), taps(g.axes)];
  const together = imagesOfSum(P);
  const tiles = Math.ceil((K * g.channels) / MR);
  const tileBytes = Math.ceil(g.filters / NR) * TILE_BYTES;
  const isLong = P > SUM_POSITIONS;
  const hasParts = g.batch > together;
  const some = isLong && hasParts ? Math.min(tiles, Math.max(1, Math.floor(PART_BYTES / tileBytes))) : tiles;
  return {
    g,
    source,
    P,
    together,
    tiles,
    tileBytes,
    some,
    sums: arena.take(dw.byteLength),
    part: isLong && hasParts ? arena.take(some * tileBytes) : 0,
    total: isLong || hasParts ? arena.take(g.groups * tiles * tileBytes) : 0,
    rows: arena.take((K * g.channels + MR) * PLACE),
    lattice: arena.take(LATTICE_BYTES),
    walk: arena.words(new Array(13).fill(0)),
    way: arena.words(new Array(6).fill(0)),
    packed: arena.take(SUM_POSITIONS * MR * 4),
    patches: im2col
      ? {
          runs,
          table: arena.words(runs.offsets),
          places: arena.take((SUM_POSITIONS + MR) * PLACE),
          matrix: arena.take(SUM_POSITIONS * K * g.channels * 4),
        }
      : undefined,
  };
}

/** Writes the places of the (tap, channel) pairs of a group: where x begins, relative to a position, and the row of dw. */
function rowsOf(arena: Arena, { g, source, sums, rows, lattice, patches }: Plan, group: number): void {
  const [a, b, c] = g.axes;
  const [C, O] = [g.channels, g.groups * g.filters];
  const inSource = [a.dilation * source.plane, b.dilation * source.row, c.dilation * source.pixel, 4];
  const inPatch = [b.size * c.size * C * 4, c.size * C * 4, C * 4, 4];
  const inWeight = [b.size * c.size * C * O * 4, c.size * C * O * 4, C * O * 4, O * 4];
  const to = sums + group * g.filters * 4;
  const from = patches ? [0, ...inPatch] : [-source.before, ...inSource];
  arena.write(lattice, [a.size, b.size, c.size, C, ...from, to, ...inWeight]);
  arena.kernels.places(lattice, 0, a.size * b.size * c.size * C, rows);
}

/** Adds the images n … next of a part to the float64 sums; with one block in all, or in a part that the stage cuts, to dw. */
function addPart(
  arena: Arena,
  plan: Plan,
  group: number,
  panel: number,
  panelBytes: number,
  n: number,
  next: number,
  staged: number,
): void {
  const { g, source, P, together, tiles, tileBytes, some, rows, way, part } = plan;
  const count = (next - n) * P;
  const isCut = next % together !== 0 && next < g.batch;
  const hasWay = plan.total !== 0 && !isCut;
  const from = source.address + (n - staged) * source.image + group * g.channels * 4;
  for (let tile = 0; tile < tiles; tile += some) {
    const total = plan.total + (group * tiles + tile) * tileBytes;
    const sums = part || total;
    const stretch = plan.patches ? SUM_POSITIONS : count;
    for (let first = 0; first < count; first += stretch) {
      const now = Math.min(stretch, count - first);
      const origin = gathered(arena, plan, from, first, now);
      const isLast = first + now === count;
      if (hasWay)
        arena.write(way, [
          first > 0 ? sums : 0,
          0,
          0,
          sums,
          isLast && n >= together ? total : 0,
          isLast ? total : sums,
        ]);
      arena.kernels.accumulate(
        rows + tile * MR * PLACE,
        Math.min(some, tiles - tile),
        panel + first * NR * 4,
        panelBytes,
        g.filters,
        plan.walk,
        origin,
        plan.packed,
        n % together !== 0,
        hasWay ? way : 0,
      );
    }
  }
}

/** Writes the walk over positions of x and gives their address; with im2col over their patches. */
function gathered(
  arena: Arena,
  { g, source, walk, lattice, patches }: Plan,
  from: number,
  first: number,
  count: number,
): number {
  const [a, b, c] = g.axes;
  const counts = [a.output, b.output, c.output];
  const steps = [source.image, a.stride * source.plane, b.stride * source.row, c.stride * source.pixel];
  if (!patches) {
    arena.write(walk, [count, 0, 0, 0, 0, 0, ...counts, ...steps]);
    return from;
  }
  const { runs, table, places, matrix } = patches;
  arena.write(lattice, [1, ...counts, from, ...steps, 0, 0, 0, 0, 0]);
  arena.kernels.places(lattice, first, first + count, places);
  arena.kernels.gather(places, count, table, runs.offsets.length, runs.length, matrix);
  arena.write(walk, [count, 0, 0, 0, 0, 0, 1, 1, count, 0, 0, 0, runs.offsets.length * runs.length]);
  return matrix;
}
