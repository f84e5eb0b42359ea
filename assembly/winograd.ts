// Winograd's minimal filtering for 3×3 windows of stride 1: m×m outputs from (m+2)×(m+2) cells.
//
//   y = Aᵀ [ Σ_c (G w_c Gᵀ) ∘ (Bᵀ x_c B) ] A
//
// The (m+2)² entries are planes: the sums over channels are one product of matrices in each (winograd-sums.ts).
// Transforms work on four channels or filters at once: columns first, into scratch memory, then rows.

import { NR } from './blocks';
import { finish } from './epilogue';
import { PLACE } from './lattice';
import { winogradColumns } from './scratch';
import { transformInput, transformOutput, transformWeight } from './winograd-transforms';

/**
 * The numbers of one block of tiles. In `inputs`, a plane has `inputPlane` bytes and a tile's row `inputRow`; likewise in
 * `sums`.
 */
@unmanaged
export class Winograd {
  /** m: 2 or 4. */
  outputs: i32;
  channels: i32;
  filters: i32;
  /** Bytes from one pixel and row of the source to the next, and of y. */
  sourcePixel: usize;
  sourceRow: usize;
  pixel: usize;
  row: usize;
  /** Positions of y, and tiles that cover them. */
  height: i32;
  width: i32;
  tilesDown: i32;
  tilesAcross: i32;
  inputs: usize;
  inputPlane: usize;
  inputRow: usize;
  sums: usize;
  sumPlane: usize;
  sumRow: usize;
  /** Room for the outputs of one tile. */
  edge: usize;
}

/** Bytes of a row of what the first of the two passes of a transform leaves. */
const COLUMNS: usize = 6 * 16;

/**
 * The weights of one group, w[9][channels] rows of filters `rowStep` bytes apart, into panels of 8 filters in each
 * plane: panel[plane][filters / 8][channels][8].
 */
export function winogradWeights(m: i32, w: usize, rowStep: usize, channels: i32, filters: i32, panel: usize): void {
  const size: usize = m + 2, columns = winogradColumns();
  const tap = <usize>channels * rowStep;
  const panelBytes = <usize>(channels * NR * 4);
  const plane = <usize>((filters + NR - 1) / NR) * panelBytes;
  for (let c = 0; c < channels; c++) {
    for (let o = 0; o < filters; o += 4) {
      const from = w + <usize>c * rowStep + o * 4;
      const to = panel + <usize>(o / NR) * panelBytes + c * (NR * 4) + (o % NR) * 4;
      for (let j: usize = 0; j < 3; j++) transformWeight(m, from + j * tap, 3 * tap, columns + j * 16, COLUMNS);
      for (let i: usize = 0; i < size; i++) transformWeight(m, columns + i * COLUMNS, 16, to + i * size * plane, plane);
    }
  }
}

/** Transforms the cells under `count` tiles into the planes of x. */
export function winogradInputs(g: Winograd, places: usize, count: i32): void {
  for (let t = 0; t < count; t++) {
    inputs(g, load<usize>(places), g.inputs + <usize>t * g.inputRow);
    places += PLACE;
  }
}

@inline
function inputs(g: Winograd, from: usize, to: usize): void {
  const m = g.outputs, size: usize = m + 2, columns = winogradColumns();
  const pixel = g.sourcePixel, row = g.sourceRow, plane = g.inputPlane;
  const end = to + g.inputRow;
  do {
    let cell = from, entry = to;
    for (let j: usize = 0; j < size; j++) {
      transformInput(m, cell, row, columns + j * 16, COLUMNS);
      cell += pixel;
    }
    for (let i: usize = 0; i < size; i++) {
      transformInput(m, columns + i * COLUMNS, 16, entry, plane);
      entry += size * plane;
    }
    from += 16;
    to += 16;
  } while (to != end);
}

/**
 * Transforms the sums of `count` tiles, from the one numbered `first` on, into y. A tile of which only a part lies in y, or
 * whose last vector has fewer than four filters, is computed into `edge`, and what exists is copied from there.
 */
export function winogradOutputs(g: Winograd, places: usize, first: i32, count: i32, epilogue: usize): void {
  const m = g.outputs;
  const edgePixel = <usize>((g.filters + 3) & ~3) * 4;
  for (let t = 0; t < count; t++) {
    const rows = min(m, g.height - ((first + t) / g.tilesAcross % g.tilesDown) * m);
    const across = min(m, g.width - ((first + t) % g.tilesAcross) * m);
    const from = g.sums + <usize>t * g.sumRow;
    const y = load<usize>(places, 4);
    if (rows == m && across == m && g.filters % 4 == 0) {
      outputs(g, from, y, g.row, g.pixel, epilogue);
    } else {
      outputs(g, from, g.edge, <usize>m * edgePixel, edgePixel, epilogue);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < across; j++) {
          memory.copy(y + <usize>i * g.row + <usize>j * g.pixel, g.edge + <usize>(i * m + j) * edgePixel, g.filters * 4);
        }
      }
    }
    places += PLACE;
  }
}

function outputs(g: Winograd, from: usize, y: usize, row: usize, pixel: usize, epilogue: usize): void {
  const m = g.outputs, size: usize = m + 2, columns = winogradColumns();
  const plane = g.sumPlane;
  const end: usize = g.filters * 4;
  for (let o: usize = 0; o < end; o += 16) {
    let entry = from + o, to = y + o;
    for (let j: usize = 0; j < size; j++) {
      transformOutput(m, entry, size * plane, columns + j * 16, COLUMNS);
      entry += plane;
    }
    for (let i: usize = 0; i < <usize>m; i++) {
      transformOutput(m, columns + i * COLUMNS, 16, to, pixel);
      if (epilogue) {
        for (let j: usize = 0; j < <usize>m; j++) v128.store(to + j * pixel, finish(v128.load(to + j * pixel), epilogue, o));
      }
      to += row;
    }
  }
}
