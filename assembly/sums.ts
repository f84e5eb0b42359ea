// Sums down the columns of a matrix, for the gradient of a bias: lanes over columns, in float64.

/** sums[o] = Σ_r matrix[r][o], r ascending, from +0; whole fours of sums are written. Spec conv-bias-gradient. */
export function sumRows(matrix: usize, rows: i32, columns: i32, sums: usize): void {
  const step = <usize>columns * 4;
  for (let o = 0; o < columns; o += 4, matrix += 16, sums += 32) {
    let low = f64x2.splat(0), high = f64x2.splat(0);
    let at = matrix;
    for (let r = 0; r < rows; r++, at += step) {
      const v = v128.load(at);
      low = f64x2.add(low, f64x2.promote_low_f32x4(v));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1)));
    }
    v128.store(sums, low);
    v128.store(sums, high, 16);
  }
}
