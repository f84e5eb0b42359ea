// Sums down the columns of a matrix in float64, several columns at a time: the gradient of a bias.

import { promoteHigh } from './float64';

/**
 * sums[o] = Σ_r matrix[r][o], with r ascending from +0. Sums are written eight at a time: `sums` has room for a multiple of
 * eight. Spec conv-bias-gradient.
 */
export function sumRows(matrix: usize, rows: i32, columns: i32, sums: usize): void {
  const step = <usize>columns * 4;
  for (let o = 0; o < columns; o += 8, matrix += 32, sums += 64) {
    let a = f64x2.splat(0), b = a, c = a, d = a;
    let at = matrix;
    for (let r = 0; r < rows; r++, at += step) {
      const low = v128.load(at), high = v128.load(at, 16);
      a = f64x2.add(a, f64x2.promote_low_f32x4(low));
      b = f64x2.add(b, promoteHigh(low));
      c = f64x2.add(c, f64x2.promote_low_f32x4(high));
      d = f64x2.add(d, promoteHigh(high));
    }
    v128.store(sums, a), v128.store(sums, b, 16);
    v128.store(sums, c, 32), v128.store(sums, d, 48);
  }
}
