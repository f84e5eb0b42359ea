// Long sums: float32 sums of blocks of terms are added in float64, and rounded once in the end. Spec
// numerics-weight-gradient.
//
//   block → part → total      the positions of a block, the blocks of a part, the parts of all images

import { MR, NR } from './blocks';
import { demote, promoteHigh } from './float64';

/** The float64 sums around a part: each an address, or 0 where there is none. */
@unmanaged
export class PartSums {
  /** What the first block of the part is added to. */
  from: usize;
  /** The sums of the blocks so far. */
  part: usize;
  /** What the last block is added to besides, and where its sums go; 0 for the last sum of all, which is rounded. */
  total: usize;
  to: usize;
}

/** Where the sums of one block go: to = (from + block) + total, without what is 0; `total` comes with `from` alone. */
@unmanaged
export class BlockSums {
  from: usize;
  total: usize;
  /** 0 for the last sum of all, which is rounded. */
  to: usize;
}

/** Bytes of the float64 sums of one tile. */
export const TILE_BYTES: i32 = 8 * MR * NR;

/** to = (from + v) + total in float64, without what is 0. */
@inline
export function addFour(v: v128, from: usize, total: usize, to: usize): void {
  let low = f64x2.promote_low_f32x4(v), high = promoteHigh(v);
  if (from) low = f64x2.add(low, v128.load(from)), high = f64x2.add(high, v128.load(from, 16));
  if (total) low = f64x2.add(low, v128.load(total)), high = f64x2.add(high, v128.load(total, 16));
  v128.store(to, low), v128.store(to, high, 16);
}

/** (from + v) + total, the last sums of all, rounded to float32. */
@inline
export function lastFour(v: v128, from: usize, total: usize): v128 {
  let low = f64x2.add(f64x2.promote_low_f32x4(v), v128.load(from));
  let high = f64x2.add(promoteHigh(v), v128.load(from, 16));
  if (total) low = f64x2.add(low, v128.load(total)), high = f64x2.add(high, v128.load(total, 16));
  return demote(low, high);
}

/** Adds `count` float32 sums that lie side by side, and sets them to +0; whole vectors. */
export function addSums(sums: usize, count: i32, g: BlockSums): void {
  let from = g.from, total = g.total, to = g.to;
  const fromStep: usize = from ? 32 : 0, totalStep: usize = total ? 32 : 0;
  for (const end = sums + <usize>count * 4; sums < end; sums += 16, from += fromStep, total += totalStep, to += 32) {
    addFour(v128.load(sums), from, total, to);
    v128.store(sums, f32x4.splat(0));
  }
}
