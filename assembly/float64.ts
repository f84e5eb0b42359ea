// Vectors of float32 as float64 and back.

/** The third and fourth float32 lane as float64. */
@inline
export function promoteHigh(v: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1));
}

/** Four float64 lanes rounded to float32. */
@inline
export function demote(low: v128, high: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** v / divisor, divided in float64: a divisor may be beyond the whole numbers of float32. Spec numerics-counts. */
@inline
export function dividedBy(v: v128, divisor: f64): v128 {
  const d = f64x2.splat(divisor);
  return demote(f64x2.div(f64x2.promote_low_f32x4(v), d), f64x2.div(promoteHigh(v), d));
}
