// Long sums: float32 sums are added in float64, and rounded once in the end. Spec numerics-weight-gradient.
//
//   block → part → total      the positions of a block, the blocks of a part, the parts of all images

import { MR, NR } from './blocks';

/** Where the sums of blocks go: to = (from + block) + total, without what is 0; `total` comes with `from` alone. */
@unmanaged
export class Way {
  from: usize;
  total: usize;
  /** 0 for the last sum of all, which is rounded. */
  to: usize;
  /** The float64 sums of the part, and what the others are for the last block. */
  part: usize;
  lastTotal: usize;
  lastTo: usize;
}

/** Bytes of the float64 sums of one tile. */
export const TILE_BYTES: usize = 8 * MR * NR;

/** Adds four float32 sums; `terms` says how many of `from` and `total` there are. */
@inline
export function addFour(v: v128, terms: i32, from: usize, total: usize, to: usize): void {
  let low = f64x2.promote_low_f32x4(v);
  let high = f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
  if (terms > 0) low = f64x2.add(low, v128.load(from)), high = f64x2.add(high, v128.load(from, 16));
  if (terms > 1) low = f64x2.add(low, v128.load(total)), high = f64x2.add(high, v128.load(total, 16));
  v128.store(to, low), v128.store(to, high, 16);
}

/** The same for the last block, whose sums are rounded to float32. */
@inline
export function lastFour(v: v128, terms: i32, from: usize, total: usize): v128 {
  let low = f64x2.add(f64x2.promote_low_f32x4(v), v128.load(from));
  let high = f64x2.add(f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1)), v128.load(from, 16));
  if (terms > 1) low = f64x2.add(low, v128.load(total)), high = f64x2.add(high, v128.load(total, 16));
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Adds `count` float32 sums that lie side by side, and sets them to +0. */
export function move(sums: usize, count: i32, from: usize, total: usize, to: usize): void {
  if (total) moveAll(sums, count, 2, from, total, to);
  else if (from) moveAll(sums, count, 1, from, total, to);
  else moveAll(sums, count, 0, from, total, to);
}

@inline
function moveAll(sums: usize, count: i32, terms: i32, from: usize, total: usize, to: usize): void {
  for (const end = sums + <usize>count * 4; sums < end; sums += 16, from += 32, total += 32, to += 32) {
    addFour(v128.load(sums), terms, from, total, to);
    v128.store(sums, f32x4.splat(0));
  }
}
