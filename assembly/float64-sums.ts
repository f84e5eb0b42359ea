// Long sums: float32 sums of blocks of terms are added in float64, and rounded once at the end. Spec
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

/** Bytes of the float64 sums of one tile of float32. */
export const TILE_BYTES: i32 = 8 * MR * NR;

/**
 * to = (from + sums) + total in float64, without what is 0, for `bytes` of sums of T; whole vectors. Where there is no `to`
 * either, these are the last sums of all: they are rounded to T and take the place of the sums.
 */
export function moveSums<T>(sums: usize, bytes: usize, from: usize, total: usize, to: usize): void {
  const isWide = sizeof<T>() == 8;
  const step: usize = isWide ? 16 : 32;
  for (const end = sums + bytes; sums < end; sums += 16) {
    const v = v128.load(sums);
    let low = isWide ? v : f64x2.promote_low_f32x4(v), high = isWide ? v : promoteHigh(v);
    if (from) {
      low = f64x2.add(low, v128.load(from));
      if (!isWide) high = f64x2.add(high, v128.load(from, 16));
      from += step;
    }
    if (total) {
      low = f64x2.add(low, v128.load(total));
      if (!isWide) high = f64x2.add(high, v128.load(total, 16));
      total += step;
    }
    if (to) {
      v128.store(to, low);
      if (!isWide) v128.store(to, high, 16);
      to += step;
    } else {
      v128.store(sums, isWide ? low : demote(low, high));
    }
  }
}

/** Adds `count` float32 sums that lie side by side, and sets them to +0; whole vectors. */
export function addSums(sums: usize, count: i32, g: BlockSums): void {
  const bytes = (<usize>count * 4 + 15) & -16;
  moveSums<f32>(sums, bytes, g.from, g.total, g.to);
  memory.fill(sums, 0, bytes);
}
