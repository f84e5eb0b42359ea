// Normalisation by channel: sums of squares, y, the terms of the gradient of a weight, and the gradient at x. Rows are the
// places of some images, channels their columns. Numbers of a channel are float64 until they meet an element.
//
// Rows are written from first to last, four channels at a time: what is written beyond the last channel is the beginning
// of the next row, written again, or lies behind the last one. Arrays of channels have room for whole vectors.

import { demote, promoteHigh } from './float64';

/** The numbers of one normalisation: the channels, and where the numbers of each channel lie. */
@unmanaged
export class Norm {
  channels: i32;
  /** float64: the mean, √(variance + epsilon), dbias/M and dweight/M. */
  mean: usize;
  deviation: usize;
  shift: usize;
  slope: usize;
  /** float32: weight / deviation, and the bias. */
  scale: usize;
  bias: usize;
}

/** round(v − numbers), four float32 less four float64. */
@inline
function less(v: v128, numbers: usize): v128 {
  return demote(
    f64x2.sub(f64x2.promote_low_f32x4(v), v128.load(numbers)),
    f64x2.sub(promoteHigh(v), v128.load(numbers, 16)),
  );
}

/**
 * sums[c] = Σ_r (x[r][c] − mean[c])², in float64 from +0, with r ascending; written eight at a time. Spec norm-statistics.
 */
export function sumSquares(matrix: usize, rows: i32, columns: i32, mean: usize, sums: usize): void {
  const step = <usize>columns * 4;
  for (let o = 0; o < columns; o += 8, matrix += 32, mean += 64, sums += 64) {
    const ma = v128.load(mean), mb = v128.load(mean, 16), mc = v128.load(mean, 32), md = v128.load(mean, 48);
    let a = f64x2.splat(0), b = a, c = a, d = a;
    let at = matrix;
    for (let r = 0; r < rows; r++, at += step) {
      const low = v128.load(at), high = v128.load(at, 16);
      const va = f64x2.sub(f64x2.promote_low_f32x4(low), ma);
      const vb = f64x2.sub(promoteHigh(low), mb);
      const vc = f64x2.sub(f64x2.promote_low_f32x4(high), mc);
      const vd = f64x2.sub(promoteHigh(high), md);
      a = f64x2.add(a, f64x2.mul(va, va));
      b = f64x2.add(b, f64x2.mul(vb, vb));
      c = f64x2.add(c, f64x2.mul(vc, vc));
      d = f64x2.add(d, f64x2.mul(vd, vd));
    }
    v128.store(sums, a), v128.store(sums, b, 16);
    v128.store(sums, c, 32), v128.store(sums, d, 48);
  }
}

/** y = (x − mean)·scale + bias. Spec norm-frozen. */
export function normalize(g: Norm, x: usize, y: usize, rows: i32): void {
  const columns: usize = g.channels << 2, mean = g.mean, scale = g.scale, bias = g.bias;
  for (; rows > 0; rows--, x += columns, y += columns) {
    for (let c: usize = 0; c < columns; c += 16) {
      const v = f32x4.mul(less(v128.load(x + c), mean + 2 * c), v128.load(scale + c));
      v128.store(y + c, f32x4.add(v, v128.load(bias + c)));
    }
  }
}

/** xHat = (x − mean) / deviation, and terms = dy·xHat. Spec norm-frozen-gradient. */
export function normTerms(g: Norm, x: usize, dy: usize, xHat: usize, terms: usize, rows: i32): void {
  const columns: usize = g.channels << 2, mean = g.mean, deviation = g.deviation;
  for (; rows > 0; rows--, x += columns, dy += columns, xHat += columns, terms += columns) {
    for (let c: usize = 0; c < columns; c += 16) {
      const v = less(v128.load(x + c), mean + 2 * c);
      const at = deviation + 2 * c;
      const quotient = demote(
        f64x2.div(f64x2.promote_low_f32x4(v), v128.load(at)),
        f64x2.div(promoteHigh(v), v128.load(at, 16)),
      );
      v128.store(xHat + c, quotient);
      v128.store(terms + c, f32x4.mul(v128.load(dy + c), quotient));
    }
  }
}

/** dx = scale·((dy − shift) − xHat·slope); dx may be dy only where the channels are whole vectors. Spec norm-batch-gradient. */
export function normGradient(g: Norm, xHat: usize, dy: usize, dx: usize, rows: i32): void {
  const columns: usize = g.channels << 2, shift = g.shift, slope = g.slope, scale = g.scale;
  for (; rows > 0; rows--, xHat += columns, dy += columns, dx += columns) {
    for (let c: usize = 0; c < columns; c += 16) {
      const hat = v128.load(xHat + c);
      const at = slope + 2 * c;
      const term = demote(
        f64x2.mul(f64x2.promote_low_f32x4(hat), v128.load(at)),
        f64x2.mul(promoteHigh(hat), v128.load(at, 16)),
      );
      v128.store(dx + c, f32x4.mul(v128.load(scale + c), f32x4.sub(less(v128.load(dy + c), shift + 2 * c), term)));
    }
  }
}
