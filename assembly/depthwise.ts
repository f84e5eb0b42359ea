// Depthwise convolution: one filter for each channel, so that a vector of channels of x is multiplied by a vector of
// channels of w. x is read where it lies; the weights of four channels lie together, tap by tap.
//
//   y[position][channels] = Σ over the taps inside x:  x[position·step + offset][channels] · w[tap][channels]

import { threeTaps } from './depthwise-3';
import { Depthwise, isThreeWide, LISTED, listTaps, runFrom } from './depthwise-taps';
import { storeFinishedEight } from './epilogue';

/** One row of positions of the image that lies `xImage` bytes on in x and `yImage` bytes on in y. Spec conv-depthwise. */
export function depthwise(g: Depthwise, xImage: usize, yImage: usize, plane: i32, row: i32): void {
  let x = g.x + xImage + <usize>(plane * g.xPlane + row * g.xRow);
  let y = g.y + yImage + <usize>(plane * g.yPlane + row * g.yRow);
  for (let column = 0, columns = g.columns.positions; column < columns; ) {
    const count = runFrom(g, column);
    someRun(g, x, y, count, listTaps(g, plane, row, column));
    x += count * g.xColumn;
    y += count * g.yColumn;
    column += count;
  }
}

/** The sums of `count` positions side by side that share a list of taps, which ends at `end`. */
function someRun(g: Depthwise, x: usize, y: usize, count: i32, end: usize): void {
  const whole = count >= 4 && isThreeWide(g, end) ? g.channels & ~3 : 0;
  if (whole) threeTaps(g, x, y, count, whole, end);
  if (whole == g.channels) return;
  let i = 0;
  for (; i + 4 <= count && end != g.list; i += 4) four(g, x + i * g.xColumn, y + i * g.yColumn, whole, end);
  for (; i < count; i++) one(g, x + i * g.xColumn, y + i * g.yColumn, whole, end);
}

/** The sums of four positions for the channels from `first` on. */
function four(g: Depthwise, x: usize, y: usize, first: i32, end: usize): void {
  const x1 = x + g.xColumn, x2 = x1 + g.xColumn, x3 = x2 + g.xColumn;
  const y1 = y + g.yColumn, y2 = y1 + g.yColumn, y3 = y2 + g.yColumn;
  for (let c = first; c < g.channels; c += 8) {
    const channel = <usize>(c * 4);
    const lanes = min(8, g.channels - c);
    let a00 = f32x4.splat(0), a01 = a00, a10 = a00, a11 = a00, a20 = a00, a21 = a00, a30 = a00, a31 = a00;
    let tap = g.list;
    do {
      const w = load<usize>(tap, 4) + <usize>(c >> 2) * g.wQuad;
      const w0 = v128.load(w), w1 = v128.load(w + g.wQuad);
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
    storeFinishedEight(y + channel, a00, a01, g.epilogue, channel, lanes);
    storeFinishedEight(y1 + channel, a10, a11, g.epilogue, channel, lanes);
    storeFinishedEight(y2 + channel, a20, a21, g.epilogue, channel, lanes);
    storeFinishedEight(y3 + channel, a30, a31, g.epilogue, channel, lanes);
  }
}

/** The sums of one position for the channels from `first` on; its list may be empty. */
function one(g: Depthwise, x: usize, y: usize, first: i32, end: usize): void {
  for (let c = first; c < g.channels; c += 8) {
    const channel = <usize>(c * 4);
    let low = f32x4.splat(0), high = low;
    for (let tap = g.list; tap != end; tap += LISTED) {
      const w = load<usize>(tap, 4) + <usize>(c >> 2) * g.wQuad;
      const at = x + load<usize>(tap) + channel;
      low = f32x4.add(low, f32x4.mul(v128.load(at), v128.load(w)));
      high = f32x4.add(high, f32x4.mul(v128.load(at, 16), v128.load(w + g.wQuad)));
    }
    storeFinishedEight(y + channel, low, high, g.epilogue, channel, min(8, g.channels - c));
  }
}
