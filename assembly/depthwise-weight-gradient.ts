// The weight gradient of a depthwise convolution, row by row.
//
//   sum[tap][channels] += x[position·step + offset][channels] · dy[position][channels]      positions from left to right

import { PASS_BYTES } from './blocks';
import { nineSums } from './depthwise-3';
import { Depthwise, isGrid, LISTED, listTaps, runFrom } from './depthwise-taps';
import { storeLanes } from './store';

/**
 * Adds the products of `count` positions of an image, row-major from the one numbered `first`, to the sums at w; y is dy.
 * The image lies `xImage` bytes on, its dy `dyImage`. Spec conv-depthwise.
 */
export function depthwiseGradient(g: Depthwise, xImage: usize, dyImage: usize, first: i32, count: i32): void {
  const rows = g.rows.positions, columns = g.columns.positions;
  let column = first % columns, row = first / columns % rows, plane = first / columns / rows;
  while (count > 0) {
    const now = min(count, runFrom(g, column));
    const x = g.x + xImage + <usize>(plane * g.xPlane + row * g.xRow + column * g.xColumn);
    const dy = g.y + dyImage + <usize>(plane * g.yPlane + row * g.yRow + column * g.yColumn);
    addRun(g, x, dy, now, listTaps(g, plane, row, column));
    count -= now;
    column += now;
    if (column < columns) continue;
    column = 0;
    if (++row < rows) continue;
    row = 0;
    plane++;
  }
}

/** Adds the products of `count` positions that share a list, tap by tap, or nine taps at a time in a 3×3 window. */
function addRun(g: Depthwise, x: usize, dy: usize, count: i32, end: usize): void {
  const whole = isGrid(g, end) && count >= 4 ? g.channels & ~3 : 0;
  const together = max(4, PASS_BYTES / g.xColumn);
  for (; count > 0; count -= together) {
    const now = min(count, together);
    for (let c = 0; c < whole; c += 4) nineSums(g, x + c * 4, dy + c * 4, now, c * 4);
    for (let c = whole; c < g.channels; c += 8) {
      for (let tap = g.list; tap != end; tap += LISTED) {
        addTap(g, x + c * 4 + load<usize>(tap), dy + c * 4, now, load<usize>(tap, 4) + c * 4, min(8, g.channels - c));
      }
    }
    x += now * g.xColumn;
    dy += now * g.yColumn;
  }
}

/** Adds the products of one tap, of eight channels of which the first `lanes` exist. */
@inline
function addTap(g: Depthwise, x: usize, dy: usize, count: i32, sum: usize, lanes: i32): void {
  const xStep = <usize>g.xColumn, dyStep = <usize>g.yColumn;
  let low = v128.load(sum), high = v128.load(sum, 16);
  for (; count > 0; count--, x += xStep, dy += dyStep) {
    low = f32x4.add(low, f32x4.mul(v128.load(x), v128.load(dy)));
    high = f32x4.add(high, f32x4.mul(v128.load(x, 16), v128.load(dy, 16)));
  }
  storeLanes<f32>(sum, low, high, lanes);
}
