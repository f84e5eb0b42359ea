// Sums down the columns of a matrix, for the gradient of a bias: lanes over columns.

import { storeSome } from './lanes';

/** sums[o] = Σ_r matrix[r][o], r ascending, from +0. Spec conv-bias-gradient. */
export function sumRows(matrix: usize, rows: i32, columns: i32, sums: usize): void {
  const step = <usize>columns * 4;
  for (let o = 0; o < columns; o += 4, matrix += 16, sums += 16) {
    let sum = f32x4.splat(0);
    let at = matrix;
    for (let r = 0; r < rows; r++, at += step) sum = f32x4.add(sum, v128.load(at));
    storeSome(sums, sum, min(4, columns - o));
  }
}
