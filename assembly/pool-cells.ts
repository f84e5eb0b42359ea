// What pooling does with the cells under a window: 16 channels at a time in registers, then 4, then the rest.
//
// The list in use, `g.list` to `g.listEnd`, holds the byte offsets of the cells from x, in row-major order; it may be empty.

import { LANES } from './blocks';
import { dividedBy } from './float64';
import { Pool } from './pool-geometry';
import { storeSome } from './store';

/** How many of four channels exist. Whole vectors are read and computed, but only existing channels are stored. */
@inline
function lanesAt(c: i32, channels: i32): i32 {
  return min(4, channels - c);
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
    maximumExactly(x + whole, list, end, y + whole, channels % LANES);
  }
  const sum = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  if (!v128.any_true(f32x4.ne(sum, sum))) return;
  for (; count > 0; count--) {
    x -= xStep, y -= yStep;
    maximumExactly(x, list, end, y, whole / 4);
  }
}

/** y = max of the cells, NaN where a cell is NaN. */
function maximumExactly(x: usize, list: usize, end: usize, y: usize, channels: i32): void {
  for (let c = 0; c < channels; c += 4, x += 16, y += 16) {
    storeSome<f32>(y, maximumAt(x, list, end), lanesAt(c, channels));
  }
}

/** The maximum of four channels, NaN where a cell is NaN: a mask of all ones is itself a NaN. */
@inline
export function maximumAt(x: usize, list: usize, end: usize): v128 {
  let m = f32x4.splat(-Infinity);
  let n = i32x4.splat(0);
  for (let cell = list; cell != end; cell += 4) {
    const v = v128.load(x + load<usize>(cell));
    m = f32x4.pmax(m, v), n = v128.or(n, f32x4.ne(v, v));
  }
  return v128.or(m, n);
}

/** y = Σ cells / divisor, one divisor of at most 64 for each window. Spec pool-average. */
export function averageCells(g: Pool, x: usize, y: usize, count: i32, divisor: usize): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  const xStep = <usize>(g.columns.stride * g.xPixel), yStep = <usize>g.yPixel;
  const whole = (channels & -LANES) * 4;
  for (; count > 0; count--, x += xStep, y += yStep, divisor += 8) {
    const d = f32x4.splat(<f32>load<f64>(divisor));
    for (let c = 0; c < whole; c += LANES * 4) {
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
    for (let c = whole; c < channels * 4; c += 16) {
      let s = f32x4.splat(0);
      for (let cell = list; cell != end; cell += 4) s = f32x4.add(s, v128.load(x + c + load<usize>(cell)));
      storeSome<f32>(y + c, f32x4.div(s, d), lanesAt(c / 4, channels));
    }
  }
}

/**
 * dx of the cell that holds the maximum += dy; the other cells get +0, which changes no sum that began at +0.
 * Spec pool-max-gradient.
 */
export function spreadMaximum(g: Pool, x: usize, dy: usize, dx: usize): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  let c = 0;
  for (; c + 4 <= channels; c += 4, x += 16, dy += 16, dx += 16) spreadMaximumTo(x, list, end, dy, dx, 4);
  if (c < channels) spreadMaximumTo(x, list, end, dy, dx, channels - c);
}

@inline
function spreadMaximumTo(x: usize, list: usize, end: usize, dy: usize, dx: usize, lanes: i32): void {
  // A NaN, if there is one, equals nothing: the first cell that is NaN takes dy, or else the first that equals m.
  const m = maximumAt(x, list, end);
  let open = v128.load(dy);
  for (let cell = list; cell != end; cell += 4) {
    const v = v128.load(x + load<usize>(cell));
    const here = v128.or(f32x4.eq(v, m), f32x4.ne(v, v));
    const at = dx + load<usize>(cell);
    storeSome<f32>(at, f32x4.add(v128.load(at), v128.and(open, here)), lanes);
    open = v128.andnot(open, here);
  }
}

/** dx of every cell += dy / divisor. Spec pool-average-gradient. */
export function spreadAverage(g: Pool, dy: usize, dx: usize, divisor: f64): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  let c = 0;
  for (; c + 4 <= channels; c += 4, dy += 16, dx += 16) {
    addTo(list, end, dx, dividedBy(v128.load(dy), divisor), 4);
  }
  if (c < channels) addTo(list, end, dx, dividedBy(v128.load(dy), divisor), channels - c);
}

@inline
function addTo(list: usize, end: usize, dx: usize, share: v128, lanes: i32): void {
  for (let cell = list; cell != end; cell += 4) {
    const at = dx + load<usize>(cell);
    storeSome<f32>(at, f32x4.add(v128.load(at), share), lanes);
  }
}
