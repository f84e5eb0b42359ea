// Winograd's minimal filtering on the kernels: for each block of tiles it transforms x, multiplies every
// plane with the weights, and transforms the sums back.

import { tilesOn, type WinogradTile } from '../reference/winograd.ts';
import { type ConvGeometry, outputs } from '../window.ts';
import type { Arena } from './arena.ts';
import { forward, imagesOf } from './contraction.ts';
import { Lattice, MR, NR, PLACE, Winograd } from './declared.ts';
import { writeEpilogues } from './epilogue.ts';
import { latticeOf } from './lattice.ts';
import type { Phase, PhaseAxis } from './phases.ts';
import { offsetOf, stridedPlacement } from './placement.ts';
import type { Operands, Run, StagedWeights, WeightedKernel } from './weighted-kernel.ts';

/**
 * The fewest and the most tiles of a block. Between these limits there is a tile for every 512 weights of a plane (measured:
 * best are 16 tiles for 64 channels and 64 filters, 32 for 128 and 128).
 */
const [FEWEST_TILES, MOST_TILES, WEIGHTS_A_TILE] = [16, 64, 512];

/** Added to the bytes of a plane, so that the entries of a tile do not share a cache set. */
const SKEW = 64;

/** How many tiles a block has, so that no block is much smaller than the others. */
const tilesOf = (g: ConvGeometry, positions: number): number => {
  const fitting = Math.floor((g.channels * g.filters) / WEIGHTS_A_TILE);
  const wanted = Math.max(FEWEST_TILES, Math.min(MOST_TILES, fitting));
  const blocks = Math.max(1, Math.round(positions / wanted));
  return Math.ceil(positions / blocks / MR) * MR;
};

/** y = x ∗ w + b by tiles of m × m outputs. Its sums include the zeros of padding. Spec winograd-transforms. */
export const winogradKernel = (g: ConvGeometry, m: WinogradTile): WeightedKernel => {
  const c = forward(g);
  return {
    source: imagesOf(c.source, c),
    target: imagesOf(c.target, c),
    phases: [phaseOf(g, m)],
    isCovered: true,
    skipsPadding: false,
    stagedBytes: 9 * g.channels * g.groups * g.filters * 4,
    prepare: (arena, operands) => prepare(arena, g, m, operands),
  };
};

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

function prepare(arena: Arena, g: ConvGeometry, m: WinogradTile, { weights, source, target, finish }: Operands): Run {
  const { kernels } = arena;
  const [C, F] = [g.channels, g.filters];
  const planes = (m + 2) * (m + 2);
  const [, down, across] = phaseOf(g, m);
  const [tilesDown, tilesAcross] = [down.positions, across.positions];
  const panels = packWeights(arena, g, m, weights);
  const groupBytes = planes * Math.ceil(F / NR) * C * NR * 4;
  const most = tilesOf(g, g.batch * tilesDown * tilesAcross);
  const [inputRow, sumRow] = [Math.ceil(C / 4) * 16, Math.ceil(F / NR) * NR * 4];
  const [inputPlane, sumPlane] = [most * inputRow + SKEW, most * sumRow + SKEW];
  const plan = arena.struct(Winograd, {
    outputs: m,
    channels: C,
    filters: F,
    sourcePixel: source.pixel,
    sourceRow: source.row,
    pixel: target.pixel,
    row: target.row,
    height: g.axes[1].output,
    width: g.axes[2].output,
    tilesDown,
    tilesAcross,
    inputs: arena.take(planes * inputPlane),
    inputPlane,
    inputRow,
    sums: arena.take(planes * sumPlane),
    sumPlane,
    sumRow,
    edge: arena.take(m * m * sumRow),
  });
  const tiles = arena.take(most * PLACE);
  const corner = -offsetOf(source, [0, g.axes[1].before, g.axes[2].before]);
  const lattices = Array.from({ length: g.groups }, (_, group) => {
    const from = stridedPlacement(source, corner + group * C * 4, [0, m, m]);
    const to = stridedPlacement(target, group * F * 4, [0, m, m]);
    return arena.struct(Lattice, latticeOf([1, 1, tilesDown, tilesAcross], from, to));
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

/** The transformed weights of all groups, as panels in each plane. */
function packWeights(arena: Arena, g: ConvGeometry, m: WinogradTile, w: StagedWeights): number {
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
