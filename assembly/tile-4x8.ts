// The tile: the multiply-adds of convolution and input gradient. That of the weight gradient is in gradient.ts.
//
//              8 channels                 each step: 4 scalars × 2 vectors, 8 products, 8 sums;
//   4 rows  [ a00 | a01 ]                 lanes are different sums, never parts of one.
//           [ a10 | a11 ]  += row · panel  The product is rounded, then the sum. Spec numerics-order.
//           [ a20 | a21 ]
//           [ a30 | a31 ]                 k is not unrolled: unrolling spills in V8 11 and 12 (measured).

import { MR, NR } from './blocks';
import { storeLanes } from './store';

/** What happens to a finished sum, in this order: + bias; (y − mean)·scale + shift; relu. An address of 0 leaves it out. */
@unmanaged
export class Epilogue {
  bias: usize;
  mean: usize;
  scale: usize;
  shift: usize;
  relu: i32;
}

@inline
export function finish(v: v128, e: Epilogue, channel: usize): v128 {
  if (e.bias) v = f32x4.add(v, v128.load(e.bias + channel));
  if (e.scale) v = norm(v, e, channel);
  if (e.relu) v = relu(v);
  return v;
}

@inline
function norm(v: v128, e: Epilogue, channel: usize): v128 {
  v = f32x4.sub(v, v128.load(e.mean + channel));
  return f32x4.add(f32x4.mul(v, v128.load(e.scale + channel)), v128.load(e.shift + channel));
}

/** pmax(v, 0) = v < 0 ? 0 : v, which keeps NaN and −0. Spec activation-relu. */
@inline
function relu(v: v128): v128 {
  return f32x4.pmax(v, f32x4.splat(0));
}

/**
 * y[4 places][8 channels] = Σ over runs: `runs` holds byte offsets from a place's source, `length` is the bytes of every
 * run, `panel` the rows of 8 weights in the same order. With `reload` the sums go on from y. `channel` is the byte
 * offset of the panel in y and in the epilogue's arrays; the first `lanes` of the 8 channels exist.
 */
export function tile(places: usize, panel: usize, runs: usize, runsEnd: usize, length: usize, channel: usize, lanes: i32, reload: bool, epilogue: usize): void {
  const y0 = load<usize>(places, 4) + channel;
  const y1 = load<usize>(places, 12) + channel;
  const y2 = load<usize>(places, 20) + channel;
  const y3 = load<usize>(places, 28) + channel;
  let a00 = f32x4.splat(0), a01 = f32x4.splat(0);
  let a10 = f32x4.splat(0), a11 = f32x4.splat(0);
  let a20 = f32x4.splat(0), a21 = f32x4.splat(0);
  let a30 = f32x4.splat(0), a31 = f32x4.splat(0);
  if (reload) {
    a00 = v128.load(y0), a01 = v128.load(y0, 16);
    a10 = v128.load(y1), a11 = v128.load(y1, 16);
    a20 = v128.load(y2), a21 = v128.load(y2, 16);
    a30 = v128.load(y3), a31 = v128.load(y3, 16);
  }
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
  // Asked once for all eight vectors, and so is `lanes`: a tile of 64 terms takes 4 % less time (measured).
  if (epilogue) {
    const e = changetype<Epilogue>(epilogue);
    if (e.bias) {
      const b0 = v128.load(e.bias + channel), b1 = v128.load(e.bias + channel, 16);
      a00 = f32x4.add(a00, b0), a01 = f32x4.add(a01, b1);
      a10 = f32x4.add(a10, b0), a11 = f32x4.add(a11, b1);
      a20 = f32x4.add(a20, b0), a21 = f32x4.add(a21, b1);
      a30 = f32x4.add(a30, b0), a31 = f32x4.add(a31, b1);
    }
    if (e.scale) {
      a00 = norm(a00, e, channel), a01 = norm(a01, e, channel + 16);
      a10 = norm(a10, e, channel), a11 = norm(a11, e, channel + 16);
      a20 = norm(a20, e, channel), a21 = norm(a21, e, channel + 16);
      a30 = norm(a30, e, channel), a31 = norm(a31, e, channel + 16);
    }
    if (e.relu) {
      a00 = relu(a00), a01 = relu(a01), a10 = relu(a10), a11 = relu(a11);
      a20 = relu(a20), a21 = relu(a21), a30 = relu(a30), a31 = relu(a31);
    }
  }
  if (lanes == NR) {
    v128.store(y0, a00), v128.store(y0, a01, 16);
    v128.store(y1, a10), v128.store(y1, a11, 16);
    v128.store(y2, a20), v128.store(y2, a21, 16);
    v128.store(y3, a30), v128.store(y3, a31, 16);
    return;
  }
  storeLanes(y0, a00, a01, lanes);
  storeLanes(y1, a10, a11, lanes);
  storeLanes(y2, a20, a21, lanes);
  storeLanes(y3, a30, a31, lanes);
}
