// What pool-cells.ts does with the cells of a window of float32, for windows so large that the sums run in float64. Spec numerics-long.
//
// The arguments are those of pool-cells.ts, but dx is float64: its cells lie at twice the offsets of x.

import { LANES } from './blocks';
import { demote, dividedBy, promoteHigh } from './float64';
import { maximumAt } from './pool-cells';
import { Pool } from './pool-geometry';
import { storeSome } from './store';

/** y = Σ cells / divisor, the cells added and the sum divided in float64. Spec pool-average. */
export function longAverageCells(g: Pool, x: usize, y: usize, count: i32, divisor: usize): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  const xStep = <usize>(g.columns.stride * g.xPixel), yStep = <usize>g.yPixel;
  const whole = (channels & -LANES) * 4;
  for (; count > 0; count--, x += xStep, y += yStep, divisor += 8) {
    const d = v128.load64_splat(divisor);
    for (let c = 0; c < whole; c += LANES * 4) {
      let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
      for (let cell = list; cell != end; cell += 4) {
        const at = x + c + load<usize>(cell);
        const v0 = v128.load(at), v1 = v128.load(at, 16), v2 = v128.load(at, 32), v3 = v128.load(at, 48);
        s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v0)), s1 = f64x2.add(s1, promoteHigh(v0));
        s2 = f64x2.add(s2, f64x2.promote_low_f32x4(v1)), s3 = f64x2.add(s3, promoteHigh(v1));
        s4 = f64x2.add(s4, f64x2.promote_low_f32x4(v2)), s5 = f64x2.add(s5, promoteHigh(v2));
        s6 = f64x2.add(s6, f64x2.promote_low_f32x4(v3)), s7 = f64x2.add(s7, promoteHigh(v3));
      }
      v128.store(y + c, demote(f64x2.div(s0, d), f64x2.div(s1, d)));
      v128.store(y + c, demote(f64x2.div(s2, d), f64x2.div(s3, d)), 16);
      v128.store(y + c, demote(f64x2.div(s4, d), f64x2.div(s5, d)), 32);
      v128.store(y + c, demote(f64x2.div(s6, d), f64x2.div(s7, d)), 48);
    }
    for (let c = whole; c < channels * 4; c += 16) {
      let s0 = f64x2.splat(0), s1 = s0;
      for (let cell = list; cell != end; cell += 4) {
        const v = v128.load(x + c + load<usize>(cell));
        s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v)), s1 = f64x2.add(s1, promoteHigh(v));
      }
      storeSome<f32>(y + c, demote(f64x2.div(s0, d), f64x2.div(s1, d)), min(4, channels - c / 4));
    }
  }
}

/** dx of the cell that holds the maximum += dy. Spec pool-max-gradient. */
export function spreadLongMaximum(g: Pool, x: usize, dy: usize, dx: usize): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  for (let c = 0; c < channels; c += 4, x += 16, dy += 16, dx += 32) {
    const m = maximumAt<f32>(x, list, end);
    let open = v128.load(dy);
    for (let cell = list; cell != end; cell += 4) {
      const v = v128.load(x + load<usize>(cell));
      const here = v128.or(f32x4.eq(v, m), f32x4.ne(v, v));
      addTo(dx + load<usize>(cell) * 2, v128.and(open, here), min(4, channels - c));
      open = v128.andnot(open, here);
    }
  }
}

/** dx of every cell += dy / divisor. Spec pool-average-gradient. */
export function spreadLongAverage(g: Pool, dy: usize, dx: usize, divisor: f64): void {
  const list = g.list, end = g.listEnd, channels = g.channels;
  for (let c = 0; c < channels; c += 4, dy += 16, dx += 32) {
    const share = dividedBy(v128.load(dy), divisor);
    for (let cell = list; cell != end; cell += 4) addTo(dx + load<usize>(cell) * 2, share, min(4, channels - c));
  }
}

/** Adds the first `count` of four float32 lanes to float64 cells, 1 ≤ count ≤ 4. */
@inline
function addTo(at: usize, v: v128, count: i32): void {
  const low = f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v));
  if (count == 1) {
    v128.store64_lane(at, low, 0);
    return;
  }
  v128.store(at, low);
  if (count == 2) return;
  const high = f64x2.add(v128.load(at, 16), promoteHigh(v));
  if (count == 3) v128.store64_lane(at, high, 0, 16);
  else v128.store(at, high, 16);
}
