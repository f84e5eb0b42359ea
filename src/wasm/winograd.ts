// Winograd's minimal filtering on the kernels: for blocks of tiles, transform x, one product a plane, transform back.

import type { WinogradTile } from '../reference/winograd.ts';
import type { ConvGeometry } from '../window.ts';
import { LATTICE_BYTES, MR, NR, PLACE } from './blocks.ts';
import { type Arena, withArena } from './engine.ts';
import type { Piece, PieceAxis } from './plan.ts';
import { makeSource } from './source.ts';

/** Fewest and most tiles of a block, and the weights of a plane for each tile: 8 at 64×64, 32 at 128×128 (measured). */
const [FEWEST_TILES, MOST_TILES, WEIGHTS_A_TILE] = [8, 64, 512];

/** Added to the bytes of a plane, so that the entries of a tile do not share a cache set. */
const SKEW = 64;

const tilesOf = (g: ConvGeometry): number => {
  const fitting = Math.floor((g.channels * g.filters) / WEIGHTS_A_TILE / MR) * MR;
  return Math.max(FEWEST_TILES, Math.min(MOST_TILES, fitting));
};

/** y = x ∗ w + b by tiles of m × m outputs. Spec winograd-transforms. */
export function winograd(
  g: ConvGeometry,
  m: WinogradTile,
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | undefined,
  y: Float32Array,
): void {
  withArena('conv', (arena) => run(arena, g, m, x, w, b, y));
}

/** Tiles as the windows of a piece: m cells apart, m + 2 cells long. */
function pieceOf({ axes: [, b, c] }: ConvGeometry, m: WinogradTile): Piece {
  const onAxis = (positions: number, step: number, cells: number, before: number): PieceAxis => ({
    positions,
    step,
    offsets: Array.from({ length: cells }, (_, i) => i - before),
    taps: [],
    outputStart: 0,
    outputStep: step,
  });
  const tiles = ({ output, before }: typeof b): PieceAxis => onAxis(Math.ceil(output / m), m, m + 2, before);
  return [onAxis(1, 1, 1, 0), tiles(b), tiles(c)];
}

function run(
  arena: Arena,
  g: ConvGeometry,
  m: WinogradTile,
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | undefined,
  y: Float32Array,
): void {
  const { kernels } = arena;
  const [, down, across] = g.axes;
  const [C, F, O] = [g.channels, g.filters, g.groups * g.filters];
  const planes = (m + 2) * (m + 2);
  const piece = pieceOf(g, m);
  const [tilesDown, tilesAcross] = [piece[1].positions, piece[2].positions];
  const source = makeSource(arena, x, g.batch, [1, down.input, across.input], g.groups * C, [piece]);
  const panels = packWeights(arena, g, m, w);
  const groupBytes = planes * Math.ceil(F / NR) * C * NR * 4;
  const floats = y.length / g.batch;
  const target = arena.take(source.images * floats * 4);
  const bias = arena.take(O * 4);
  if (b) arena.floats(bias, O).set(b);
  const most = tilesOf(g);
  const [inputPlane, sumPlane] = [most * C * 4 + SKEW, most * F * 4 + SKEW];
  const [inputs, sums] = [arena.take(planes * inputPlane), arena.take(planes * sumPlane)];
  const [row, pixel] = [across.output * O * 4, O * 4];
  const counts = [down.output, across.output, tilesDown, tilesAcross];
  const steps = [source.pixel, source.row, pixel, row];
  const plan = arena.words([m, C, F, ...steps, ...counts, inputs, inputPlane, sums, sumPlane]);
  const runs = arena.words(Array.from({ length: planes }, (_, e) => e * inputPlane));
  const [lattice, epilogue] = [arena.take(LATTICE_BYTES), arena.words([0, 0, 0, 0, 0])];
  const [tiles, products] = [arena.take(most * PLACE), arena.take(most * PLACE)];
  arena.write(lattice, [1, 1, 1, most, inputs, 0, 0, 0, C * 4, sums, 0, 0, 0, F * 4]);
  kernels.places(lattice, 0, most, products);
  for (let first = 0; first < g.batch; first += source.images) {
    const end = Math.min(g.batch, first + source.images);
    source.load(first, end);
    const positions = (end - first) * tilesDown * tilesAcross;
    for (let group = 0; group < g.groups; group++) {
      const from = [source.address - source.before + group * C * 4, source.image, 0, m * source.row, m * source.pixel];
      const to = [target + group * F * 4, floats * 4, 0, m * row, m * pixel];
      arena.write(lattice, [end - first, 1, tilesDown, tilesAcross, ...from, ...to]);
      arena.write(epilogue, [bias + group * F * 4]);
      for (let tile = 0; tile < positions; tile += most) {
        const count = Math.min(most, positions - tile);
        kernels.places(lattice, tile, tile + count, tiles);
        kernels.winogradInputs(plan, tiles, count);
        kernels.winogradSums(plan, products, Math.ceil(count / MR), runs, panels + group * groupBytes);
        kernels.winogradOutputs(plan, tiles, tile, count, b ? epilogue : 0);
      }
    }
    y.set(arena.floats(target, (end - first) * floats), first * floats);
  }
}

/** The transformed weights of all groups, as panels in each plane. */
function packWeights(arena: Arena, g: ConvGeometry, m: WinogradTile, w: Float32Array): number {
  const [C, F, O] = [g.channels, g.filters, g.groups * g.filters];
  const groupBytes = (m + 2) * (m + 2) * Math.ceil(F / NR) * C * NR * 4;
  const stage = arena.take(w.byteLength);
  const panels = arena.take(g.groups * groupBytes);
  arena.floats(stage, w.length).set(w);
  for (let group = 0; group < g.groups; group++) {
    arena.kernels.winogradWeights(m, stage + group * F * 4, O * 4, C, F, panels + group * groupBytes);
  }
  return panels;
}
