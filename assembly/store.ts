// Stores of parts of vectors: the last channels of a tensor whose channel count is no multiple of four or eight.

/** Stores the first `count` of the lanes of a vector of T, at least one. */
@inline
export function storeSome<T>(address: usize, v: v128, count: i32): void {
  if (sizeof<T>() == 8) {
    if (count == 2) v128.store(address, v);
    else v128.store64_lane(address, v, 0);
    return;
  }
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
  if (count == 8) v128.store(address, low), v128.store(address, high, 16);
  else storePart(address, low, high, count);
}

/** Rare, and therefore not inlined. */
function storePart(address: usize, low: v128, high: v128, count: i32): void {
  if (count <= 4) {
    storeSome<f32>(address, low, count);
  } else {
    v128.store(address, low);
    storeSome<f32>(address + 16, high, count - 4);
  }
}
