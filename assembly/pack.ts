// Packing: matrices into panels of 8 columns, zero-padded copies of images, and the scan for ∞ and NaN.
//
//   panel j, row r:  source[r][8j … 8j+7], zeros beyond the last column

import { NR } from './blocks';
import { Lattice } from './geometry';

/** Packs `rows` × `columns` values, `rowStep` and `columnStep` bytes apart, into panels `panelBytes` apart. */
export function pack(panel: usize, panelBytes: usize, source: usize, rows: i32, rowStep: usize, columns: i32, columnStep: usize): void {
  for (let j = 0; j < columns; j += NR) {
    const lanes = min(NR, columns - j);
    if (lanes == NR && columnStep == 4) packWhole(panel, source, rows, rowStep);
    else packSome(panel, source, rows, rowStep, lanes, columnStep);
    panel += panelBytes;
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

/** Copies `bytes` from the source of every row of the lattice to its destination. */
export function copyRows(l: Lattice, bytes: usize): void {
  for (let image: usize = 0; image < l.images; image++) {
    for (let plane: usize = 0; plane < l.planes; plane++) {
      let source = l.source + image * l.sourceImage + plane * l.sourcePlane;
      let destination = l.destination + image * l.destinationImage + plane * l.destinationPlane;
      for (let row: usize = 0; row < l.rows; row++) {
        memory.copy(destination, source, bytes);
        source += l.sourceRow;
        destination += l.destinationRow;
      }
    }
  }
}

export function zero(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}

/** Whether none of `count` float32 values is ∞ or NaN, that is, has an exponent of all ones. Spec numerics-padding. */
export function finite(address: usize, count: i32): bool {
  const exponent = i32x4.splat(0x7f800000);
  let found = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    found = v128.or(found, i32x4.eq(v128.and(v128.load(address + i * 4), exponent), exponent));
  }
  for (; i < count; i++) {
    found = v128.or(found, i32x4.eq(v128.and(v128.load32_splat(address + i * 4), exponent), exponent));
  }
  return !v128.any_true(found);
}
