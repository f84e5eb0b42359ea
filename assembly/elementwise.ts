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

/** values[i] = values[i] < 0 ? 0 : values[i], which is pmax(v, 0). Whole vectors are written. Spec activation-relu. */
export function relu(values: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = values + (<usize>count << 2); values < end; values += 16) {
    v128.store(values, f32x4.pmax(v128.load(values), zero));
  }
}

/** dy[i] = x[i] > 0 ? dy[i] : 0. Whole vectors are written. Spec activation-relu. */
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
