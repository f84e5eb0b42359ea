// The tile: the multiply-adds of convolution and input gradient. That of the weight gradient is in weight-gradient.ts.
//
//              8 channels                 each step: 4 scalars × 2 vectors, 8 products, 8 sums;
//   4 rows  [ a00 | a01 ]                 lanes are different sums, never parts of one.
//           [ a10 | a11 ]  += row · panel  The product is rounded, then the sum. Spec numerics-order.
//           [ a20 | a21 ]
//           [ a30 | a31 ]
//
// Two steps a round, with a way out between them: V8 11 and 12 mix what stands in one block and run out of registers, and
// with one step a round an AMD Zen 4 core adds pointers in a fifth of the time (measured).

import { ROW } from './blocks';
import { storeFinished } from './epilogue';
import { plus, Product } from './product';

/**
 * y[4 places][8 channels] = Σ over some runs of a product: `panel` holds rows of 8 weights in the order of the terms. In
 * float64 both vectors hold two channels, and a row four weights.
 * `channel` is the byte offset of the panel in y and in the epilogue's arrays; the first `lanes` of the 8 channels exist.
 * `g` has the numbers that all tiles of a product share; the six others change from tile to tile, and stay in registers.
 */
export function tile<T>(g: Product, runs: usize, runsEnd: usize, places: usize, panel: usize, channel: usize, lanes: i32): void {
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
  const length = g.length;
  if (runs != runsEnd) do {
    const offset = load<usize>(runs);
    let x0 = load<usize>(places, 0) + offset;
    let x1 = load<usize>(places, 8) + offset;
    let x2 = load<usize>(places, 16) + offset;
    let x3 = load<usize>(places, 24) + offset;
    const end = x0 + length;
    let w = panel;
    do {
      const w00 = v128.load(w), w01 = v128.load(w, 16);
      const v00 = v128.load_splat<T>(x0), v01 = v128.load_splat<T>(x1);
      const v02 = v128.load_splat<T>(x2), v03 = v128.load_splat<T>(x3);
      a00 = plus<T>(a00, v00, w00), a01 = plus<T>(a01, v00, w01);
      a10 = plus<T>(a10, v01, w00), a11 = plus<T>(a11, v01, w01);
      a20 = plus<T>(a20, v02, w00), a21 = plus<T>(a21, v02, w01);
      a30 = plus<T>(a30, v03, w00), a31 = plus<T>(a31, v03, w01);
      x0 += sizeof<T>();
      if (x0 == end) break;
      const w10 = v128.load(w, ROW), w11 = v128.load(w, ROW + 16);
      const v10 = v128.load_splat<T>(x0), v11 = v128.load_splat<T>(x1, sizeof<T>());
      const v12 = v128.load_splat<T>(x2, sizeof<T>()), v13 = v128.load_splat<T>(x3, sizeof<T>());
      a00 = plus<T>(a00, v10, w10), a01 = plus<T>(a01, v10, w11);
      a10 = plus<T>(a10, v11, w10), a11 = plus<T>(a11, v11, w11);
      a20 = plus<T>(a20, v12, w10), a21 = plus<T>(a21, v12, w11);
      a30 = plus<T>(a30, v13, w10), a31 = plus<T>(a31, v13, w11);
      x0 += sizeof<T>();
      if (x0 == end) break;
      const w20 = v128.load(w, 2 * ROW), w21 = v128.load(w, 2 * ROW + 16);
      const v20 = v128.load_splat<T>(x0), v21 = v128.load_splat<T>(x1, 2 * sizeof<T>());
      const v22 = v128.load_splat<T>(x2, 2 * sizeof<T>()), v23 = v128.load_splat<T>(x3, 2 * sizeof<T>());
      a00 = plus<T>(a00, v20, w20), a01 = plus<T>(a01, v20, w21);
      a10 = plus<T>(a10, v21, w20), a11 = plus<T>(a11, v21, w21);
      a20 = plus<T>(a20, v22, w20), a21 = plus<T>(a21, v22, w21);
      a30 = plus<T>(a30, v23, w20), a31 = plus<T>(a31, v23, w21);
      x0 += sizeof<T>();
      if (x0 == end) break;
      const w30 = v128.load(w, 3 * ROW), w31 = v128.load(w, 3 * ROW + 16);
      const v30 = v128.load_splat<T>(x0), v31 = v128.load_splat<T>(x1, 3 * sizeof<T>());
      const v32 = v128.load_splat<T>(x2, 3 * sizeof<T>()), v33 = v128.load_splat<T>(x3, 3 * sizeof<T>());
      a00 = plus<T>(a00, v30, w30), a01 = plus<T>(a01, v30, w31);
      a10 = plus<T>(a10, v31, w30), a11 = plus<T>(a11, v31, w31);
      a20 = plus<T>(a20, v32, w30), a21 = plus<T>(a21, v32, w31);
      a30 = plus<T>(a30, v33, w30), a31 = plus<T>(a31, v33, w31);
      x0 += sizeof<T>();
      x1 += 4 * sizeof<T>();
      x2 += 4 * sizeof<T>();
      x3 += 4 * sizeof<T>();
      w += 4 * ROW;
    } while (x0 != end);
    panel += length * (ROW / sizeof<T>());
    runs += 4;
  } while (runs != runsEnd);
  const epilogue = g.epilogue;
  const half = 16 / <i32>sizeof<T>();
  storeFinished<T>(a00, a10, a20, a30, epilogue, channel, lanes, y0, y1, y2, y3);
  if (lanes > half) storeFinished<T>(a01, a11, a21, a31, epilogue, channel + 16, lanes - half, y0 + 16, y1 + 16, y2 + 16, y3 + 16);
}
