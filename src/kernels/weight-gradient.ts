// The weight gradient: four (tap, channel) pairs of x against panels of dy, over the positions of a part.
//
//   for images staged together: for each group: for each part: for some tiles of dw: one call for all its blocks
//
// A part is an image of several blocks, or some images that are one block. Spec numerics-weight-gradient.

import { imagesOfSum, SUM_POSITIONS } from '../reference/convolution.ts';
import { type ConvGeometry, outputs, taps } from '../window.ts';
import type { Arena } from './arena.ts';
import { LATTICE_BYTES, MR, NR, PART_BYTES, PLACE, TILE_BYTES } from './blocks.ts';
import { forwardPhase, type Runs, runsOf } from './phases.ts';
import { makePaddedInput, type PaddedInput } from './padded-input.ts';

/** The memory of one weight gradient. */
interface Plan {
  readonly g: ConvGeometry;
  readonly source: PaddedInput;
  /** Positions of an image, and images of a part. */
  readonly P: number;
  readonly together: number;
  /** Rows of tiles of a group, the bytes of their float64 sums, and how many of them a call adds to. */
  readonly tiles: number;
  readonly tileBytes: number;
  readonly some: number;
  /** dw, and float64 sums by tiles: those of a part of several blocks, and of all parts before if there are any. */
  readonly dw: number;
  readonly part: number;
  readonly total: number;
  readonly rows: number;
  readonly lattice: number;
  readonly walk: number;
  readonly way: number;
  readonly packed: number;
  readonly patches?: Patches | undefined;
}

/** Images [first, end) of one part that are staged, of one group: the address of x, and of the panels of dy. */
interface Staged {
  readonly group: number;
  readonly first: number;
  readonly end: number;
  readonly x: number;
  readonly panel: number;
  readonly panelBytes: number;
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
  const { P, together, source } = plan;
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
        const panel = panels + (n - first) * P * NR * 4;
        const x = source.address + (n - first) * source.image + group * g.channels * 4;
        addPart(arena, plan, { group, first: n, end: next, x, panel, panelBytes });
      }
    }
  }
  dw.set(arena.floats(plan.dw, dw.length));
  return true;
}

function makePlan(arena: Arena, g: ConvGeometry, x: Float32Array, dw: Float32Array, im2col: boolean): Plan {
  const phase = forwardPhase(g.axes);
  const [a, b, c] = g.axes;
  const source = makePaddedInput(arena, x, g.batch, [a.input, b.input, c.input], g.groups * g.channels, [phase]);
  const runs = runsOf(phase, source, g.channels * 4);
  const [P, K] = [outputs(g.axes), taps(g.axes)];
  const together = imagesOfSum(P);
  const tiles = Math.ceil((K * g.channels) / MR);
  const tileBytes = Math.ceil(g.filters / NR) * TILE_BYTES;
  // With im2col all tiles, so that patches are gathered once.
  const some = im2col ? tiles : Math.min(tiles, Math.max(1, Math.floor(PART_BYTES / tileBytes)));
  return {
    g,
    source,
    P,
    together,
    tiles,
    tileBytes,
    some,
    dw: arena.take(dw.byteLength),
    part: P > SUM_POSITIONS ? arena.take(some * tileBytes) : 0,
    total: g.batch > together ? arena.take(g.groups * tiles * tileBytes) : 0,
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
function rowsOf(arena: Arena, { g, source, dw, rows, lattice, patches }: Plan, group: number): void {
  const [a, b, c] = g.axes;
  const [C, O] = [g.channels, g.groups * g.filters];
  const inSource = [a.dilation * source.plane, b.dilation * source.row, c.dilation * source.pixel, 4];
  const inPatch = [b.size * c.size * C * 4, c.size * C * 4, C * 4, 4];
  const inWeight = [b.size * c.size * C * O * 4, c.size * C * O * 4, C * O * 4, O * 4];
  const to = dw + group * g.filters * 4;
  const from = patches ? [0, ...inPatch] : [-source.before, ...inSource];
  arena.write(lattice, [a.size, b.size, c.size, C, ...from, to, ...inWeight]);
  arena.kernels.places(lattice, 0, a.size * b.size * c.size * C, rows);
}

/** Adds images of a part to the float64 sums, the last ones to dw; so do those of a part that goes on in the next stage. */
function addPart(arena: Arena, plan: Plan, images: Staged): void {
  const { g, P, together, tiles, tileBytes, some, rows, walk, packed } = plan;
  const { first, end, panel, panelBytes } = images;
  const count = (end - first) * P;
  const stretch = plan.patches ? SUM_POSITIONS : count;
  for (let tile = 0; tile < tiles; tile += some) {
    const total = plan.total && plan.total + (images.group * tiles + tile) * tileBytes;
    const now = Math.min(some, tiles - tile);
    for (let p = 0; p < count; p += stretch) {
      const origin = gathered(arena, plan, images.x, p, Math.min(stretch, count - p));
      const way = wayOf(arena, plan, images, total, p > 0, p + stretch >= count);
      const isGoingOn = first % together !== 0;
      const place = rows + tile * MR * PLACE;
      const dy = panel + p * NR * 4;
      arena.kernels.accumulate(place, now, dy, panelBytes, g.filters, walk, origin, packed, isGoingOn, way);
    }
  }
}

/** Writes where the sums of blocks go, as assembly/float64-sums.ts reads it; gives 0 if they stay in dw. */
function wayOf(
  arena: Arena,
  { g, P, together, part, way }: Plan,
  { first, end }: Staged,
  total: number,
  isBegun: boolean,
  isLast: boolean,
): number {
  const isCut = end < g.batch && end % together !== 0;
  if (isCut || (P <= SUM_POSITIONS && !total)) return 0;
  const before = first < together ? 0 : total;
  const to = end < g.batch ? total : 0;
  if (P <= SUM_POSITIONS) arena.write(way, [before, 0, 0, 0, 0, to]);
  else arena.write(way, [isBegun ? part : 0, 0, 0, part, isLast ? before : 0, isLast ? to : part]);
  return way;
}

/** Writes the walk over positions of x and gives their address; with im2col over their patches. */
function gathered(
  arena: Arena,
  { g, source, P, walk, lattice, patches }: Plan,
  from: number,
  first: number,
  count: number,
): number {
  const [a, b, c] = g.axes;
  const counts = [a.output, b.output, c.output];
  const steps = [source.image, a.stride * source.plane, b.stride * source.row, c.stride * source.pixel];
  if (!patches) {
    // Images of one position are walked as a row, in the inner loop.
    const along = P === 1 ? [1, 1, count, 0, 0, 0, source.image] : [...counts, ...steps];
    arena.write(walk, [count, 0, 0, 0, 0, 0, ...along]);
    return from;
  }
  const { runs, table, places, matrix } = patches;
  arena.write(lattice, [1, ...counts, from, ...steps, 0, 0, 0, 0, 0]);
  arena.kernels.places(lattice, first, first + count, places);
  arena.kernels.gather(places, count, table, runs.offsets.length, runs.length, matrix);
  arena.write(walk, [count, 0, 0, 0, 0, 0, 1, 1, count, 0, 0, 0, runs.offsets.length * runs.length]);
  return matrix;
}
