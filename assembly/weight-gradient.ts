// The weight gradient: its tile, and the loops around it.
//
//              8 filters                  each step: 4 values of x × 2 vectors of dy at one position;
//   4 (tap,    [ a00 | a01 ]              lanes are different sums, never parts of one.
//   channel)   [ a10 | a11 ]              The sums of at most SUM_POSITIONS steps are then added in float64.
//   pairs      [ a20 | a21 ]
//              [ a30 | a31 ]

import { MR, NR, SUM_POSITIONS } from './blocks';
import { addFour, BlockSums, lastFour, PartSums, TILE_BYTES } from './float64-sums';
import { PLACE } from './lattice';
import { Block, packBlock, Walk } from './pack-walk';
import { plus } from './product';
import { gradientBlock, gradientSums } from './scratch';
import { storeLanes } from './store';

/** Bytes of dy panels that stay in a second-level cache while all of x passes by. */
const PANELS_BYTES: i32 = 0x40000;

/** The numbers of one call: dw[tiles · 4 (tap, channel) pairs][filters] over the positions of a walk. */
@unmanaged
export class WeightGradient {
  /** The place of each pair: the address of its first value of x, and its row of dw. */
  places: usize;
  tiles: i32;
  /** The first panel of dy at the first position, the bytes from one panel to the next, and the filters of all of them. */
  panel: usize;
  panelBytes: usize;
  filters: i32;
  walk: Walk;
  /** Room for 4 values of x at each position of a block. */
  packed: usize;
  /** Whether the sums go on from dw. */
  reload: i32;
  /** The address of PartSums; 0 where there is one block, whose sums stay in dw. */
  sums: usize;
}

/** Adds the products of x and dy to dw, block by block. Spec conv-weight-gradient. */
export function accumulate(g: WeightGradient): void {
  const count = g.walk.count;
  const part = changetype<PartSums>(g.sums);
  const block = changetype<Block>(gradientBlock()), blockSums = changetype<BlockSums>(gradientSums());
  let panel = g.panel;
  for (let first = 0; first < count; first += SUM_POSITIONS, panel += SUM_POSITIONS * NR * 4) {
    block.choose(g.walk, first, min(SUM_POSITIONS, count - first));
    if (g.sums) {
      const isLast = count - first <= SUM_POSITIONS;
      blockSums.from = first > 0 ? part.part : part.from;
      blockSums.total = isLast ? part.total : 0;
      blockSums.to = isLast ? part.to : part.part;
    }
    addBlock(g, panel);
  }
}

/** The tiles of one block, for as many panels of dy at a time as stay in the cache. */
function addBlock(g: WeightGradient, panel: usize): void {
  const filters = g.filters, panelBytes = g.panelBytes, places = g.places;
  const block = changetype<Block>(gradientBlock());
  const end = places + g.tiles * MR * PLACE;
  const row = <usize>((filters + NR - 1) / NR * TILE_BYTES);
  const together = PANELS_BYTES / (block.count * NR * 4) * NR;
  for (let begin = 0; begin < filters; begin += together, panel += <usize>(together / NR) * panelBytes) {
    const until = min(filters, begin + together);
    let sums = <usize>(begin / NR * TILE_BYTES);
    for (let place = places; place != end; place += MR * PLACE, sums += row) {
      packBlock(place, g.walk, block, g.packed);
      let dy = panel, tile = sums;
      for (let o = begin; o < until; o += NR, dy += panelBytes, tile += TILE_BYTES) gradientTile(g, place, dy, o, tile);
    }
  }
}

/**
 * dw[4 (tap, channel) pairs][8 filters from o on] over the positions of the block, at each of which `packed` holds 4
 * values of x and `panel` 8 of dy. `at` is the byte offset of the tile in the float64 sums.
 */
function gradientTile(g: WeightGradient, place: usize, panel: usize, o: i32, at: usize): void {
  const channel = <usize>o * 4;
  const y0 = load<usize>(place, 4) + channel;
  const y1 = load<usize>(place, 12) + channel;
  const y2 = load<usize>(place, 20) + channel;
  const y3 = load<usize>(place, 28) + channel;
  let a00 = f32x4.splat(0), a01 = f32x4.splat(0);
  let a10 = f32x4.splat(0), a11 = f32x4.splat(0);
  let a20 = f32x4.splat(0), a21 = f32x4.splat(0);
  let a30 = f32x4.splat(0), a31 = f32x4.splat(0);
  if (g.reload) {
    a00 = v128.load(y0), a01 = v128.load(y0, 16);
    a10 = v128.load(y1), a11 = v128.load(y1, 16);
    a20 = v128.load(y2), a21 = v128.load(y2, 16);
    a30 = v128.load(y3), a31 = v128.load(y3, 16);
  }
  const block = changetype<Block>(gradientBlock()), blockSums = changetype<BlockSums>(gradientSums());
  let x = g.packed;
  const end = x + block.count * (MR * 4);
  do {
    const d0 = v128.load(panel), d1 = v128.load(panel, 16);
    const v0 = v128.load32_splat(x), v1 = v128.load32_splat(x, 4);
    const v2 = v128.load32_splat(x, 8), v3 = v128.load32_splat(x, 12);
    a00 = plus<f32>(a00, v0, d0), a01 = plus<f32>(a01, v0, d1);
    a10 = plus<f32>(a10, v1, d0), a11 = plus<f32>(a11, v1, d1);
    a20 = plus<f32>(a20, v2, d0), a21 = plus<f32>(a21, v2, d1);
    a30 = plus<f32>(a30, v3, d0), a31 = plus<f32>(a31, v3, d1);
    x += MR * 4;
    if (x == end) break;
    const e0 = v128.load(panel, 32), e1 = v128.load(panel, 48);
    const u0 = v128.load32_splat(x), u1 = v128.load32_splat(x, 4);
    const u2 = v128.load32_splat(x, 8), u3 = v128.load32_splat(x, 12);
    a00 = plus<f32>(a00, u0, e0), a01 = plus<f32>(a01, u0, e1);
    a10 = plus<f32>(a10, u1, e0), a11 = plus<f32>(a11, u1, e1);
    a20 = plus<f32>(a20, u2, e0), a21 = plus<f32>(a21, u2, e1);
    a30 = plus<f32>(a30, u3, e0), a31 = plus<f32>(a31, u3, e1);
    x += MR * 4;
    panel += 2 * NR * 4;
  } while (x != end);
  if (g.sums) {
    let from = blockSums.from, total = blockSums.total, to = blockSums.to;
    const f: usize = from ? 32 : 0, t: usize = total ? 32 : 0;
    if (f) from += at;
    if (t) total += at;
    if (to) {
      to += at;
      addFour(a00, from, total, to), addFour(a01, from + f, total + t, to + 32);
      addFour(a10, from + 2 * f, total + 2 * t, to + 64), addFour(a11, from + 3 * f, total + 3 * t, to + 96);
      addFour(a20, from + 4 * f, total + 4 * t, to + 128), addFour(a21, from + 5 * f, total + 5 * t, to + 160);
      addFour(a30, from + 6 * f, total + 6 * t, to + 192), addFour(a31, from + 7 * f, total + 7 * t, to + 224);
      return;
    }
    a00 = lastFour(a00, from, total), a01 = lastFour(a01, from + f, total + t);
    a10 = lastFour(a10, from + 2 * f, total + 2 * t), a11 = lastFour(a11, from + 3 * f, total + 3 * t);
    a20 = lastFour(a20, from + 4 * f, total + 4 * t), a21 = lastFour(a21, from + 5 * f, total + 5 * t);
    a30 = lastFour(a30, from + 6 * f, total + 6 * t), a31 = lastFour(a31, from + 7 * f, total + 7 * t);
  }
  const lanes = min(NR, g.filters - o);
  storeLanes(y0, a00, a01, lanes);
  storeLanes(y1, a10, a11, lanes);
  storeLanes(y2, a20, a21, lanes);
  storeLanes(y3, a30, a31, lanes);
}
