// Winograd's minimal filtering on the kernels: for blocks of tiles, transform x, one product a plane, transform back.

import type { Weighted } from '../compile/steps.ts';
import { tilesOn, type WinogradTile } from '../reference/winograd.ts';
import { type ConvGeometry, outputs } from '../window.ts';
import { type Arena, withArena } from './arena.ts';
import { MR, NR, PLACE } from './blocks.ts';
import type { Run } from './contraction.ts';
import { type Finish, writeEpilogues } from './epilogue.ts';
import type { Staged } from './panels.ts';
import type { Phase, PhaseAxis } from './phases.ts';
import { densePlacement, type Placement } from './placement.ts';
import { makePaddedInput } from './padded-input.ts';

/** Fewest and most tiles of a block, and the weights of a plane for each tile: 16 at 64×64, 32 at 128×128 (measured). */
const [FEWEST_TILES, MOST_TILES, WEIGHTS_A_TILE] = [16, 64, 512];

/** Added to the bytes of a plane, so that the entries of a tile do not share a cache set. */
const SKEW = 64;

/** Tiles of a block: blocks of about as many as fit, and none much smaller than the others. */
const tilesOf = (g: ConvGeometry, positions: number): number => {
  const fitting = Math.floor((g.channels * g.filters) / WEIGHTS_A_TILE);
  const wanted = Math.max(FEWEST_TILES, Math.min(MOST_TILES, fitting));
  const blocks = Math.max(1, Math.round(positions / wanted));
  return Math.ceil(positions / blocks / MR) * MR;
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
  withArena('conv', (arena) => {
    const [a, down, across] = g.axes;
    const source = makePaddedInput(arena, x, g.batch, [a.input, down.input, across.input], g.groups * g.channels, [
      phaseOf(g, m),
    ]);
    const filters = arena.values(w);
    const floats = y.length / g.batch;
    const stage = arena.take(source.images * floats * 4);
    const target = densePlacement(stage, [1, down.output, across.output], g.groups * g.filters);
    const run = prepareWinograd(arena, g, m, () => filters, source, target, { bias: b });
    for (let first = 0; first < g.batch; first += source.images) {
      const end = Math.min(g.batch, first + source.images);
      source.load(first, end);
      run(end - first);
      y.set(arena.floats(stage, (end - first) * floats), first * floats);
    }
  });
}

/** Tiles as the windows of a phase: m cells apart, m + 2 cells long. */
function phaseOf({ axes: [, b, c] }: ConvGeometry, m: WinogradTile): Phase {
  const onAxis = (positions: number, step: number, cells: number, before: number): PhaseAxis => ({
    positions,
    step,
    offsets: Array.from({ length: cells }, (_, i) => i - before),
    taps: [],
    outputStart: 0,
    outputStep: step,
  });
  const tiles = ({ output, before }: typeof b): PhaseAxis => onAxis(Math.ceil(output / m), m, m + 2, before);
  return [onAxis(1, 1, 1, 0), tiles(b), tiles(c)];
}

/** Takes all memory of the tiles between two placements and transforms the weights, once. Zeros lie around the source. */
function prepareWinograd(
  arena: Arena,
  g: ConvGeometry,
  m: WinogradTile,
  w: Staged,
  source: Placement,
  target: Placement,
  finish: Finish,
): Run {
  const { kernels } = arena;
  const [C, F] = [g.channels, g.filters];
  const planes = (m + 2) * (m + 2);
  const phase = phaseOf(g, m);
  const [tilesDown, tilesAcross] = [phase[1].positions, phase[2].positions];
  const positions = g.batch * tilesDown * tilesAcross;
  const panels = packWeights(arena, g, m, w);
  const groupBytes = planes * Math.ceil(F / NR) * C * NR * 4;
  const most = tilesOf(g, positions);
  const [inputRow, sumRow] = [Math.ceil(C / 4) * 16, Math.ceil(F / NR) * NR * 4];
  const [inputPlane, sumPlane] = [most * inputRow + SKEW, most * sumRow + SKEW];
  const [inputs, sums, edge] = [
    arena.take(planes * inputPlane),
    arena.take(planes * sumPlane),
    arena.take(m * m * sumRow),
  ];
  const counts = [g.axes[1].output, g.axes[2].output, tilesDown, tilesAcross];
  const steps = [source.pixel, source.row, target.pixel, target.row];
  const buffers = [inputs, inputPlane, inputRow, sums, sumPlane, sumRow, edge];
  const plan = arena.words([m, C, F, ...steps, ...counts, ...buffers]);
  const tiles = arena.take(most * PLACE);
  const lattices = Array.from({ length: g.groups }, (_, group) => {
    const first = source.address - overhang(g, source);
    const from = [first + group * C * 4, source.image, 0, m * source.row, m * source.pixel];
    const to = [target.address + group * F * 4, target.image, 0, m * target.row, m * target.pixel];
    return arena.words([1, 1, tilesDown, tilesAcross, ...from, ...to]);
  });
  const epilogues = writeEpilogues(arena, finish, g.groups, F);
  return (images) => {
    const end = images * tilesDown * tilesAcross;
    for (let group = 0; group < g.groups; group++) {
      for (let tile = 0; tile < end; tile += most) {
        const count = Math.min(most, end - tile);
        kernels.places(lattices[group], tile, tile + count, tiles);
        kernels.winogradInputs(plan, tiles, count);
        kernels.winogradSums(plan, count, panels + group * groupBytes);
        kernels.winogradOutputs(plan, tiles, tile, count, epilogues[group]);
      }
    }
  };
}

/** Bytes from the first cell of the first tile to the first cell of x. */
const overhang = ({ axes: [, b, c] }: ConvGeometry, { row, pixel }: Placement): number =>
  b.before * row + c.before * pixel;

/** The transformed weights of all groups, as panels in each plane. */
function packWeights(arena: Arena, g: ConvGeometry, m: WinogradTile, w: Staged): number {
  const [C, F, O] = [g.channels, g.filters, g.groups * g.filters];
  const groupBytes = (m + 2) * (m + 2) * Math.ceil(F / NR) * C * NR * 4;
  const panels = arena.take(g.groups * groupBytes);
  arena.whenReady(() => {
    const stage = w(0, 9 * C * O);
    for (let group = 0; group < g.groups; group++) {
      arena.kernels.winogradWeights(m, stage + group * F * 4, O * 4, C, F, panels + group * groupBytes);
    }
  });
  return panels;
}

/**
 * Whether tiles of m × m cost less than the exact sum. In multiply-adds, measured from 3×3 to 56×56 at 3 to 512 channels:
 * a transform is worth 3 for each entry, and setting up a tile of a product as much as 4 channels; products come in tiles
 * of 4×8. It errs by less than a third, at 16 channels or fewer. Spec compile-arithmetic.
 */
export function winogradPays(g: ConvGeometry, m: WinogradTile): boolean {
  const { channels: C, axes } = g;
  const F = Math.ceil(g.filters / NR) * NR;
  const entries = (m + 2) * (m + 2) * Math.ceil(tilesOn(g, m) / MR) * MR;
  return entries * ((C + 4) * F + 3 * (C + F)) < 9 * outputs(axes) * C * F;
}

/** Winograd's filtering as a step of a compiled net. */
export const winogradWeighted = (g: ConvGeometry, m: WinogradTile): Weighted => ({
  phases: [phaseOf(g, m)],
  staged: 9 * g.channels * g.groups * g.filters * 4,
  prepare: (arena, w, source, target, finish) => prepareWinograd(arena, g, m, w, source, target, finish),
});
