// Packing: matrices into panels of 8 columns, zero-padded copies of images, and the scan for ∞ and NaN.
//
//   panel j, row r:  source[r][8j … 8j+7], zeros beyond the last column

import { MR, NR } from './blocks';
import { Lattice, Walk } from './lattice';

/** Packs `rows` × `columns` values, `rowStep` and `columnStep` bytes apart, into panels `panelBytes` apart. */
export function pack(panel: usize, panelBytes: usize, source: usize, rows: i32, rowStep: usize, columns: i32, columnStep: usize): void {
  for (let j = 0; j < columns; j += NR) {
    const lanes = min(NR, columns - j);
    if (lanes == NR && columnStep == 4) packWhole(panel, source, rows, rowStep);
    else if (lanes == NR && rowStep == 4) packTurned(panel, source, rows, columnStep);
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

/** Packs 8 rows of memory as the columns of a panel, 4×4 values at a time. */
function packTurned(panel: usize, source: usize, rows: i32, columnStep: usize): void {
  const whole = rows & ~3;
  const low = source;
  const high = source + 4 * columnStep;
  for (let r = 0; r < whole; r += 4) {
    turn(panel, low + r * 4, columnStep);
    turn(panel + 16, high + r * 4, columnStep);
    panel += 4 * NR * 4;
  }
  packSome(panel, source + whole * 4, rows - whole, 4, NR, columnStep);
}

/** Transposes 4×4 values: rows of memory `step` bytes apart become columns of rows of 8. */
@inline
function turn(panel: usize, source: usize, step: usize): void {
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

/**
 * The values of x at 4 places along the chosen stretch of a walk from `origin`, side by side: 16 bytes for every position. A walk through x
 * itself would step over whole pixels, whose addresses share few cache sets (measured: half the speed at 512 channels).
 */
export function packWalk(places: usize, walk: Walk, origin: usize, packed: usize): void {
  const x0 = load<usize>(places, 0) + origin;
  const x1 = load<usize>(places, 8) + origin;
  const x2 = load<usize>(places, 16) + origin;
  const x3 = load<usize>(places, 24) + origin;
  const together = x1 == x0 + 4 && x2 == x0 + 8 && x3 == x0 + 12;
  let plane = walk.firstPlane, row = walk.firstRow, column = walk.firstColumn;
  let image = <usize>walk.firstImage * walk.image;
  for (let left = walk.now; left > 0; ) {
    const count = min(left, walk.columns - column);
    const at = image + <usize>plane * walk.plane + <usize>row * walk.row + <usize>column * walk.column;
    if (together) packTogether(x0 + at, walk.column, count, packed);
    else packApart(x0 + at, x1 + at, x2 + at, x3 + at, walk.column, count, packed);
    packed += count * (MR * 4);
    left -= count;
    column = 0;
    if (++row < walk.rows) continue;
    row = 0;
    if (++plane < walk.planes) continue;
    plane = 0;
    image += walk.image;
  }
}

@inline
function packTogether(x: usize, step: usize, count: i32, packed: usize): void {
  for (; count > 0; count--) {
    v128.store(packed, v128.load(x));
    x += step;
    packed += MR * 4;
  }
}

@inline
function packApart(x0: usize, x1: usize, x2: usize, x3: usize, step: usize, count: i32, packed: usize): void {
  for (; count > 0; count--) {
    store<f32>(packed, load<f32>(x0));
    store<f32>(packed, load<f32>(x1), 4);
    store<f32>(packed, load<f32>(x2), 8);
    store<f32>(packed, load<f32>(x3), 12);
    x0 += step;
    x1 += step;
    x2 += step;
    x3 += step;
    packed += MR * 4;
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

/** Sets `bytes` to 0 at the destination of every row of the lattice. */
export function zeroRows(l: Lattice, bytes: usize): void {
  for (let image: usize = 0; image < l.images; image++) {
    for (let plane: usize = 0; plane < l.planes; plane++) {
      let at = l.destination + image * l.destinationImage + plane * l.destinationPlane;
      for (let row: usize = 0; row < l.rows; row++, at += l.destinationRow) memory.fill(at, 0, bytes);
    }
  }
}

/** Writes each of `count` values `times` ≤ 4 times: whole vectors, of which the next value overwrites the rest. */
export function repeat(source: usize, count: i32, times: i32, to: usize): void {
  for (; count > 0; count--, source += 4, to += <usize>times * 4) v128.store(to, v128.load32_splat(source));
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
