// Winograd's minimal filtering for 3×3 windows of stride 1: m×m outputs from (m+2)×(m+2) cells.
//
//   y = Aᵀ [ Σ_c (G w_c Gᵀ) ∘ (Bᵀ x_c B) ] A
//
// The (m+2)² entries are planes: the sums over channels are one product of matrices in each, by a tile of its own.
// Transforms work on four channels or filters at once: columns first, into `columns`, then rows.

import { MR, NR } from './blocks';
import { multiplyOne } from './dense';
import { PLACE } from './geometry';
import { transformInput, transformOutput, transformWeight } from './winograd-transforms';

/** The numbers of one block of tiles. A plane of x is `inputPlane` bytes, a tile's row in it `inputRow`; so for sums. */
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

/** The first of two passes of a transform: 6 × 6 vectors at most. */
const columns = memory.data(6 * 6 * 16, 16);
const COLUMNS: usize = 6 * 16;

/**
 * The weights of one group, w[9][channels] rows of filters `rowStep` bytes apart, into panels of 8 filters in each
 * plane: panel[plane][filters / 8][channels][8].
 */
export function winogradWeights(m: i32, w: usize, rowStep: usize, channels: i32, filters: i32, panel: usize): void {
  if (m == 2) weights(2, w, rowStep, channels, filters, panel);
  else weights(4, w, rowStep, channels, filters, panel);
}

@inline
function weights(m: i32, w: usize, rowStep: usize, channels: i32, filters: i32, panel: usize): void {
  const size: usize = m + 2;
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

/** The cells under `count` tiles into the planes of x. */
export function winogradInputs(g: Winograd, places: usize, count: i32): void {
  for (let t = 0; t < count; t++) {
    const to = g.inputs + <usize>t * g.inputRow;
    if (g.outputs == 2) inputs(2, g, load<usize>(places), to);
    else inputs(4, g, load<usize>(places), to);
    places += PLACE;
  }
}

@inline
function inputs(m: i32, g: Winograd, from: usize, to: usize): void {
  const size: usize = m + 2;
  const pixel = g.sourcePixel, row = g.sourceRow, plane = g.inputPlane;
  const end = to + g.inputRow;
  do {
    for (let j: usize = 0; j < size; j++) transformInput(m, from + j * pixel, row, columns + j * 16, COLUMNS);
    for (let i: usize = 0; i < size; i++) transformInput(m, columns + i * COLUMNS, 16, to + i * size * plane, plane);
    from += 16;
    to += 16;
  } while (to != end);
}

/** Tiles of a panel's product that read ahead, an eighth of the next panel's bytes at a time: 4 lines in flight. */
const AHEAD: i32 = 4;

/** Weights of all planes that a second-level cache of 1 MB keeps from one block to the next: none of them is far. */
const NEAR: usize = 0x100000;

/** In every plane, sums = x · panels. A last tile by itself goes through the kernel for one place. */
export function winogradSums(g: Winograd, count: i32, panel: usize): void {
  const panelBytes = <usize>(g.channels * NR * 4);
  const planes = (g.outputs + 2) * (g.outputs + 2);
  const whole = count % MR == 1 ? count - 1 : count;
  const weights = <usize>(planes * ((g.filters + NR - 1) / NR)) * panelBytes;
  const ahead: i32 = weights > NEAR ? AHEAD * MR : 0;
  let inputs = g.inputs, sums = g.sums;
  for (let e = 0; e < planes; e++) {
    const first = panel;
    for (let o = 0; o < g.filters; o += NR) {
      let x = inputs, y = sums + o * 4, next = panel + panelBytes;
      const end = next;
      for (let t = 0; t < whole; t += MR) {
        if (t < ahead) sumsAhead(x, g.inputRow, panel, end, y, g.sumRow, next);
        else sumsOf(x, g.inputRow, panel, end, y, g.sumRow);
        x += <usize>MR * g.inputRow;
        y += <usize>MR * g.sumRow;
        next += panelBytes / <usize>AHEAD;
      }
      panel = end;
    }
    if (whole < count) {
      for (let place = lone; place != noRun; place += PLACE) {
        store<usize>(place, inputs + <usize>whole * g.inputRow);
        store<usize>(place, sums + <usize>whole * g.sumRow, 4);
      }
      multiplyOne(lone, first, panelBytes, 0, g.filters, noRun, noRun + 4, <usize>g.channels * 4, false, 0);
    }
    inputs += g.inputPlane;
    sums += g.sumPlane;
  }
}

/** The place of a tile by itself, repeated as `places` does, and its run, at offset 0. */
const lone = memory.data(MR * PLACE + 4, 4);
const noRun = lone + MR * PLACE;

function sumsOf(x: usize, row: usize, panel: usize, end: usize, y: usize, sumRow: usize): void {
  product(x, row, panel, end, y, sumRow, 0, false);
}

function sumsAhead(x: usize, row: usize, panel: usize, end: usize, y: usize, sumRow: usize, next: usize): void {
  product(x, row, panel, end, y, sumRow, next, true);
}

/** As the tile of tile.ts: 4 tiles × 8 filters, k not unrolled; with `ahead` it touches what lies at `next`. */
@inline
function product(x0: usize, row: usize, panel: usize, end: usize, y: usize, sumRow: usize, next: usize, ahead: bool): void {
  let x1 = x0 + row, x2 = x1 + row, x3 = x2 + row;
  let a00 = f32x4.splat(0), a01 = f32x4.splat(0);
  let a10 = f32x4.splat(0), a11 = f32x4.splat(0);
  let a20 = f32x4.splat(0), a21 = f32x4.splat(0);
  let a30 = f32x4.splat(0), a31 = f32x4.splat(0);
  do {
    const w0 = v128.load(panel);
    const w1 = v128.load(panel, 16);
    const v0 = v128.load32_splat(x0);
    a00 = f32x4.add(a00, f32x4.mul(v0, w0));
    a01 = f32x4.add(a01, f32x4.mul(v0, w1));
    const v1 = v128.load32_splat(x1);
    a10 = f32x4.add(a10, f32x4.mul(v1, w0));
    a11 = f32x4.add(a11, f32x4.mul(v1, w1));
    const v2 = v128.load32_splat(x2);
    a20 = f32x4.add(a20, f32x4.mul(v2, w0));
    a21 = f32x4.add(a21, f32x4.mul(v2, w1));
    const v3 = v128.load32_splat(x3);
    a30 = f32x4.add(a30, f32x4.mul(v3, w0));
    a31 = f32x4.add(a31, f32x4.mul(v3, w1));
    if (ahead) {
      load<i32>(next);
      next += NR * 4 / AHEAD;
    }
    x0 += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
    panel += NR * 4;
  } while (panel != end);
  v128.store(y, a00), v128.store(y, a01, 16);
  y += sumRow;
  v128.store(y, a10), v128.store(y, a11, 16);
  y += sumRow;
  v128.store(y, a20), v128.store(y, a21, 16);
  y += sumRow;
  v128.store(y, a30), v128.store(y, a31, 16);
}

/** The sums of `count` tiles, from tile `first` of the images on, into y; what lies beyond y is left out. */
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
  if (g.outputs == 2) outputsOf(2, g, from, y, row, pixel, epilogue);
  else outputsOf(4, g, from, y, row, pixel, epilogue);
}

@inline
function outputsOf(m: i32, g: Winograd, from: usize, y: usize, row: usize, pixel: usize, epilogue: usize): void {
  const size: usize = m + 2;
  const plane = g.sumPlane;
  const end: usize = g.filters * 4;
  for (let o: usize = 0; o < end; o += 16) {
    for (let j: usize = 0; j < size; j++) {
      transformOutput(m, from + o + j * plane, size * plane, columns + j * 16, COLUMNS, 0, 0);
    }
    for (let i: usize = 0; i < <usize>m; i++) {
      transformOutput(m, columns + i * COLUMNS, 16, y + o + i * row, pixel, epilogue, o);
    }
  }
}
