// What pooling does with the cells under one window: 16 channels at a time in registers, then 4, then the rest.
//
// `list` to `end` holds the byte offsets of the cells from x, in row-major order; it may be empty.

import { LANES } from './blocks';
import { storeSome } from './lanes';

/** Channels of the tail are computed as a whole vector; what lies beyond them is read, never stored. */
@inline
function lanesAt(c: i32, channels: i32): i32 {
  return min(4, channels - c);
}

/** y = max of the cells. pmax(m, v) = m < v ? v : m keeps the first of equals but drops a NaN in v: that is kept apart. Spec pool-max. */
export function maximumCells(x: usize, list: usize, end: usize, y: usize, channels: i32): void {
  let c = 0;
  for (; c + LANES <= channels; c += LANES, x += LANES * 4, y += LANES * 4) {
    let m0 = f32x4.splat(-Infinity), m1 = m0, m2 = m0, m3 = m0;
    let n0 = i32x4.splat(0), n1 = n0, n2 = n0, n3 = n0;
    for (let cell = list; cell != end; cell += 4) {
      const at = x + load<usize>(cell);
      const v0 = v128.load(at), v1 = v128.load(at, 16), v2 = v128.load(at, 32), v3 = v128.load(at, 48);
      m0 = f32x4.pmax(m0, v0), n0 = v128.or(n0, f32x4.ne(v0, v0));
      m1 = f32x4.pmax(m1, v1), n1 = v128.or(n1, f32x4.ne(v1, v1));
      m2 = f32x4.pmax(m2, v2), n2 = v128.or(n2, f32x4.ne(v2, v2));
      m3 = f32x4.pmax(m3, v3), n3 = v128.or(n3, f32x4.ne(v3, v3));
    }
    // A mask of all ones is itself a NaN.
    v128.store(y, v128.or(m0, n0));
    v128.store(y, v128.or(m1, n1), 16);
    v128.store(y, v128.or(m2, n2), 32);
    v128.store(y, v128.or(m3, n3), 48);
  }
  for (; c < channels; c += 4, x += 16, y += 16) {
    let m = f32x4.splat(-Infinity);
    let n = i32x4.splat(0);
    for (let cell = list; cell != end; cell += 4) {
      const v = v128.load(x + load<usize>(cell));
      m = f32x4.pmax(m, v), n = v128.or(n, f32x4.ne(v, v));
    }
    storeSome(y, v128.or(m, n), lanesAt(c, channels));
  }
}

/** y = Σ cells / divisor. Spec pool-average. */
export function averageCells(x: usize, list: usize, end: usize, y: usize, channels: i32, divisor: f32): void {
  const d = f32x4.splat(divisor);
  let c = 0;
  for (; c + LANES <= channels; c += LANES, x += LANES * 4, y += LANES * 4) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let cell = list; cell != end; cell += 4) {
      const at = x + load<usize>(cell);
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
    }
    v128.store(y, f32x4.div(s0, d));
    v128.store(y, f32x4.div(s1, d), 16);
    v128.store(y, f32x4.div(s2, d), 32);
    v128.store(y, f32x4.div(s3, d), 48);
  }
  for (; c < channels; c += 4, x += 16, y += 16) {
    let s = f32x4.splat(0);
    for (let cell = list; cell != end; cell += 4) s = f32x4.add(s, v128.load(x + load<usize>(cell)));
    storeSome(y, f32x4.div(s, d), lanesAt(c, channels));
  }
}

/**
 * dx of the cell that holds the maximum += dy; the other cells get +0, which changes no sum that began at +0.
 * Spec pool-max-gradient.
 */
export function spreadMaximum(x: usize, list: usize, end: usize, dy: usize, dx: usize, channels: i32): void {
  let c = 0;
  for (; c + 4 <= channels; c += 4, x += 16, dy += 16, dx += 16) spreadMaximumTo(x, list, end, dy, dx, 4);
  if (c < channels) spreadMaximumTo(x, list, end, dy, dx, channels - c);
}

@inline
function spreadMaximumTo(x: usize, list: usize, end: usize, dy: usize, dx: usize, lanes: i32): void {
  let m = f32x4.splat(-Infinity);
  let n = i32x4.splat(0);
  for (let cell = list; cell != end; cell += 4) {
    const v = v128.load(x + load<usize>(cell));
    m = f32x4.pmax(m, v), n = v128.or(n, f32x4.ne(v, v));
  }
  // Now a NaN, if there is one, equals nothing: the first cell that is NaN takes dy, or else the first that equals m.
  m = v128.or(m, n);
  let open = v128.load(dy);
  for (let cell = list; cell != end; cell += 4) {
    const v = v128.load(x + load<usize>(cell));
    const here = v128.or(f32x4.eq(v, m), f32x4.ne(v, v));
    const at = dx + load<usize>(cell);
    storeSome(at, f32x4.add(v128.load(at), v128.and(open, here)), lanes);
    open = v128.andnot(open, here);
  }
}

/** dx of every cell += dy / divisor. Spec pool-average-gradient. */
export function spreadAverage(list: usize, end: usize, dy: usize, dx: usize, channels: i32, divisor: f32): void {
  const d = f32x4.splat(divisor);
  let c = 0;
  for (; c + 4 <= channels; c += 4, dy += 16, dx += 16) {
    addTo(list, end, dx, f32x4.div(v128.load(dy), d), 4);
  }
  if (c < channels) addTo(list, end, dx, f32x4.div(v128.load(dy), d), channels - c);
}

@inline
function addTo(list: usize, end: usize, dx: usize, share: v128, lanes: i32): void {
  for (let cell = list; cell != end; cell += 4) {
    const at = dx + load<usize>(cell);
    storeSome(at, f32x4.add(v128.load(at), share), lanes);
  }
}
