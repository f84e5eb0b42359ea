// The weight gradient: four (tap, channel) pairs of x against panels of dy, over the positions of an image.
//
//   for images staged together: for each group: for each image: for each chunk of positions: one call for all of dw
//
// An image of one position has one product for its sum, so that the batch is then a single sum over the images.

import { type ConvGeometry, outputs, taps } from '../window.ts';
import type { Arena } from './arena.ts';
import { GRADIENT_POSITIONS, LATTICE_BYTES, MR, NR, PLACE } from './blocks.ts';
import { forwardPiece, type Runs, runsOf, type Three } from './pieces.ts';
import { makeSource, type Source } from './source.ts';

/** Positions of an image that follow each other: `first` is the number of the first one, [plane, row, column] its place. */
interface Chunk {
  readonly first: number;
  readonly at: Three<number>;
  readonly count: Three<number>;
}

/** Cuts the positions of an image into chunks of at most GRADIENT_POSITIONS. */
function chunksOf([planes, rows, columns]: Three<number>): Chunk[] {
  if (planes * rows * columns <= GRADIENT_POSITIONS) {
    return [{ first: 0, at: [0, 0, 0], count: [planes, rows, columns] }];
  }
  const width = Math.min(columns, GRADIENT_POSITIONS);
  const height = width < columns ? 1 : Math.floor(GRADIENT_POSITIONS / columns);
  const chunks: Chunk[] = [];
  for (let plane = 0; plane < planes; plane++) {
    for (let row = 0; row < rows; row += height) {
      for (let column = 0; column < columns; column += width) {
        const first = (plane * rows + row) * columns + column;
        const count = [1, Math.min(height, rows - row), Math.min(width, columns - column)] as const;
        chunks.push({ first, at: [plane, row, column], count });
      }
    }
  }
  return chunks;
}

/** The memory of one weight gradient; `sums` is dw, `image` the bytes from it to the running sums of one image. */
interface Plan {
  readonly g: ConvGeometry;
  readonly source: Source;
  readonly chunks: readonly Chunk[];
  readonly sums: number;
  readonly image: number;
  readonly rows: number;
  readonly lattice: number;
  readonly walk: number;
  readonly packed: number;
  readonly patches?: Patches | undefined;
}

/** Memory of im2col: the patches of a chunk as rows of a matrix. */
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
  const { images, isPadded } = plan.source;
  const [P, F, O] = [outputs(g.axes), g.filters, g.groups * g.filters];
  const panelBytes = images * P * NR * 4;
  const stage = arena.take(images * P * O * 4);
  const panels = arena.take(Math.ceil(F / NR) * panelBytes);
  kernels.zero(plan.sums, dw.byteLength);
  for (let first = 0; first < g.batch; first += images) {
    const end = Math.min(g.batch, first + images);
    plan.source.load(first, end);
    const floats = arena.floats(stage, (end - first) * P * O);
    floats.set(dy.subarray(first * P * O, end * P * O));
    if (isPadded && kernels.finite(stage, floats.length) === 0) return false;
    for (let group = 0; group < g.groups; group++) {
      kernels.pack(panels, panelBytes, stage + group * F * 4, (end - first) * P, O * 4, F, 4);
      rowsOf(arena, plan, group);
      if (P === 1) addImages(arena, plan, group, panels, panelBytes, end - first, first > 0, end === g.batch);
      else for (let n = 0; n < end - first; n++) addImage(arena, plan, group, panels + n * P * NR * 4, panelBytes, n);
    }
  }
  dw.set(arena.floats(plan.sums, dw.length));
  return true;
}

function makePlan(arena: Arena, g: ConvGeometry, x: Float32Array, dw: Float32Array, im2col: boolean): Plan {
  const piece = forwardPiece(g.axes);
  const [a, b, c] = g.axes;
  const source = makeSource(arena, x, g.batch, [a.input, b.input, c.input], g.groups * g.channels, [piece]);
  const sums = arena.take(dw.byteLength);
  const runs = runsOf(piece, source, g.channels * 4);
  const K = taps(g.axes);
  const positions = Math.max(GRADIENT_POSITIONS, source.images) + MR;
  return {
    g,
    source,
    chunks: chunksOf([a.output, b.output, c.output]),
    sums,
    image: arena.take(dw.byteLength) - sums,
    rows: arena.take((K * g.channels + MR) * PLACE),
    lattice: arena.take(LATTICE_BYTES),
    walk: arena.words([0, 0, 0, 0, 0, 0]),
    packed: arena.take(positions * MR * 4),
    patches: im2col
      ? {
          runs,
          table: arena.words(runs.offsets),
          places: arena.take(positions * PLACE),
          matrix: arena.take(positions * K * g.channels * 4),
        }
      : undefined,
  };
}

/** Writes the places of the (tap, channel) pairs of a group: where x begins, relative to the chunk, and the row of dw. */
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

/** Adds image n to dw. */
function addImage(arena: Arena, plan: Plan, group: number, panel: number, panelBytes: number, n: number): void {
  const { g, source, chunks } = plan;
  const [a, b, c] = g.axes;
  const steps = [a.stride * source.plane, b.stride * source.row, c.stride * source.pixel];
  const start = source.address + n * source.image + group * g.channels * 4;
  chunks.forEach(({ first, at, count }, i) => {
    const from = start + at[0] * steps[0] + at[1] * steps[1] + at[2] * steps[2];
    const [origin, reload, last] = [
      gathered(arena, plan, from, [1, ...count], [0, ...steps]),
      i > 0,
      i === chunks.length - 1,
    ];
    if (!plan.patches) arena.write(plan.walk, [...count, steps[2], steps[1], steps[0]]);
    add(arena, plan, panel + first * NR * 4, panelBytes, origin, reload, last);
  });
}

/** Adds images of one position each to the sum that is dw in the end. */
function addImages(
  arena: Arena,
  plan: Plan,
  group: number,
  panel: number,
  panelBytes: number,
  images: number,
  reload: boolean,
  last: boolean,
): void {
  const from = plan.source.address + group * plan.g.channels * 4;
  const origin = gathered(arena, plan, from, [images, 1, 1, 1], [plan.source.image, 0, 0, 0]);
  if (!plan.patches) arena.write(plan.walk, [1, 1, images, plan.source.image, 0, 0]);
  add(arena, plan, panel, panelBytes, origin, reload, last);
}

/** With im2col, the address of the patches of these positions, and a walk over them; otherwise their address in x. */
function gathered(arena: Arena, plan: Plan, from: number, counts: readonly number[], steps: readonly number[]): number {
  if (!plan.patches) return from;
  const { runs, table, places, matrix } = plan.patches;
  const positions = counts.reduce((product, count) => product * count, 1);
  arena.write(plan.lattice, [...counts, from, ...steps, 0, 0, 0, 0, 0]);
  arena.kernels.places(plan.lattice, 0, positions, places);
  arena.kernels.gather(places, positions, table, runs.offsets.length, runs.length, matrix);
  arena.write(plan.walk, [1, 1, positions, runs.offsets.length * runs.length, 0, 0]);
  return matrix;
}

function add(
  arena: Arena,
  { g, rows, walk, packed, image }: Plan,
  panel: number,
  panelBytes: number,
  origin: number,
  reload: boolean,
  last: boolean,
): void {
  const tiles = Math.ceil((taps(g.axes) * g.channels) / MR);
  arena.kernels.accumulate(rows, tiles, panel, panelBytes, g.filters, walk, origin, packed, image, reload, last);
}
