// The weight gradient: its tile, and the loops around it.
//
//              8 filters                  each step: 4 values of x × 2 vectors of dy at one position;
//   4 (tap,    [ a00 | a01 ]              lanes are different sums, never parts of one.
//   channel)   [ a10 | a11 ]              The sums of at most SUM_POSITIONS steps are then added in float64.
//   pairs      [ a20 | a21 ]              Two steps a round, as in tile-4x8.ts.
//              [ a30 | a31 ]

import { MR, NR, ROW, SUM_POSITIONS } from './blocks';
import { BlockSums, moveSums, PartSums, TILE_BYTES } from './float64-sums';
import { PLACE } from './lattice';
import { Block, packBlock, Walk } from './pack-walk';
import { plus } from './product';
import { gradientBlock, gradientSums, gradientTileSums } from './scratch';
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
  /** Whether x, dy and dw are float64. */
  doubles: i32;
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
  for (let first = 0; first < count; first += SUM_POSITIONS, panel += SUM_POSITIONS * ROW) {
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
  const doubles = g.doubles;
  const width = NR >> doubles, tileBytes = TILE_BYTES >> doubles;
  const block = changetype<Block>(gradientBlock());
  const end = places + g.tiles * MR * PLACE;
  const row = <usize>((filters + width - 1) / width * tileBytes);
  const together = PANELS_BYTES / (block.count * ROW) * width;
  for (let begin = 0; begin < filters; begin += together, panel += <usize>(together / width) * panelBytes) {
    const until = min(filters, begin + together);
    let sums = <usize>(begin / width * tileBytes);
    for (let place = places; place != end; place += MR * PLACE, sums += row) {
      packBlock(doubles, place, g.walk, block, g.packed);
      let dy = panel, tile = sums;
      for (let o = begin; o < until; o += width, dy += panelBytes, tile += tileBytes) {
        if (doubles) gradientTile<f64>(g, place, dy, o, tile);
        else gradientTile<f32>(g, place, dy, o, tile);
      }
    }
  }
}

/**
 * dw[4 (tap, channel) pairs][8 filters from o on] over the positions of the block, at each of which `packed` holds 4
 * values of x and `panel` 8 of dy; in float64 4 filters and values. `at` is the byte offset of the tile in the float64 sums.
 */
function gradientTile<T>(g: WeightGradient, place: usize, panel: usize, o: i32, at: usize): void {
  const channel = <usize>o * sizeof<T>();
  const y0 = load<usize>(place, 4) + channel;
  const y1 = load<usize>(place, 12) + channel;
  const y2 = load<usize>(place, 20) + channel;
  const y3 = load<usize>(place, 28) + channel;
  let a00 = i32x4.splat(0), a01 = i32x4.splat(0);
  let a10 = i32x4.splat(0), a11 = i32x4.splat(0);
  let a20 = i32x4.splat(0), a21 = i32x4.splat(0);
  let a30 = i32x4.splat(0), a31 = i32x4.splat(0);
  if (g.reload) {
    a00 = v128.load(y0), a01 = v128.load(y0, 16);
    a10 = v128.load(y1), a11 = v128.load(y1, 16);
    a20 = v128.load(y2), a21 = v128.load(y2, 16);
    a30 = v128.load(y3), a31 = v128.load(y3, 16);
  }
  const block = changetype<Block>(gradientBlock());
  let x = g.packed;
  const end = x + block.count * (MR * <i32>sizeof<T>());
  do {
    const d0 = v128.load(panel), d1 = v128.load(panel, 16);
    const v0 = v128.load_splat<T>(x), v1 = v128.load_splat<T>(x, sizeof<T>());
    const v2 = v128.load_splat<T>(x, 2 * sizeof<T>()), v3 = v128.load_splat<T>(x, 3 * sizeof<T>());
    a00 = plus<T>(a00, v0, d0), a01 = plus<T>(a01, v0, d1);
    a10 = plus<T>(a10, v1, d0), a11 = plus<T>(a11, v1, d1);
    a20 = plus<T>(a20, v2, d0), a21 = plus<T>(a21, v2, d1);
    a30 = plus<T>(a30, v3, d0), a31 = plus<T>(a31, v3, d1);
    x += MR * sizeof<T>();
    if (x == end) break;
    const e0 = v128.load(panel, ROW), e1 = v128.load(panel, ROW + 16);
    const u0 = v128.load_splat<T>(x), u1 = v128.load_splat<T>(x, sizeof<T>());
    const u2 = v128.load_splat<T>(x, 2 * sizeof<T>()), u3 = v128.load_splat<T>(x, 3 * sizeof<T>());
    a00 = plus<T>(a00, u0, e0), a01 = plus<T>(a01, u0, e1);
    a10 = plus<T>(a10, u1, e0), a11 = plus<T>(a11, u1, e1);
    a20 = plus<T>(a20, u2, e0), a21 = plus<T>(a21, u2, e1);
    a30 = plus<T>(a30, u3, e0), a31 = plus<T>(a31, u3, e1);
    x += MR * sizeof<T>();
    panel += 2 * ROW;
  } while (x != end);
  if (g.sums) {
    const sums = gradientTileSums(), s = changetype<BlockSums>(gradientSums());
    v128.store(sums, a00), v128.store(sums, a01, 16), v128.store(sums, a10, 32), v128.store(sums, a11, 48);
    v128.store(sums, a20, 64), v128.store(sums, a21, 80), v128.store(sums, a30, 96), v128.store(sums, a31, 112);
    moveSums<T>(sums, 128, s.from && s.from + at, s.total && s.total + at, s.to && s.to + at);
    if (s.to) return;
    a00 = v128.load(sums), a01 = v128.load(sums, 16), a10 = v128.load(sums, 32), a11 = v128.load(sums, 48);
    a20 = v128.load(sums, 64), a21 = v128.load(sums, 80), a30 = v128.load(sums, 96), a31 = v128.load(sums, 112);
  }
  const lanes = min(ROW / <i32>sizeof<T>(), g.filters - o);
  storeLanes<T>(y0, a00, a01, lanes);
  storeLanes<T>(y1, a10, a11, lanes);
  storeLanes<T>(y2, a20, a21, lanes);
  storeLanes<T>(y3, a30, a31, lanes);
}
