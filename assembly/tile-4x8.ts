// The tile: the multiply-adds of convolution and input gradient. That of the weight gradient is in weight-gradient.ts.
//
//              8 channels                 each step: 4 scalars × 2 vectors, 8 products, 8 sums;
//   4 rows  [ a00 | a01 ]                 lanes are different sums, never parts of one.
//           [ a10 | a11 ]  += row · panel  The product is rounded, then the sum. Spec numerics-order.
//           [ a20 | a21 ]
//           [ a30 | a31 ]                 k is not unrolled: unrolling spills in V8 11 and 12 (measured).

import { NR } from './blocks';
import { storeFinished } from './epilogue';
import { Product } from './product';

/**
 * y[4 places][8 channels] = Σ over the runs of a product: `panel` holds rows of 8 weights in the order of the terms.
 * `channel` is the byte offset of the panel in y and in the epilogue's arrays; the first `lanes` of the 8 channels exist.
 */
export function tile(g: Product, places: usize, panel: usize, channel: usize, lanes: i32): void {
  const y0 = load<usize>(places, 4) + channel;
  const y1 = load<usize>(places, 12) + channel;
  const y2 = load<usize>(places, 20) + channel;
  const y3 = load<usize>(places, 28) + channel;
  let a00 = f32x4.splat(0), a01 = f32x4.splat(0);
  let a10 = f32x4.splat(0), a11 = f32x4.splat(0);
  let a20 = f32x4.splat(0), a21 = f32x4.splat(0);
  let a30 = f32x4.splat(0), a31 = f32x4.splat(0);
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
      const v0 = v128.load32_splat(x0);
      a00 = f32x4.add(a00, f32x4.mul(v0, w0));
      a01 = f32x4.add(a01, f32x4.mul(v0, w1));
      const v1 = v128.load32_splat(x1);
      a10 = f32x4.add(a10, f32x4.mul(v1, w0));
      a11 = f32x4.add(a11, f32x4.mul(v1, w1));
      const v2 = v128.load32_splat(x2);
      a20 = f32x4.add(a20, f32x4.mul(v2, w0));
      a21 = f32x4.add(a21, f32x4.mul(v2, w1));
      const v3 = v128.load32_splat(x3);
      a30 = f32x4.add(a30, f32x4.mul(v3, w0));
      a31 = f32x4.add(a31, f32x4.mul(v3, w1));
      x0 += 4;
      x1 += 4;
      x2 += 4;
      x3 += 4;
      panel += NR * 4;
    } while (x0 != end);
    runs += 4;
  } while (runs != runsEnd);
  const epilogue = g.epilogue;
  storeFinished(a00, a10, a20, a30, epilogue, channel, lanes, y0, y1, y2, y3);
  if (lanes > 4) storeFinished(a01, a11, a21, a31, epilogue, channel + 16, lanes - 4, y0 + 16, y1 + 16, y2 + 16, y3 + 16);
}
