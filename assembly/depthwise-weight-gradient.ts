// The weight gradient of a depthwise convolution, row by row.
//
//   sum[tap][channels] += x[position·step + offset][channels] · dy[position][channels]      positions from left to right

import { PASS_BYTES } from './blocks';
import { storeLanes } from './store';
import { nineSums } from './depthwise-3';
import { Depthwise, isGrid, LISTED, listTaps, runFrom } from './depthwise-taps';

/** Adds the products of `count` positions of a row from `column` on, y being dy, to the sums at w. Spec conv-depthwise. */
export function depthwiseGradient(g: Depthwise, xImage: usize, dyImage: usize, plane: i32, row: i32, column: i32, count: i32): void {
  let x = g.x + xImage + <usize>(plane * g.xPlane + row * g.xRow + column * g.xColumn);
  let dy = g.y + dyImage + <usize>(plane * g.yPlane + row * g.yRow + column * g.yColumn);
  for (const end = column + count; column < end; ) {
    const now = min(end - column, runFrom(g, column));
    addRun(g, x, dy, now, listTaps(g, plane, row, column));
    x += now * g.xColumn;
    dy += now * g.yColumn;
    column += now;
  }
}

/** Adds the products of `count` positions to the sums, tap by tap or nine at a time. */
function addRun(g: Depthwise, x: usize, dy: usize, count: i32, end: usize): void {
  const whole = isGrid(g, end) && count >= 4 ? g.channels & ~3 : 0;
  const together = max(4, PASS_BYTES / g.xColumn);
  for (; count > 0; count -= together) {
    const now = min(count, together);
    for (let c = 0; c < whole; c += 4) nineSums(x + c * 4, g.xColumn, g.list, dy + c * 4, g.yColumn, now, c * 4);
    for (let c = whole; c < g.channels; c += 8) {
      for (let tap = g.list; tap != end; tap += LISTED) {
        addTap(x + c * 4 + load<usize>(tap), g.xColumn, dy + c * 4, g.yColumn, now, load<usize>(tap, 4) + c * 4, min(8, g.channels - c));
      }
    }
    x += now * g.xColumn;
    dy += now * g.yColumn;
  }
}

@inline
function addTap(x: usize, xStep: usize, dy: usize, dyStep: usize, count: i32, sum: usize, lanes: i32): void {
  let low = v128.load(sum), high = v128.load(sum, 16);
  for (; count > 0; count--, x += xStep, dy += dyStep) {
    low = f32x4.add(low, f32x4.mul(v128.load(x), v128.load(dy)));
    high = f32x4.add(high, f32x4.mul(v128.load(x, 16), v128.load(dy, 16)));
  }
  storeLanes(sum, low, high, lanes);
}
