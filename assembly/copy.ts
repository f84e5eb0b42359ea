// Copies: images into memory with zeros around them, values repeated, and the scan for ∞ and NaN.

import { Lattice } from './lattice';

/** Copies `bytes` from the source of every row of the lattice to its destination. */
export function copyRows(l: Lattice, bytes: usize): void {
  for (let image: usize = 0; image < l.images; image++) {
    for (let plane: usize = 0; plane < l.planes; plane++) {
      let source = l.source + image * l.sourceImage + plane * l.sourcePlane;
      let destination = l.destination + image * l.destinationImage + plane * l.destinationPlane;
      for (let row: usize = 0; row < l.rows; row++) {
        memory.copy(destination, source, bytes);
        source += l.sourceRow;
        destination += l.destinationRow;
      }
    }
  }
}

/** Sets `bytes` to 0 at the destination of every row of the lattice. */
export function zeroRows(l: Lattice, bytes: usize): void {
  for (let image: usize = 0; image < l.images; image++) {
    for (let plane: usize = 0; plane < l.planes; plane++) {
      let at = l.destination + image * l.destinationImage + plane * l.destinationPlane;
      for (let row: usize = 0; row < l.rows; row++, at += l.destinationRow) memory.fill(at, 0, bytes);
    }
  }
}

/**
 * Writes each of `count` values `times` times, at most 4. Each value is stored as a whole vector, and the next one
 * overwrites what was too much: `to` has room for a vector behind the last value.
 */
export function repeat(source: usize, count: i32, times: i32, to: usize): void {
  for (; count > 0; count--, source += 4, to += <usize>times * 4) v128.store(to, v128.load32_splat(source));
}

/** Sets `bytes` from an address on to 0. */
export function zero(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}

/**
 * Whether none of `count` values of float32, or of float64 where these are `doubles`, is ∞ or NaN: both have an exponent of all
 * ones. Spec numerics-padding.
 */
export function finite(address: usize, count: i32, doubles: i32): bool {
  const mask = doubles ? i64x2.splat(0x7ff0000000000000) : i32x4.splat(0x7f800000);
  // The low word of a double, of which nothing is left, equals no 1.
  const ones = doubles ? v128.or(mask, i64x2.splat(1)) : mask;
  let found = i32x4.splat(0);
  const end = address + (<usize>count * 4 << doubles);
  for (; address + 16 <= end; address += 16) found = v128.or(found, i32x4.eq(v128.and(v128.load(address), mask), ones));
  for (; address < end; address += 4 << doubles) {
    const v = doubles ? v128.load64_splat(address) : v128.load32_splat(address);
    found = v128.or(found, i32x4.eq(v128.and(v, mask), ones));
  }
  return !v128.any_true(found);
}
