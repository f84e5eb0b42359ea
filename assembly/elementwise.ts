// Functions of one element over an array of float32.

import { exp, log, nearest, pow, sigmoid, softplus, tanh } from './math';

/** The functions rounded to float32, by the numbers that src/kernels/math.ts gives them. Spec math-float32. */
@inline
function single(f: i32, x: f64, exponent: f64): f32 {
  if (f == 0) return <f32>exp(x);
  if (f == 1) return nearest(log(x));
  if (f == 2) return <f32>tanh(x);
  if (f == 3) return nearest(sigmoid(x));
  if (f == 4) return nearest(softplus(x));
  return <f32>pow(x, exponent);
}

/** values[i] = values[i] < 0 ? 0 : values[i], as pmax(v, 0) has it; whole vectors. Spec activation-relu. */
export function relu(values: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = values + (<usize>count << 2); values < end; values += 16) {
    v128.store(values, f32x4.pmax(v128.load(values), zero));
  }
}

/** dy[i] = x[i] > 0 ? dy[i] : 0; whole vectors. Spec activation-relu. */
export function reluGradient(x: usize, dy: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = x + (<usize>count << 2); x < end; x += 16, dy += 16) {
    v128.store(dy, v128.and(v128.load(dy), f32x4.gt(v128.load(x), zero)));
  }
}

/** values[i] = f(values[i]). Spec math-map. */
export function map(f: i32, values: usize, count: i32, exponent: f64): void {
  for (const end = values + (<usize>count << 2); values < end; values += 4) {
    store<f32>(values, single(f, load<f32>(values), exponent));
  }
}
