// The tile: the multiply-adds of convolution and input gradient. That of the weight gradient is in weight-gradient.ts.
//
//              8 channels                 each step: 4 scalars × 2 vectors, 8 products, 8 sums;
//   4 rows  [ a00 | a01 ]                 lanes are different sums, never parts of one.
//           [ a10 | a11 ]  += row · panel  The product is rounded, then the sum. Spec numerics-order.
//           [ a20 | a21 ]
//           [ a30 | a31 ]                 k is not unrolled: unrolling spills in V8 11 and 12 (measured).

import { ROW } from './blocks';
import { storeFinished } from './epilogue';
import { Product } from './product';

/**
 * y[4 places][8 channels] = Σ over the runs of a product: `panel` holds rows of 8 weights in the order of the terms. In
 * float64 both vectors hold two channels, and a row four weights.
 * `channel` is the byte offset of the panel in y and in the epilogue's arrays; the first `lanes` of the 8 channels exist.
 */
export function tile<T>(g: Product, places: usize, panel: usize, channel: usize, lanes: i32): void {
  const y0 = load<usize>(places, 4) + channel;
  const y1 = load<usize>(places, 12) + channel;
  const y2 = load<usize>(places, 20) + channel;
  const y3 = load<usize>(places, 28) + channel;
  let a00 = i32x4.splat(0), a01 = i32x4.splat(0);
  let a10 = i32x4.splat(0), a11 = i32x4.splat(0);
  let a20 = i32x4.splat(0), a21 = i32x4.splat(0);
  let a30 = i32x4.splat(0), a31 = i32x4.splat(0);
  if (g.reload) {
    a00 = v128.load(y0), a01 = v128.load(y0, 16);
    a10 = v128.load(y1), a11 = v128.load(y1, 16);
    a20 = v128.load(y2), a21 = v128.load(y2, 16);
    a30 = v128.load(y3), a31 = v128.load(y3, 16);
  }
  const runsEnd = g.runsEnd, length = g.length;
  let runs = g.runs;
  do {
    const offset = load<usize>(runs);
    let x0 = load<usize>(places, 0) + offset;
    let x1 = load<usize>(places, 8) + offset;
    let x2 = load<usize>(places, 16) + offset;
    let x3 = load<usize>(places, 24) + offset;
    const end = x0 + length;
    do {
      const w0 = v128.load(panel);
      const w1 = v128.load(panel, 16);
      const v0 = v128.load_splat<T>(x0);
      a00 = v128.add<T>(a00, v128.mul<T>(v0, w0));
      a01 = v128.add<T>(a01, v128.mul<T>(v0, w1));
      const v1 = v128.load_splat<T>(x1);
      a10 = v128.add<T>(a10, v128.mul<T>(v1, w0));
      a11 = v128.add<T>(a11, v128.mul<T>(v1, w1));
      const v2 = v128.load_splat<T>(x2);
      a20 = v128.add<T>(a20, v128.mul<T>(v2, w0));
      a21 = v128.add<T>(a21, v128.mul<T>(v2, w1));
      const v3 = v128.load_splat<T>(x3);
      a30 = v128.add<T>(a30, v128.mul<T>(v3, w0));
      a31 = v128.add<T>(a31, v128.mul<T>(v3, w1));
      x0 += sizeof<T>();
      x1 += sizeof<T>();
      x2 += sizeof<T>();
      x3 += sizeof<T>();
      panel += ROW;
    } while (x0 != end);
    runs += 4;
  } while (runs != runsEnd);
  const epilogue = g.epilogue;
  const half = 16 / <i32>sizeof<T>();
  storeFinished<T>(a00, a10, a20, a30, epilogue, channel, lanes, y0, y1, y2, y3);
  if (lanes > half) storeFinished<T>(a01, a11, a21, a31, epilogue, channel + 16, lanes - half, y0 + 16, y1 + 16, y2 + 16, y3 + 16);
}
