// Normalisation by channel: y, the gradient of a weight, and the gradient at x. Rows are the places of some
// images, channels their columns. Numbers of a channel are float64 until they meet an element. What is written are whole
// vectors of sums, and of rows no more than their channels, so that threads may write rows that follow each other.

import { demote, promoteHigh } from './float64';
import { storePart } from './store';

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

/** x̂ = (x − mean) / deviation of four channels. */
@inline
function hat(x: v128, mean: usize, deviation: usize): v128 {
  const v = less(x, mean);
  return demote(
    f64x2.div(f64x2.promote_low_f32x4(v), v128.load(deviation)),
    f64x2.div(promoteHigh(v), v128.load(deviation, 16)),
  );
}

/** Stores the channels that are left of a row. */
@inline
function store(address: usize, v: v128, bytes: usize): void {
  if (bytes >= 16) v128.store(address, v);
  else storePart<f32>(address, v, v, <i32>(bytes >> 2));
}

/**
 * sums[c] = Σ_r round(dy[r][c]·x̂[r][c]) of each image, in float64 from +0, with r ascending; written four at a time. Spec
 * norm-frozen-gradient. The first five numbers are those of every sum per image, by which threads part it.
 */
export function sumTerms(x: usize, rows: i32, columns: i32, sums: usize, images: i32, g: Norm, dy: usize): void {
  const step = <usize>columns * 4, image = step * rows;
  for (; images > 0; images--, x += image, dy += image, sums += (step + 31 & ~31) * 2) {
    for (let o: usize = 0; o < step; o += 16) {
      const mean = g.mean + 2 * o, deviation = g.deviation + 2 * o;
      let a = f64x2.splat(0), b = a;
      let atX = x + o, atDy = dy + o;
      for (let r = 0; r < rows; r++, atX += step, atDy += step) {
        const term = f32x4.mul(v128.load(atDy), hat(v128.load(atX), mean, deviation));
        a = f64x2.add(a, f64x2.promote_low_f32x4(term));
        b = f64x2.add(b, promoteHigh(term));
      }
      v128.store(sums + 2 * o, a), v128.store(sums + 2 * o, b, 16);
    }
  }
}

/** y = (x − mean)·scale + bias. Spec norm-frozen. */
export function normalize(g: Norm, x: usize, y: usize, rows: i32): void {
  const columns: usize = g.channels << 2, mean = g.mean, scale = g.scale, bias = g.bias;
  for (; rows > 0; rows--, x += columns, y += columns) {
    for (let c: usize = 0; c < columns; c += 16) {
      const v = f32x4.mul(less(v128.load(x + c), mean + 2 * c), v128.load(scale + c));
      store(y + c, f32x4.add(v, v128.load(bias + c)), columns - c);
    }
  }
}

/** dx = scale·((dy − shift) − x̂·slope). Spec norm-batch-gradient. */
export function normGradient(g: Norm, x: usize, dy: usize, dx: usize, rows: i32): void {
  const columns: usize = g.channels << 2, mean = g.mean, deviation = g.deviation;
  const shift = g.shift, slope = g.slope, scale = g.scale;
  for (; rows > 0; rows--, x += columns, dy += columns, dx += columns) {
    for (let c: usize = 0; c < columns; c += 16) {
      const xHat = hat(v128.load(x + c), mean + 2 * c, deviation + 2 * c);
      const at = slope + 2 * c;
      const term = demote(
        f64x2.mul(f64x2.promote_low_f32x4(xHat), v128.load(at)),
        f64x2.mul(promoteHigh(xHat), v128.load(at, 16)),
      );
      const v = f32x4.sub(less(v128.load(dy + c), shift + 2 * c), term);
      store(dx + c, f32x4.mul(v128.load(scale + c), v), columns - c);
    }
  }
}
