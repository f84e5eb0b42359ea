// What pooling does with the cells under a window: 16 channels at a time in registers, then 4, then the rest; in
// float64 two at a time.
//
// The list in use, `g.list` to `g.listEnd`, holds the byte offsets of the cells from x, in row-major order; it may be empty.

import { LANES } from './blocks';
import { dividedBy } from './float64';
import { Pool } from './pool-geometry';
import { storeSome } from './store';

/** Lanes of a vector of T. */
@inline
function lanesOf<T>(): i32 {
  return 16 / <i32>sizeof<T>();
}

/** How many channels of a vector exist. Whole vectors are read and computed, but only existing channels are stored. */
@inline
function lanesAt<T>(c: i32, channels: i32): i32 {
  return min(lanesOf<T>(), channels - c);
}

/**
 * y = max of the cells. pmax(m, v) = m < v ? v : m keeps the first of equal values, but it also keeps m where v is NaN. A
 * sum does not lose a NaN: if the sum of all cells is NaN, which ∞ − ∞ is as well, the windows are computed once more in a
 * way that keeps it. Spec pool-max.
 */
export function maximumCells(g: Pool, x: usize, y: usize, count: i32): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  const xStep = <usize>(g.columns.stride * g.xPixel), yStep = <usize>g.yPixel;
  const whole = (channels & -LANES) * 4;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let i = 0; i < count; i++, x += xStep, y += yStep) {
    for (let c = 0; c < whole; c += LANES * 4) {
      let m0 = f32x4.splat(-Infinity), m1 = m0, m2 = m0, m3 = m0;
      for (let cell = list; cell != end; cell += 4) {
        const at = x + c + load<usize>(cell);
        const v0 = v128.load(at), v1 = v128.load(at, 16), v2 = v128.load(at, 32), v3 = v128.load(at, 48);
        m0 = f32x4.pmax(m0, v0), s0 = f32x4.add(s0, v0);
        m1 = f32x4.pmax(m1, v1), s1 = f32x4.add(s1, v1);
        m2 = f32x4.pmax(m2, v2), s2 = f32x4.add(s2, v2);
        m3 = f32x4.pmax(m3, v3), s3 = f32x4.add(s3, v3);
      }
      v128.store(y + c, m0);
      v128.store(y + c, m1, 16);
      v128.store(y + c, m2, 32);
      v128.store(y + c, m3, 48);
    }
    maximumExactly<f32>(x + whole, list, end, y + whole, channels % LANES);
  }
  const sum = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  if (!v128.any_true(f32x4.ne(sum, sum))) return;
  for (; count > 0; count--) {
    x -= xStep, y -= yStep;
    maximumExactly<f32>(x, list, end, y, whole / 4);
  }
}

/** y = max of the cells, NaN where a cell is NaN. */
export function maximumExactly<T>(x: usize, list: usize, end: usize, y: usize, channels: i32): void {
  for (let c = 0; c < channels; c += lanesOf<T>(), x += 16, y += 16) {
    storeSome<T>(y, maximumAt<T>(x, list, end), lanesAt<T>(c, channels));
  }
}

/** The maximum of a vector of channels, NaN where a cell is NaN: a mask of all ones is itself a NaN. */
@inline
export function maximumAt<T>(x: usize, list: usize, end: usize): v128 {
  let m = v128.splat<T>(-Infinity);
  let n = i32x4.splat(0);
  for (let cell = list; cell != end; cell += 4) {
    const v = v128.load(x + load<usize>(cell));
    m = v128.pmax<T>(m, v), n = v128.or(n, v128.ne<T>(v, v));
  }
  return v128.or(m, n);
}

/** y = Σ cells / divisor, one divisor for each window, in float32 of at most 64. Spec pool-average. */
export function averageCells<T>(g: Pool, x: usize, y: usize, count: i32, divisor: usize): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  const xStep = <usize>(g.columns.stride * g.xPixel), yStep = <usize>g.yPixel;
  const whole = sizeof<T>() == 4 ? (channels & -LANES) * 4 : 0;
  for (; count > 0; count--, x += xStep, y += yStep, divisor += 8) {
    const d = v128.splat<T>(<T>load<f64>(divisor));
    if (sizeof<T>() == 4) for (let c = 0; c < whole; c += LANES * 4) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let cell = list; cell != end; cell += 4) {
        const at = x + c + load<usize>(cell);
        s0 = f32x4.add(s0, v128.load(at));
        s1 = f32x4.add(s1, v128.load(at, 16));
        s2 = f32x4.add(s2, v128.load(at, 32));
        s3 = f32x4.add(s3, v128.load(at, 48));
      }
      v128.store(y + c, f32x4.div(s0, d));
      v128.store(y + c, f32x4.div(s1, d), 16);
      v128.store(y + c, f32x4.div(s2, d), 32);
      v128.store(y + c, f32x4.div(s3, d), 48);
    }
    for (let c = whole, bytes = channels * <i32>sizeof<T>(); c < bytes; c += 16) {
      let s = v128.splat<T>(0);
      for (let cell = list; cell != end; cell += 4) s = v128.add<T>(s, v128.load(x + c + load<usize>(cell)));
      storeSome<T>(y + c, v128.div<T>(s, d), lanesAt<T>(c / <i32>sizeof<T>(), channels));
    }
  }
}

/**
 * dx of the cell that holds the maximum += dy; the other cells get +0, which changes no sum that began at +0.
 * Spec pool-max-gradient.
 */
export function spreadMaximum<T>(g: Pool, x: usize, dy: usize, dx: usize): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  for (let c = 0; c < channels; c += lanesOf<T>(), x += 16, dy += 16, dx += 16) {
    const lanes = lanesAt<T>(c, channels);
    // A NaN, if there is one, equals nothing: the first cell that is NaN takes dy, or else the first that equals m.
    const m = maximumAt<T>(x, list, end);
    let open = v128.load(dy);
    for (let cell = list; cell != end; cell += 4) {
      const v = v128.load(x + load<usize>(cell));
      const here = v128.or(v128.eq<T>(v, m), v128.ne<T>(v, v));
      const at = dx + load<usize>(cell);
      storeSome<T>(at, v128.add<T>(v128.load(at), v128.and(open, here)), lanes);
      open = v128.andnot(open, here);
    }
  }
}

/** dx of every cell += dy / divisor. Spec pool-average-gradient. */
export function spreadAverage<T>(g: Pool, dy: usize, dx: usize, divisor: f64): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  for (let c = 0; c < channels; c += lanesOf<T>(), dy += 16, dx += 16) {
    const lanes = lanesAt<T>(c, channels), v = v128.load(dy);
    const share = sizeof<T>() == 8 ? f64x2.div(v, f64x2.splat(divisor)) : dividedBy(v, divisor);
    for (let cell = list; cell != end; cell += 4) {
      const at = dx + load<usize>(cell);
      storeSome<T>(at, v128.add<T>(v128.load(at), share), lanes);
    }
  }
}
