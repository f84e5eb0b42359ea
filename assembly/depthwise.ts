// Depthwise convolution: one filter a channel, so that lanes of x meet lanes of w. Both lie as they are.
//
//   y[position][channels] = Σ over the taps inside x:  x[position·step + offset][channels] · w[tap][channels]
//
// Positions of a row whose columns are all inside x have one list of taps in common, as in pooling; at the two ends of
// the row it is made anew. Where padding takes no part, no zeros are needed.

import { storeLanes } from './lanes';
import { nine } from './nine';
import { Epilogue, finish } from './tile';

/** One axis: position j reads the cells j·step + offset, one for each of `count` taps; offsets ascend. */
@unmanaged
class TapAxis {
  input: i32;
  positions: i32;
  step: i32;
  count: i32;
  /** For each tap its offset in cells, then in bytes of x, and the bytes of its row of w. */
  taps: usize;

  @inline
  offset(t: i32): i32 {
    return load<i32>(this.taps + t * TAP);
  }
}

/** Bytes of a tap in the table of an axis, and in a list. */
const TAP: i32 = 12;
const LISTED: i32 = 8;

/** The numbers of one depthwise piece, followed by its three axes. */
@unmanaged
export class Depthwise {
  channels: i32;
  x: usize;
  y: usize;
  w: usize;
  epilogue: usize;
  /** Room for a list of taps: byte offsets in x and in w. */
  list: usize;
  /** Bytes of x and y from one position to the next column, row and plane. */
  xColumn: i32;
  xRow: i32;
  xPlane: i32;
  yColumn: i32;
  yRow: i32;
  yPlane: i32;

  @inline
  axis(i: usize): TapAxis {
    return changetype<TapAxis>(changetype<usize>(this) + offsetof<Depthwise>() + i * offsetof<TapAxis>());
  }
}

/** One row of positions of the image that lies `xImage` and `yImage` bytes on. Spec conv-depthwise. */
export function depthwise(g: Depthwise, xImage: usize, yImage: usize, plane: i32, row: i32): void {
  const c = g.axis(2);
  const x = g.x + xImage + <usize>(plane * g.xPlane + row * g.xRow);
  const y = g.y + yImage + <usize>(plane * g.yPlane + row * g.yRow);
  const room = c.input - 1 - c.offset(c.count - 1);
  const begin = (max(0, -c.offset(0)) + c.step - 1) / c.step;
  const end = room < 0 ? 0 : min(c.positions, room / c.step + 1);
  for (let column = 0; column < c.positions; ) {
    const count = column == begin && begin < end ? end - begin : 1;
    const listEnd = listTaps(g, plane, row, column);
    some(g, x + column * g.xColumn, y + column * g.yColumn, count, listEnd);
    column += count;
  }
}

/** Lists the taps inside x for a position; returns the end of the list. */
function listTaps(g: Depthwise, plane: i32, row: i32, column: i32): usize {
  const a = g.axis(0), b = g.axis(1), c = g.axis(2);
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

/** Bytes of x in one pass of `nine`: what it reads stays in a first-level cache while the channels pass by (measured). */
const PASS_BYTES: i32 = 0x4000;

/** `count` positions side by side with the same list. */
function some(g: Depthwise, x: usize, y: usize, count: i32, end: usize): void {
  const isGrid = end - g.list == 9 * LISTED && g.axis(1).count == 3 && g.axis(2).count == 3;
  const whole = isGrid && count >= 4 ? g.channels & ~3 : 0;
  const together = max(4, PASS_BYTES / g.xColumn);
  for (; count > 0; count -= together) {
    const now = min(count, together);
    for (let c = 0; c < whole; c += 4) {
      nine(x + c * 4, g.xColumn, g.list, y + c * 4, g.yColumn, now, c * 4, g.epilogue);
    }
    if (whole < g.channels) {
      let i = 0;
      for (; i + 4 <= now && end != g.list; i += 4) four(g, x + i * g.xColumn, y + i * g.yColumn, whole, end);
      for (; i < now; i++) one(g, x + i * g.xColumn, y + i * g.yColumn, whole, end);
    }
    x += now * g.xColumn;
    y += now * g.yColumn;
  }
}

/** Four positions, from channel `first` on. */
function four(g: Depthwise, x: usize, y: usize, first: i32, end: usize): void {
  const x1 = x + g.xColumn, x2 = x1 + g.xColumn, x3 = x2 + g.xColumn;
  const y1 = y + g.yColumn, y2 = y1 + g.yColumn, y3 = y2 + g.yColumn;
  for (let c = first; c < g.channels; c += 8) {
    const channel = <usize>(c * 4);
    const lanes = min(8, g.channels - c);
    let a00 = f32x4.splat(0), a01 = a00, a10 = a00, a11 = a00, a20 = a00, a21 = a00, a30 = a00, a31 = a00;
    let tap = g.list;
    do {
      const w = load<usize>(tap, 4) + channel;
      const w0 = v128.load(w), w1 = v128.load(w, 16);
      const at = load<usize>(tap) + channel;
      a00 = f32x4.add(a00, f32x4.mul(v128.load(x + at), w0));
      a01 = f32x4.add(a01, f32x4.mul(v128.load(x + at, 16), w1));
      a10 = f32x4.add(a10, f32x4.mul(v128.load(x1 + at), w0));
      a11 = f32x4.add(a11, f32x4.mul(v128.load(x1 + at, 16), w1));
      a20 = f32x4.add(a20, f32x4.mul(v128.load(x2 + at), w0));
      a21 = f32x4.add(a21, f32x4.mul(v128.load(x2 + at, 16), w1));
      a30 = f32x4.add(a30, f32x4.mul(v128.load(x3 + at), w0));
      a31 = f32x4.add(a31, f32x4.mul(v128.load(x3 + at, 16), w1));
      tap += LISTED;
    } while (tap != end);
    put(y + channel, a00, a01, lanes, channel, g.epilogue);
    put(y1 + channel, a10, a11, lanes, channel, g.epilogue);
    put(y2 + channel, a20, a21, lanes, channel, g.epilogue);
    put(y3 + channel, a30, a31, lanes, channel, g.epilogue);
  }
}

/** One position, from channel `first` on; its list may be empty. */
function one(g: Depthwise, x: usize, y: usize, first: i32, end: usize): void {
  for (let c = first; c < g.channels; c += 8) {
    const channel = <usize>(c * 4);
    let low = f32x4.splat(0), high = low;
    for (let tap = g.list; tap != end; tap += LISTED) {
      const w = load<usize>(tap, 4) + channel;
      const at = x + load<usize>(tap) + channel;
      low = f32x4.add(low, f32x4.mul(v128.load(at), v128.load(w)));
      high = f32x4.add(high, f32x4.mul(v128.load(at, 16), v128.load(w, 16)));
    }
    put(y + channel, low, high, min(8, g.channels - c), channel, g.epilogue);
  }
}

@inline
function put(y: usize, low: v128, high: v128, lanes: i32, channel: usize, epilogue: usize): void {
  if (epilogue) {
    const e = changetype<Epilogue>(epilogue);
    low = finish(low, e, channel), high = finish(high, e, channel + 16);
  }
  storeLanes(y, low, high, lanes);
}
