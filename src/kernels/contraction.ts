// A contraction: phases of windows over a padded source, times panels of weights, into a target.
//
//   for each group: for each phase: for each block of positions:
//     for each pass over the terms: one call that multiplies the block with all panels

import type { Arena } from './arena.ts';
import { FEWEST_POSITIONS, MOST_POSITIONS, MR, NR, PANEL_ROWS, PLACE, SINGLE_ROWS, SOURCE_BYTES } from './blocks.ts';
import { prepareDepthwise } from './depthwise.ts';
import { type Finish, writeEpilogues } from './epilogue.ts';
import { type Panels, packPanels, type Staged } from './panels.ts';
import { type Pass, type Phase, passesOf, type Runs, runsOf, type Three } from './phases.ts';
import type { Placement } from './placement.ts';

/** One side of a contraction: images of `size` cells with `channels` channels in each group. */
export interface Side {
  readonly size: Three<number>;
  readonly channels: number;
}

/** The weights as they lie in memory, whatever runs over them: w[tap][channel of a group][filter of all groups]. */
export interface WeightLayout {
  readonly taps: Three<number>;
  readonly channels: number;
  readonly filters: number;
  /** The terms of a sum: channels in a convolution, the filters of a group in an input gradient. */
  readonly terms: 'channels' | 'filters';
}

/** The numbers of a contraction, without its data. */
export interface Contraction {
  readonly groups: number;
  readonly source: Side;
  readonly target: Side;
  readonly phases: readonly Phase[];
  readonly weights: WeightLayout;
  /** One filter a channel: the channels lie side by side in one group, w is w[tap][channel], and x needs no zeros. */
  readonly depthwise: boolean;
  readonly im2col: boolean;
}

/** Whether the phases write every cell of the target. */
export const isCovered = ({ phases, target: { size } }: Contraction): boolean =>
  phases.reduce((sum, [i, j, k]) => sum + i.positions * j.positions * k.positions, 0) === size[0] * size[1] * size[2];

/** The phases that read zeros around the source: a depthwise contraction leaves out what is not there. */
export const overhanging = (c: Contraction): readonly Phase[] => (c.depthwise ? [] : c.phases);

/** Fills the targets of the first images from their sources. */
export type Run = (images: number) => void;

type TabledPass = Pass & { readonly table: number };

/** A phase made ready: its panels and its tables in the arena, a lattice and an epilogue for each group. */
interface Ready {
  readonly phase: Phase;
  readonly panels: Panels;
  readonly runs: Runs;
  readonly runTable: number;
  readonly passes: readonly TabledPass[];
  /** The passes of a block of one position. */
  readonly single: readonly TabledPass[];
  readonly lattices: readonly number[];
  readonly epilogues: readonly number[];
  /** Positions of one image, and of a block: as many as touch SOURCE_BYTES of the source, or of its patches. */
  readonly positions: number;
  readonly step: number;
}

/** Memory that every block of positions uses: tables, and the patches of im2col. */
interface Block {
  readonly places: number;
  readonly matrix: number;
}

/**
 * Takes all memory of a contraction between two placements of at most `images` images and packs its weights, once. Zeros
 * lie around the source where windows overhang, and meet no ∞ or NaN in w. Spec numerics-padding.
 */
export function prepare(arena: Arena, c: Contraction, w: Staged, source: Placement, target: Placement, finish: Finish): Run {
  if (c.depthwise) return prepareDepthwise(arena, c, w, source, target, finish);
  const epilogues = writeEpilogues(arena, finish, c.groups, c.target.channels);
  const ready = c.phases.map((phase) => preparePhase(arena, c, phase, w, source, target, epilogues));
  const block = makeBlock(arena, ready, c.im2col);
  return (images) => {
    for (let group = 0; group < c.groups; group++) {
      for (const phase of ready) runPhase(arena, c, phase, group, images, block);
    }
  };
}

/** Packs the weights of a phase in the order of its terms, and writes its tables. */
function preparePhase(
  arena: Arena,
  c: Contraction,
  phase: Phase,
  w: Staged,
  source: Placement,
  target: Placement,
  epilogues: readonly number[],
): Ready {
  const panels = packPanels(arena, c, phase, w);
  const runs = runsOf(phase, source, c.source.channels * 4);
  const terms = c.im2col ? { offsets: [0], length: panels.rows * 4 } : runs;
  const passes = (rows: number) => passesOf(terms, rows).map((pass) => ({ ...pass, table: arena.words(pass.offsets) }));
  const bytes = c.im2col ? panels.rows * 4 : source.pixel * phase[2].step;
  const fitting = Math.floor(SOURCE_BYTES / bytes / MR) * MR;
  return {
    phase,
    panels,
    runs,
    runTable: arena.words(runs.offsets),
    passes: passes(PANEL_ROWS),
    single: passes(SINGLE_ROWS),
    lattices: Array.from({ length: c.groups }, (_, group) => arena.words(latticeOf(c, phase, source, target, group))),
    epilogues,
    positions: phase[0].positions * phase[1].positions * phase[2].positions,
    step: Math.max(FEWEST_POSITIONS, Math.min(MOST_POSITIONS, fitting)),
  };
}

/** The positions of a phase: how many there are, and where each of them reads and writes. */
function latticeOf(c: Contraction, [a, b, d]: Phase, source: Placement, target: Placement, group: number): number[] {
  const { plane, row, pixel } = target;
  const first = a.outputStart * plane + b.outputStart * row + d.outputStart * pixel;
  const from = [source.address + group * c.source.channels * 4, source.image];
  const steps = [a.step * source.plane, b.step * source.row, d.step * source.pixel];
  const start = [target.address + first + group * c.target.channels * 4, target.image];
  const strides = [a.outputStep * plane, b.outputStep * row, d.outputStep * pixel];
  return [1, a.positions, b.positions, d.positions, ...from, ...steps, ...start, ...strides];
}

function makeBlock(arena: Arena, ready: readonly Ready[], im2col: boolean): Block {
  const matrix = Math.max(0, ...ready.map(({ step, panels }) => step * panels.rows * 4));
  return { places: arena.take(MOST_POSITIONS * PLACE), matrix: im2col ? arena.take(matrix) : 0 };
}

const tilesOf = (count: number): number => Math.ceil(count / MR);

function runPhase(arena: Arena, c: Contraction, ready: Ready, group: number, images: number, block: Block): void {
  const { kernels } = arena;
  const { runs, runTable, step } = ready;
  const positions = images * ready.positions;
  for (let first = 0; first < positions; first += step) {
    const count = Math.min(step, positions - first);
    kernels.places(ready.lattices[group], first, first + count, block.places);
    if (block.matrix) {
      kernels.gather(block.places, tilesOf(count) * MR, runTable, runs.offsets.length, runs.length, block.matrix);
    }
    runPasses(arena, c, ready, group, count, block);
  }
}

function runPasses({ kernels }: Arena, c: Contraction, ready: Ready, group: number, count: number, block: Block): void {
  const { panels, epilogues } = ready;
  const passes = count === 1 ? ready.single : ready.passes;
  const address = panels.address + group * panels.groupBytes;
  for (let i = 0; i < passes.length; i++) {
    const { table, offsets, length, row } = passes[i];
    const panel = address + row * NR * 4;
    const last = i === passes.length - 1 ? epilogues[group] : 0;
    const runCount = offsets.length;
    kernels.multiply(block.places, count, panel, panels.bytes, c.target.channels, table, runCount, length, i > 0, last);
  }
}
