// Packing: a matrix into panels of 8 columns.
//
//   row r of panel j holds source[r][8j … 8j+7], with zeros beyond the last column

import { NR } from './blocks';

/** The numbers of one packing. */
@unmanaged
export class Packing {
  /** The first panel, and the bytes from one panel to the next. */
  panel: usize;
  panelBytes: usize;
  /** The first value of the matrix, its counts, and the bytes from one row and column to the next. */
  source: usize;
  rows: i32;
  rowStep: usize;
  columns: i32;
  columnStep: usize;
  /** Whether the values are float64: a panel then has 4 columns. */
  doubles: i32;
}

/** Packs a matrix panel by panel. */
export function pack(g: Packing): void {
  const rows = g.rows, rowStep = g.rowStep, columnStep = g.columnStep;
  let panel = g.panel, source = g.source;
  if (g.doubles) {
    for (let j = 0; j < g.columns; j += NR / 2) {
      packDoubles(panel, source, rows, rowStep, min(NR / 2, g.columns - j), columnStep);
      panel += g.panelBytes;
      source += <usize>(NR / 2) * columnStep;
    }
    return;
  }
  for (let j = 0; j < g.columns; j += NR) {
    const lanes = min(NR, g.columns - j);
    if (lanes == NR && columnStep == 4) packWhole(panel, source, rows, rowStep);
    else if (lanes == NR && rowStep == 4) packTransposed(panel, source, rows, columnStep);
    else packSome(panel, source, rows, rowStep, lanes, columnStep);
    panel += g.panelBytes;
    source += <usize>NR * columnStep;
  }
}

function packWhole(panel: usize, source: usize, rows: i32, rowStep: usize): void {
  for (let r = 0; r < rows; r++) {
    v128.store(panel, v128.load(source));
    v128.store(panel, v128.load(source, 16), 16);
    panel += NR * 4;
    source += rowStep;
  }
}

/** Packs a panel whose columns lie in memory as rows: transposes 4×4 values at a time. */
function packTransposed(panel: usize, source: usize, rows: i32, columnStep: usize): void {
  const whole = rows & ~3;
  const low = source;
  const high = source + 4 * columnStep;
  for (let r = 0; r < whole; r += 4) {
    transpose(panel, low + r * 4, columnStep);
    transpose(panel + 16, high + r * 4, columnStep);
    panel += 4 * NR * 4;
  }
  packSome(panel, source + whole * 4, rows - whole, 4, NR, columnStep);
}

/** Transposes 4×4 values: what lies in rows `step` bytes apart becomes four columns of a panel. */
@inline
function transpose(panel: usize, source: usize, step: usize): void {
  const a = v128.load(source);
  const b = v128.load(source + step);
  const c = v128.load(source + 2 * step);
  const d = v128.load(source + 3 * step);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(panel, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(panel, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), NR * 4);
  v128.store(panel, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), 2 * NR * 4);
  v128.store(panel, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), 3 * NR * 4);
}

function packSome(panel: usize, source: usize, rows: i32, rowStep: usize, lanes: i32, columnStep: usize): void {
  for (let r = 0; r < rows; r++) {
    let value = source;
    v128.store(panel, f32x4.splat(0));
    v128.store(panel, f32x4.splat(0), 16);
    for (let lane = 0; lane < lanes; lane++) {
      store<f32>(panel + lane * 4, load<f32>(value));
      value += columnStep;
    }
    panel += NR * 4;
    source += rowStep;
  }
}

function packDoubles(panel: usize, source: usize, rows: i32, rowStep: usize, lanes: i32, columnStep: usize): void {
  for (let r = 0; r < rows; r++) {
    for (let lane = 0; lane < NR / 2; lane++) {
      store<f64>(panel + lane * 8, lane < lanes ? load<f64>(source + <usize>lane * columnStep) : 0);
    }
    panel += NR * 4;
    source += rowStep;
  }
}
