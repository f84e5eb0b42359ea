// Pooling and its gradients: the list of the cells under each window, then vectors over channels.
//
//   Inside the input all windows share one list, relative to a window's first cell. A window at the border gets a list of
//   its own, without the cells that are padding.

import { averageCells, maximumCells, maximumExactly, spreadAverage, spreadMaximum } from './pool-cells';
import { longAverageCells, spreadLongAverage, spreadLongMaximum } from './pool-cells-float64';
import { Pool, PoolOperation } from './pool-geometry';

/**
 * Pools the rows of positions from `first` to `end`, which are counted through the planes and images. Spec pool-max,
 * pool-max-gradient, pool-average, pool-average-gradient.
 */
export function pool(g: Pool, first: i32, end: i32): void {
  const wholeEnd = wholeCells(g);
  const planes = g.planes.output, rows = g.rows.output;
  for (let row = first; row < end; row++) poolRow(g, wholeEnd, row / rows / planes, row / rows % planes, row % rows);
}

function poolRow(g: Pool, wholeEnd: usize, image: i32, plane: i32, row: i32): void {
  const a = g.planes, b = g.rows, c = g.columns;
  const inside = a.inside(plane) && b.inside(row);
  const x = image * g.xImage;
  const corner = x + a.first(plane) * g.xPlane + b.first(row) * g.xRow;
  const y = g.y + <usize>(image * g.yImage + plane * g.yPlane + row * g.yRow);
  const divisor = g.divisor + <usize>((plane * b.output + row) * c.output) * 8;
  for (let column = 0; column < c.output; ) {
    const whole = inside ? c.insideFrom(column) : 0;
    g.list = whole > 0 ? g.whole : g.clipped;
    g.listEnd = whole > 0 ? wholeEnd : clippedCells(g, a.first(plane), b.first(row), c.first(column));
    const origin = whole > 0 ? corner + c.first(column) * g.xPixel : x;
    const count = max(1, whole);
    windows(g, count, origin, y + column * g.yPixel, divisor + column * 8);
    column += count;
  }
}

/** Lists the cells of a window that is inside the input, from its first cell; returns the end of the list. */
function wholeCells(g: Pool): usize {
  const a = g.planes, b = g.rows, c = g.columns;
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
  const a = g.planes, b = g.rows, c = g.columns;
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

/** `count` windows side by side: the cells of the list in use, `origin` bytes behind the first cell of x. */
function windows(g: Pool, count: i32, origin: usize, y: usize, divisor: usize): void {
  if (g.doubles) windowsOf<f64>(g, count, origin, y, divisor);
  else windowsOf<f32>(g, count, origin, y, divisor);
}

@inline
function windowsOf<T>(g: Pool, count: i32, origin: usize, y: usize, divisor: usize): void {
  const isLong = sizeof<T>() == 4 && g.isLong != 0, step = <usize>(g.columns.stride * g.xPixel);
  if (g.operation == PoolOperation.maximum) {
    if (sizeof<T>() == 4) maximumCells(g, g.x + origin, y, count);
    else for (; count > 0; count--, origin += step, y += g.yPixel) maximumExactly<T>(g.x + origin, g.list, g.listEnd, y, g.channels);
    return;
  }
  if (g.operation == PoolOperation.average) {
    if (isLong) longAverageCells(g, g.x + origin, y, count, divisor);
    else averageCells<T>(g, g.x + origin, y, count, divisor);
    return;
  }
  for (; count > 0; count--, origin += step, y += g.yPixel, divisor += 8) {
    if (g.operation == PoolOperation.maximumGradient) {
      if (isLong) spreadLongMaximum(g, g.x + origin, y, g.dx + origin * 2);
      else spreadMaximum<T>(g, g.x + origin, y, g.dx + origin);
    } else if (isLong) {
      spreadLongAverage(g, y, g.dx + origin * 2, load<f64>(divisor));
    } else {
      spreadAverage<T>(g, y, g.dx + origin, load<f64>(divisor));
    }
  }
}
