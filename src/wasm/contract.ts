// A contraction: pieces of windows over a padded source, times panels of weights, into a target.
//
//   for images staged together: for each group: for each piece: for each block of positions:
//     for each pass over the terms: one call that multiplies the block with all panels

import { FEWEST_POSITIONS, LATTICE_BYTES, MOST_POSITIONS, MR, NR, PLACE, SOURCE_BYTES } from './blocks.ts';
import type { Arena } from './engine.ts';
import { type Pass, type Piece, passesOf, type Runs, runsOf, type Three } from './plan.ts';
import { makeSource, type Source } from './source.ts';

/** One side of a contraction: float32 images of `size` cells with `channels` channels in each group. */
export interface Side {
  readonly data: Float32Array;
  readonly size: Three<number>;
  readonly channels: number;
}

export interface Contraction {
  readonly batch: number;
  readonly groups: number;
  readonly source: Side;
  readonly target: Side;
  readonly pieces: readonly Piece[];
  /** The weights [tap][channel][filter]; the tap sizes; the floats between the channels of source and of target. */
  readonly w: Float32Array;
  readonly taps: Three<number>;
  readonly sourceStep: number;
  readonly targetStep: number;
  /** The floats between two taps and between two groups of w. */
  readonly tapStep: number;
  readonly groupStep: number;
  readonly bias?: Float32Array | undefined;
  /** One filter a channel: the channels lie side by side in one group, and a tap has one row of weights. */
  readonly depthwise: boolean;
}

/** A piece made ready: its panels and its passes in the arena. */
interface Ready {
  readonly piece: Piece;
  readonly panels: number;
  readonly panelBytes: number;
  readonly runs: Runs;
  readonly runTable: number;
  readonly passes: readonly (Pass & { readonly table: number })[];
}

/**
 * Fills the target. Returns false, with the target untouched, if zeros of padding would meet ∞ or NaN in w.
 * Spec numerics-padding.
 */
export function contract(arena: Arena, c: Contraction, im2col: boolean): boolean {
  const { batch, groups, target } = c;
  const source = makeSource(arena, c.source.data, batch, c.source.size, groups * c.source.channels, c.pieces);
  const w = arena.take(c.w.byteLength);
  arena.floats(w, c.w.length).set(c.w);
  if (source.isPadded && arena.kernels.finite(w, c.w.length) === 0) return false;
  const ready = c.pieces.map((piece) => prepare(arena, c, piece, source, w, im2col));
  const floats = target.data.length / batch;
  const y = arena.take(source.images * floats * 4);
  const bias = c.bias && arena.take(c.bias.byteLength);
  if (bias !== undefined) arena.floats(bias, c.bias!.length).set(c.bias!);
  const cells = target.size[0] * target.size[1] * target.size[2];
  const isCovered = c.pieces.reduce((sum, [i, j, k]) => sum + i.positions * j.positions * k.positions, 0) === cells;
  const block = makeBlock(arena, source, ready, im2col);
  for (let first = 0; first < batch; first += source.images) {
    const end = Math.min(batch, first + source.images);
    source.load(first, end);
    if (!isCovered) arena.kernels.zero(y, (end - first) * floats * 4);
    for (let group = 0; group < groups; group++) {
      for (const piece of ready) runPiece(arena, c, piece, source, group, end - first, y, bias, block);
    }
    target.data.set(arena.floats(y, (end - first) * floats), first * floats);
  }
  return true;
}

/** Packs the weights of a piece in the order of its terms, and writes its tables. */
function prepare(arena: Arena, c: Contraction, piece: Piece, source: Source, w: number, im2col: boolean): Ready {
  const terms = c.depthwise ? 1 : c.source.channels;
  const runs = runsOf(piece, source.axes, source.pixel, terms * 4);
  const rows = piece[0].taps.length * piece[1].taps.length * piece[2].taps.length * terms;
  const panelBytes = rows * NR * 4;
  const groupBytes = Math.ceil(c.target.channels / NR) * panelBytes;
  const panels = arena.take(c.groups * groupBytes);
  for (let group = 0; group < c.groups; group++) {
    let panel = panels + group * groupBytes;
    for (const i of piece[0].taps) {
      for (const j of piece[1].taps) {
        for (const k of piece[2].taps) {
          const tap = (i * c.taps[1] + j) * c.taps[2] + k;
          const from = w + (tap * c.tapStep + group * c.groupStep) * 4;
          arena.kernels.pack(panel, panelBytes, from, terms, c.sourceStep * 4, c.target.channels, c.targetStep * 4);
          panel += terms * NR * 4;
        }
      }
    }
  }
  const passes = passesOf(im2col ? { offsets: [0], length: rows * 4 } : runs);
  return {
    piece,
    panels,
    panelBytes,
    runs,
    runTable: arena.words(runs.offsets),
    passes: passes.map((pass) => ({ ...pass, table: arena.words(pass.offsets) })),
  };
}

/** Memory that every block of positions uses: tables, and the patches of im2col. */
interface Block {
  readonly lattice: number;
  readonly epilogue: number;
  readonly places: number;
  readonly matrix: number;
}

/** The positions of a block: as many as touch SOURCE_BYTES of the source, or of its patches. */
function positionsOf(ready: Ready, source: Source, im2col: boolean): number {
  const bytes = im2col ? ready.panelBytes / NR : source.pixel * ready.piece[2].step;
  const fitting = Math.floor(SOURCE_BYTES / bytes / MR) * MR;
  return Math.max(FEWEST_POSITIONS, Math.min(MOST_POSITIONS, fitting));
}

function makeBlock(arena: Arena, source: Source, ready: readonly Ready[], im2col: boolean): Block {
  const matrix = Math.max(0, ...ready.map((piece) => (positionsOf(piece, source, true) * piece.panelBytes) / NR));
  return {
    lattice: arena.take(LATTICE_BYTES),
    epilogue: arena.words([0, 0, 0, 0, 0]),
    places: arena.take(MOST_POSITIONS * PLACE),
    matrix: im2col ? arena.take(matrix) : 0,
  };
}

function runPiece(
  arena: Arena,
  c: Contraction,
  ready: Ready,
  source: Source,
  group: number,
  images: number,
  y: number,
  bias: number | undefined,
  block: Block,
): void {
  const { kernels } = arena;
  const [a, b, d] = ready.piece;
  const { size, channels } = c.target;
  const pixel = c.groups * channels * 4;
  const [row, plane] = [size[2] * pixel, size[1] * size[2] * pixel];
  const start = y + a.outputStart * plane + b.outputStart * row + d.outputStart * pixel + group * channels * 4;
  const from = [source.address + group * c.source.channels * 4, source.image];
  const steps = [a.step * source.plane, b.step * source.row, d.step * source.pixel];
  const to = [start, size[0] * plane, a.outputStep * plane, b.outputStep * row, d.outputStep * pixel];
  arena.write(block.lattice, [images, a.positions, b.positions, d.positions, ...from, ...steps, ...to]);
  if (bias !== undefined) arena.write(block.epilogue, [bias + group * channels * 4]);
  const panels = ready.panels + group * Math.ceil(channels / NR) * ready.panelBytes;
  const positions = images * a.positions * b.positions * d.positions;
  const step = positionsOf(ready, source, block.matrix > 0);
  for (let first = 0; first < positions; first += step) {
    const count = Math.min(step, positions - first);
    kernels.places(block.lattice, first, first + count, block.places);
    const tiles = Math.ceil(count / MR);
    if (block.matrix) {
      const { runs, runTable } = ready;
      kernels.gather(block.places, tiles * MR, runTable, runs.offsets.length, runs.length, block.matrix);
    }
    if (c.depthwise) {
      const { panelBytes, runTable, runs } = ready;
      const epilogue = bias !== undefined ? block.epilogue : 0;
      kernels.depthwise(block.places, tiles, panels, panelBytes, channels, runTable, runs.offsets.length, epilogue);
      continue;
    }
    ready.passes.forEach(({ table, offsets, length, row }, i) => {
      const epilogue = bias !== undefined && i === ready.passes.length - 1 ? block.epilogue : 0;
      const panel = panels + row * NR * 4;
      kernels.multiply(
        block.places,
        tiles,
        panel,
        ready.panelBytes,
        channels,
        table,
        offsets.length,
        length,
        i > 0,
        epilogue,
      );
    });
  }
}
