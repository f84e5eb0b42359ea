// The taps of a depthwise convolution: which of them are inside x, for a run of positions of a row.
//
// As in pooling, all positions of a row whose columns are inside x share one list of taps. At the two ends of a row each
// position gets a list of its own, which leaves out the taps that meet padding: no zeros are needed around x.

/** One axis: for each of `count` taps, position j reads the cell j·step + offset. Offsets ascend. */
@unmanaged
export class TapAxis {
  input: i32;
  positions: i32;
  step: i32;
  count: i32;
  /**
   * A table with three numbers for each tap: its offset in cells, the same in bytes of x, and the byte offset of its
   * weights.
   */
  taps: usize;

  @inline
  offset(t: i32): i32 {
    return load<i32>(this.taps + t * TAP);
  }
}

/** Bytes of a tap in the table of an axis (three numbers), and in a list (two). */
const TAP: i32 = 12;
export const LISTED: i32 = 8;

/** The numbers of one phase of a depthwise convolution. */
@unmanaged
export class Depthwise {
  channels: i32;
  x: usize;
  y: usize;
  w: usize;
  /** Bytes of w from four channels to the next four. */
  wQuad: i32;
  /** The address of an Epilogue, or 0. */
  epilogue: usize;
  /** Room for a list of taps: for each its byte offset in x and the address of its weights. */
  list: usize;
  /** Bytes of x and y from one position to the next column, row and plane. */
  xColumn: i32;
  xRow: i32;
  xPlane: i32;
  yColumn: i32;
  yRow: i32;
  yPlane: i32;
  planes: TapAxis;
  rows: TapAxis;
  columns: TapAxis;
}

/** How many positions from `column` on have the same list. */
export function runFrom(g: Depthwise, column: i32): i32 {
  const c = g.columns;
  if (column * c.step + c.offset(0) < 0) return 1;
  const room = c.input - 1 - c.offset(c.count - 1) - column * c.step;
  return room < 0 ? 1 : min(c.positions - column, room / c.step + 1);
}

/** Lists the taps inside x for a position; returns the end of the list. */
export function listTaps(g: Depthwise, plane: i32, row: i32, column: i32): usize {
  const a = g.planes, b = g.rows, c = g.columns;
  let list = g.list;
  for (let i = 0, ta = a.taps; i < a.count; i++, ta += TAP) {
    if (<u32>(plane * a.step + load<i32>(ta)) >= <u32>a.input) continue;
    for (let j = 0, tb = b.taps; j < b.count; j++, tb += TAP) {
      if (<u32>(row * b.step + load<i32>(tb)) >= <u32>b.input) continue;
      for (let k = 0, tc = c.taps; k < c.count; k++, tc += TAP) {
        if (<u32>(column * c.step + load<i32>(tc)) >= <u32>c.input) continue;
        store<usize>(list, load<usize>(ta, 4) + load<usize>(tb, 4) + load<usize>(tc, 4));
        store<usize>(list, g.w + load<usize>(ta, 8) + load<usize>(tb, 8) + load<usize>(tc, 8), 4);
        list += LISTED;
      }
    }
  }
  return list;
}

/** Whether a list holds all taps of a 3×3 window. */
@inline
export function isGrid(g: Depthwise, end: usize): bool {
  return end - g.list == 9 * LISTED && g.rows.count == 3 && g.columns.count == 3;
}

/** Whether a list that holds all columns is made of rows of three taps. */
@inline
export function isThreeWide(g: Depthwise, end: usize): bool {
  return end != g.list && g.planes.count == 1 && g.columns.count == 3;
}
