// Long sums: float32 sums are added in float64, and rounded once in the end. Spec numerics-weight-gradient.
//
//   block → part → total      the positions of a block, the blocks of a part, the parts of all images

import { MR, NR } from './blocks';
import { PLACE } from './geometry';
import { storeLanes } from './lanes';

/** Where the sum of a block goes: to = (from + block) + total, without what is 0. */
@unmanaged
export class Way {
  from: usize;
  total: usize;
  to: usize;
  /** The float64 sums of the part, and what `total` and `to` are for the last block. */
  part: usize;
  lastTotal: usize;
  lastTo: usize;
}

/** Bytes of the float64 sums of one tile. */
export const TILE_BYTES: usize = 8 * MR * NR;

/** Adds four float32 sums at `at` bytes of `way`'s addresses. */
@inline
export function addFour(v: v128, way: Way, at: usize): void {
  let low = f64x2.promote_low_f32x4(v);
  let high = f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
  if (way.from) {
    low = f64x2.add(low, v128.load(way.from + at));
    high = f64x2.add(high, v128.load(way.from + at, 16));
  }
  if (way.total) {
    low = f64x2.add(low, v128.load(way.total + at));
    high = f64x2.add(high, v128.load(way.total + at, 16));
  }
  v128.store(way.to + at, low);
  v128.store(way.to + at, high, 16);
}

/** Adds `count` float32 sums that lie side by side, and sets them to +0. */
export function move(sums: usize, count: i32, way: Way): void {
  for (let i: usize = 0, bytes = <usize>count * 4; i < bytes; i += 16) {
    addFour(v128.load(sums + i), way, 2 * i);
    v128.store(sums + i, f32x4.splat(0));
  }
}

/** Rounds the float64 sums of `tiles` rows of tiles into the rows of dw that the places name. */
export function roundSums(places: usize, tiles: i32, filters: i32, sums: usize): void {
  for (const end = places + tiles * MR * PLACE; places != end; places += MR * PLACE) {
    for (let o = 0; o < filters; o += NR) {
      for (let i = 0; i < MR; i++) {
        storeLanes(load<usize>(places + i * PLACE, 4) + o * 4, rounded(sums), rounded(sums + 32), min(NR, filters - o));
        sums += NR * 8;
      }
    }
  }
}

@inline
function rounded(sums: usize): v128 {
  const low = f32x4.demote_f64x2_zero(v128.load(sums)), high = f32x4.demote_f64x2_zero(v128.load(sums, 16));
  return v128.shuffle<f64>(low, high, 0, 2);
}
