// Parts of vectors: storing the last channels of a tensor whose channel count is no multiple of the block, and float64 halves.

/** Stores the first `count` of four lanes, 1 ≤ count ≤ 4. */
@inline
export function storeSome(address: usize, v: v128, count: i32): void {
  if (count == 4) {
    v128.store(address, v);
    return;
  }
  if (count & 2) {
    v128.store64_lane(address, v, 0);
    if (count & 1) v128.store32_lane(address, v, 2, 8);
  } else {
    v128.store32_lane(address, v, 0);
  }
}

/** Stores the first `count` of the eight lanes of `low` and `high`, 1 ≤ count ≤ 8. */
@inline
export function storeLanes(address: usize, low: v128, high: v128, count: i32): void {
  if (count <= 4) {
    storeSome(address, low, count);
  } else {
    v128.store(address, low);
    storeSome(address + 16, high, count - 4);
  }
}

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
