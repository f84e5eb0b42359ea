// Pooling and its gradients: the list of the cells under each window, then lanes over channels.
//
//   inside the input the list is the same for every window, relative to the window's first cell;
//   at the border it is made anew, without the cells that are padding

import { averageCells, maximumCells, spreadAverage, spreadMaximum } from './pool-cells';
import { longAverageCells, spreadLongAverage, spreadLongMaximum } from './pool-cells-float64';

/** One axis of a window: cell(p, k) = p·stride + k·dilation − before, taken where 0 ≤ cell < input. */
@unmanaged
class PoolAxis {
  input: i32;
  size: i32;
  stride: i32;
  dilation: i32;
  before: i32;
  output: i32;

  /** The first cell of position p; below 0 it is padding. */
  @inline
  first(p: i32): i32 {
    return p * this.stride - this.before;
  }

  /** Whether all cells of position p are inside the input. */
  @inline
  inside(p: i32): bool {
    return this.first(p) >= 0 && this.first(p) + (this.size - 1) * this.dilation < this.input;
  }

  /** How many positions from p on have all their cells inside the input. */
  @inline
  insideFrom(p: i32): i32 {
    if (!this.inside(p)) return 0;
    const room = this.input - 1 - (this.size - 1) * this.dilation - this.first(p);
    return min(this.output - p, room / this.stride + 1);
  }
}

export const MAXIMUM: i32 = 0;
export const AVERAGE: i32 = 1;
export const MAXIMUM_GRADIENT: i32 = 2;
export const AVERAGE_GRADIENT: i32 = 3;

/** The numbers of one pooling of one image, followed by its three axes. */
@unmanaged
export class Pool {
  operation: i32;
  /** Whether it adds in float64; then dx is float64, laid out as x. Spec numerics-long. */
  doubles: i32;
  channels: i32;
  /** x of the image; y or dy of the image; dx of the image. */
  x: usize;
  y: usize;
  dx: usize;
  /** The float64 divisors of an average, one for every position. */
  divisor: usize;
  /** Room for two lists of cells, as byte offsets: of a whole window from its first cell, of a clipped one from x. */
  whole: usize;
  clipped: usize;
  /** Bytes from one pixel, row and plane of x (and dx) to the next, and of y (and dy). */
  xPixel: i32;
  xRow: i32;
  xPlane: i32;
  yPixel: i32;
  yRow: i32;
  yPlane: i32;

  @inline
  axis(i: usize): PoolAxis {
    return changetype<PoolAxis>(changetype<usize>(this) + offsetof<Pool>() + i * offsetof<PoolAxis>());
  }
}

/** Pools one row of positions. Spec pool-max, pool-max-gradient, pool-average, pool-average-gradient. */
export function pool(g: Pool, plane: i32, row: i32): void {
  const a = g.axis(0), b = g.axis(1), c = g.axis(2);
  const inside = a.inside(plane) && b.inside(row);
  const corner = a.first(plane) * g.xPlane + b.first(row) * g.xRow;
  const wholeEnd = wholeCells(g);
  const y = g.y + <usize>(plane * g.yPlane + row * g.yRow);
  const divisor = g.divisor + <usize>((plane * b.output + row) * c.output) * 8;
  for (let column = 0; column < c.output; ) {
    const whole = inside ? c.insideFrom(column) : 0;
    const cells = whole > 0 ? g.whole : g.clipped;
    const end = whole > 0 ? wholeEnd : clippedCells(g, a.first(plane), b.first(row), c.first(column));
    const origin = whole > 0 ? corner + c.first(column) * g.xPixel : 0;
    const count = max(1, whole);
    windows(g, count, origin, cells, end, y + column * g.yPixel, divisor + column * 8);
    column += count;
  }
}

/** Lists the cells of a window that is inside the input, from its first cell; returns the end of the list. */
function wholeCells(g: Pool): usize {
  const a = g.axis(0), b = g.axis(1), c = g.axis(2);
  let list = g.whole;
  for (let ka = 0; ka < a.size; ka++) {
    for (let kb = 0; kb < b.size; kb++) {
      for (let kc = 0; kc < c.size; kc++) {
        store<usize>(list, <usize>(ka * a.dilation * g.xPlane + kb * b.dilation * g.xRow + kc * c.dilation * g.xPixel));
        list += 4;
      }
    }
  }
  return list;
}

/** Lists the cells inside the input of the window whose first cell is (i, j, k); returns the end of the list. */
function clippedCells(g: Pool, i: i32, j: i32, k: i32): usize {
  const a = g.axis(0), b = g.axis(1), c = g.axis(2);
  let list = g.clipped;
  for (let ka = 0; ka < a.size; ka++) {
    const ia = i + ka * a.dilation;
    if (<u32>ia >= <u32>a.input) continue;
    for (let kb = 0; kb < b.size; kb++) {
      const ib = j + kb * b.dilation;
      if (<u32>ib >= <u32>b.input) continue;
      for (let kc = 0; kc < c.size; kc++) {
        const ic = k + kc * c.dilation;
        if (<u32>ic >= <u32>c.input) continue;
        store<usize>(list, <usize>(ia * g.xPlane + ib * g.xRow + ic * g.xPixel));
        list += 4;
      }
    }
  }
  return list;
}

/** Windows side by side: the cells of a list, `origin` bytes into the image. */
function windows(g: Pool, count: i32, origin: usize, list: usize, end: usize, y: usize, divisor: usize): void {
  const step = <usize>(g.axis(2).stride * g.xPixel);
  if (g.operation == MAXIMUM) {
    maximumCells(g.x + origin, step, list, end, y, g.yPixel, count, g.channels);
  } else if (g.operation == AVERAGE) {
    if (g.doubles) longAverageCells(g.x + origin, step, list, end, y, g.yPixel, count, g.channels, divisor);
    else averageCells(g.x + origin, step, list, end, y, g.yPixel, count, g.channels, divisor);
  } else {
    for (; count > 0; count--, origin += step, y += g.yPixel, divisor += 8) {
      if (g.doubles) spreadDoubles(g, origin, list, end, y, load<f64>(divisor));
      else if (g.operation == MAXIMUM_GRADIENT) spreadMaximum(g.x + origin, list, end, y, g.dx + origin, g.channels);
      else spreadAverage(list, end, y, g.dx + origin, g.channels, load<f64>(divisor));
    }
  }
}

function spreadDoubles(g: Pool, origin: usize, list: usize, end: usize, y: usize, divisor: f64): void {
  const dx = g.dx + origin * 2;
  if (g.operation == MAXIMUM_GRADIENT) spreadLongMaximum(g.x + origin, list, end, y, dx, g.channels);
  else spreadLongAverage(list, end, y, dx, g.channels, divisor);
}
