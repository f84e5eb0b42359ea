// Functions of one element over an array of float32.

import { exp, log, nearest, pow, sigmoid, softplus, tanh } from './math';

export enum MathFunction {
  exp,
  log,
  tanh,
  sigmoid,
  softplus,
  pow,
}

/** The functions, rounded to float32. Spec math-float32. */
@inline
function single(f: i32, x: f64, exponent: f64): f32 {
  if (f == MathFunction.exp) return <f32>exp(x);
  if (f == MathFunction.log) return nearest(log(x));
  if (f == MathFunction.tanh) return <f32>tanh(x);
  if (f == MathFunction.sigmoid) return nearest(sigmoid(x));
  if (f == MathFunction.softplus) return nearest(softplus(x));
  return <f32>pow(x, exponent);
}

/** y[i] = x[i] < 0 ? 0 : x[i], which is pmax(v, 0); y may be x. Whole vectors are written. Spec activation-relu. */
export function relu(x: usize, y: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = x + (<usize>count << 2); x < end; x += 16, y += 16) {
    v128.store(y, f32x4.pmax(v128.load(x), zero));
  }
}

/** dx[i] = x[i] > 0 ? dy[i] : 0; dx may be dy. Whole vectors are written. Spec activation-relu. */
export function reluGradient(x: usize, dy: usize, dx: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = x + (<usize>count << 2); x < end; x += 16, dy += 16, dx += 16) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(x), zero)));
  }
}

/** y[i] = f(x[i]); y may be x. Spec math-map. */
export function map(f: i32, x: usize, y: usize, count: i32, exponent: f64): void {
  for (const end = x + (<usize>count << 2); x < end; x += 4, y += 4) {
    store<f32>(y, single(f, load<f32>(x), exponent));
  }
}
