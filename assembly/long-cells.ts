// Averages of large windows: sums of float32 cells in float64, 8 channels at a time in registers, then 4 or fewer.
//
// The arguments are those of cells.ts.

import { demote, promoteHigh, storeSome } from './lanes';

/** y = Σ cells / divisor, the cells added and the sum divided in float64. Spec pool-average, numerics-long. */
export function longAverageCells(x: usize, xStep: usize, list: usize, end: usize, y: usize, yStep: usize, count: i32, channels: i32, divisor: usize): void {
  const whole = (channels & -8) * 4;
  for (; count > 0; count--, x += xStep, y += yStep, divisor += 8) {
    const d = v128.load64_splat(divisor);
    for (let c = 0; c < whole; c += 32) {
      let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let cell = list; cell != end; cell += 4) {
        const at = x + c + load<usize>(cell);
        const v0 = v128.load(at), v1 = v128.load(at, 16);
        s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v0));
        s1 = f64x2.add(s1, promoteHigh(v0));
        s2 = f64x2.add(s2, f64x2.promote_low_f32x4(v1));
        s3 = f64x2.add(s3, promoteHigh(v1));
      }
      v128.store(y + c, demote(f64x2.div(s0, d), f64x2.div(s1, d)));
      v128.store(y + c, demote(f64x2.div(s2, d), f64x2.div(s3, d)), 16);
    }
    for (let c = whole; c < channels * 4; c += 16) {
      let s0 = f64x2.splat(0), s1 = s0;
      for (let cell = list; cell != end; cell += 4) {
        const v = v128.load(x + c + load<usize>(cell));
        s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v));
        s1 = f64x2.add(s1, promoteHigh(v));
      }
      storeSome(y + c, demote(f64x2.div(s0, d), f64x2.div(s1, d)), min(4, channels - c / 4));
    }
  }
}
