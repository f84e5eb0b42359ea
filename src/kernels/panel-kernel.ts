// The kernel of a contraction: phases of windows over a padded source, times panels of weights, into a target.
//
//   for each group: for each phase: for each block of positions:
//     for each pass over the terms: one call that multiplies the block with all panels

import type { Arena } from './arena.ts';
import { FEWEST_POSITIONS, MOST_POSITIONS, PANEL_ROWS, SINGLE_ROWS, SOURCE_BYTES } from './blocks.ts';
import { type Contraction, imagesOf, isCovered } from './contraction.ts';
import { Lattice, MR, Product, ROW } from './declared.ts';
import { writeEpilogues } from './epilogue.ts';
import { latticeOf, TABLED } from './lattice.ts';
import { type Panels, packPanels, stagedBytes } from './panels.ts';
import type { Phase } from './phases.ts';
import { offsetOf, stridedPlacement } from './placement.ts';
import { passesOf, type Runs, runsOf, spansOf } from './runs.ts';
import type { Operands, Run, WeightedKernel } from './weighted-kernel.ts';

/** A phase made ready: its tables in the arena, and for each group a lattice and the products of its passes. */
interface Ready {
  readonly runs: Runs;
  readonly runTable: number;
  readonly lattices: readonly number[];
  readonly products: readonly (readonly number[])[];
  /** The products of a block of one position. */
  readonly single: readonly (readonly number[])[];
  /** Positions of one image, and of a block: as many as read SOURCE_BYTES of the source, or of the patches of im2col. */
  readonly positions: number;
  readonly step: number;
}

/** Memory that every block of positions uses: its table of places, and the patches of im2col or 0. */
interface Block {
  readonly places: number;
  readonly patches: number;
}

/**
 * The kernel of any contraction. With `im2col` the cells under each window are first copied into a row of a matrix. Spec
 * conv-forward, conv-input-gradient, conv-algorithm.
 */
export const panelKernel = (c: Contraction, im2col: boolean): WeightedKernel => ({
  source: imagesOf(c.source, c),
  target: imagesOf(c.target, c),
  phases: c.phases,
  isCovered: isCovered(c),
  skipsPadding: true,
  stagedBytes: stagedBytes(c),
  prepare: (arena, operands) => prepare(arena, c, operands, im2col),
});

function prepare(arena: Arena, c: Contraction, operands: Operands, im2col: boolean): Run {
  const epilogues = writeEpilogues(arena, operands.finish, c.groups, c.target.channels * c.words);
  const phases = c.phases.map((phase) => {
    const panels = packPanels(arena, c, phase, operands.weights);
    return { panels, ready: preparePhase(arena, c, operands, { phase, panels, epilogues, im2col }) };
  });
  const patchBytes = phases.map(({ panels, ready }) => ready.step * panels.rows * 4 * c.words);
  const block = {
    places: arena.take(MOST_POSITIONS * TABLED),
    patches: im2col ? arena.take(Math.max(0, ...patchBytes)) : 0,
  };
  return (images) => {
    for (let group = 0; group < c.groups; group++) {
      for (const { ready } of phases) runPhase(arena, ready, group, images, block);
    }
  };
}

/** What the products of a phase are made of. */
interface Parts {
  readonly phase: Phase;
  readonly panels: Panels;
  readonly epilogues: readonly number[];
  readonly im2col: boolean;
}

function preparePhase(arena: Arena, c: Contraction, { source, target }: Operands, parts: Parts): Ready {
  const { phase, panels, epilogues, im2col } = parts;
  const [a, b, d] = phase;
  const value = c.words * 4;
  const runs = runsOf(phase, source, c.source.channels * value);
  const spans = im2col ? undefined : spansOf(phase, c.source.size[1], runs);
  const terms = im2col ? { offsets: [0], length: panels.rows * value } : runs;
  const productsOf = (rows: number): number[][] => {
    const passes = passesOf(terms, rows);
    const tables = passes.map(({ offsets }) => arena.table(offsets));
    return epilogues.map((epilogue, group) =>
      passes.map(({ offsets, length, row }, i) =>
        arena.struct(Product, {
          panel: panels.address + group * panels.groupBytes + (row * ROW) / c.words,
          panelBytes: panels.bytes,
          filters: c.target.channels,
          runs: tables[i],
          runsEnd: tables[i] + offsets.length * 4,
          length,
          firstRun: spans ? Math.floor((row * 4) / runs.length) * 4 : -1,
          doubles: c.words - 1,
          reload: i > 0 ? 1 : 0,
          epilogue: i === passes.length - 1 ? epilogue : 0,
        }),
      ),
    );
  };
  const start = offsetOf(target, [a.outputStart, b.outputStart, d.outputStart]);
  const bytes = im2col ? panels.rows * value : source.pixel * d.step;
  const fitting = Math.floor(SOURCE_BYTES / bytes / MR) * MR;
  const products = productsOf(PANEL_ROWS);
  const spanTable = spans ? arena.table(spans) : 0;
  return {
    runs,
    runTable: im2col ? arena.table(runs.offsets) : 0,
    lattices: epilogues.map((_, group) => {
      const from = stridedPlacement(source, group * c.source.channels * value, [a.step, b.step, d.step]);
      const first = start + group * c.target.channels * value;
      const to = stridedPlacement(target, first, [a.outputStep, b.outputStep, d.outputStep]);
      return arena.struct(Lattice, latticeOf([1, a.positions, b.positions, d.positions], from, to, spanTable));
    }),
    products,
    single: panels.rows > PANEL_ROWS ? productsOf(SINGLE_ROWS) : products,
    positions: a.positions * b.positions * d.positions,
    step: Math.max(FEWEST_POSITIONS, Math.min(MOST_POSITIONS, fitting)),
  };
}

function runPhase({ kernels }: Arena, ready: Ready, group: number, images: number, { places, patches }: Block): void {
  const { runs, runTable, step } = ready;
  const positions = images * ready.positions;
  for (let first = 0; first < positions; first += step) {
    const count = Math.min(step, positions - first);
    kernels.places(ready.lattices[group], first, first + count, places);
    if (patches) {
      const whole = Math.ceil(count / MR) * MR;
      kernels.gather(places, whole, runTable, runs.offsets.length, runs.length, patches);
    }
    const products = count === 1 ? ready.single[group] : ready.products[group];
    for (let i = 0; i < products.length; i++) kernels.multiply(products[i], places, count);
  }
}
