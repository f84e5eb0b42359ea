// Sums down the columns of matrices in float64, several columns at a time: the gradient of a bias, means and variances.

import { promoteHigh } from './float64';

/** v, or (v − mean)². */
@inline
function term(v: v128, means: usize, at: usize): v128 {
  if (!means) return v;
  const d = f64x2.sub(v, v128.load(means + at));
  return f64x2.mul(d, d);
}

/**
 * sums[o] = Σ_r x[r][o] of each image, with r ascending from +0; with means Σ_r (x[r][o] − mean[o])². Sums are written eight at a
 * time: those of an image have room for a multiple of eight. Spec conv-bias-gradient, norm-statistics.
 */
export function sumRows(x: usize, rows: i32, columns: i32, sums: usize, images: i32, means: usize): void {
  const step = <usize>columns * 4;
  for (; images > 0; images--, x += step * rows) {
    for (let o: usize = 0; o < step; o += 32, sums += 64) {
      let a = f64x2.splat(0), b = a, c = a, d = a;
      let at = x + o;
      for (let r = 0; r < rows; r++, at += step) {
        const low = v128.load(at), high = v128.load(at, 16);
        a = f64x2.add(a, term(f64x2.promote_low_f32x4(low), means, 2 * o));
        b = f64x2.add(b, term(promoteHigh(low), means, 2 * o + 16));
        c = f64x2.add(c, term(f64x2.promote_low_f32x4(high), means, 2 * o + 32));
        d = f64x2.add(d, term(promoteHigh(high), means, 2 * o + 48));
      }
      v128.store(sums, a), v128.store(sums, b, 16);
      v128.store(sums, c, 32), v128.store(sums, d, 48);
    }
  }
}
