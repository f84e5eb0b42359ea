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

/** Stores the first `count` of the lanes of two vectors of T, at least one. */
@inline
export function storeLanes<T>(address: usize, low: v128, high: v128, count: i32): void {
  if (count == 32 / <i32>sizeof<T>()) v128.store(address, low), v128.store(address, high, 16);
  else storePart<T>(address, low, high, count);
}

/** The same, where they are not all: rare, and therefore not inlined. */
export function storePart<T>(address: usize, low: v128, high: v128, count: i32): void {
  const half = 16 / <i32>sizeof<T>();
  if (count <= half) {
    storeSome<T>(address, low, count);
  } else {
    v128.store(address, low);
    storeSome<T>(address + 16, high, count - half);
  }
}
