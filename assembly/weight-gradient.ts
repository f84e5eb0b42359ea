// The weight gradient: its tile, and the loops around it.
//
//              8 filters                  each step: 4 values of x × 2 vectors of dy at one position;
//   4 (tap,    [ a00 | a01 ]              lanes are different sums, never parts of one.
//   channel)   [ a10 | a11 ]              The sums of at most SUM_POSITIONS steps are then added in float64.
//   pairs      [ a20 | a21 ]
//              [ a30 | a31 ]

import { MR, NR, SUM_POSITIONS } from './blocks';
import { PLACE, Walk } from './lattice';
import { storeLanes } from './store';
import { addFour, lastFour, TILE_BYTES, Way } from './float64-sums';
import { packWalk } from './pack';

/** Bytes of dy panels that stay in a second-level cache while all of x passes by. */
const PANELS_BYTES: i32 = 0x40000;

/**
 * dw[tiles · 4 (tap, channel) pairs][filters] over the positions of a walk from `origin`, block by block; `packed` is
 * room for 4 values of x at each position of a block. The sums of blocks go their `way`. Without one there is one block,
 * whose sums stay in the rows of dw, and go on from there with `reload`. Spec conv-weight-gradient.
 */
export function accumulate(places: usize, tiles: i32, panel: usize, panelBytes: usize, filters: i32, walk: Walk, origin: usize, packed: usize, reload: bool, way: Way): void {
  for (let first = 0, count = walk.count; first < count; first += SUM_POSITIONS) {
    walk.choose(first, min(SUM_POSITIONS, count - first));
    if (changetype<usize>(way)) {
      const isLast = count - first <= SUM_POSITIONS;
      if (first > 0) way.from = way.part;
      way.total = isLast ? way.lastTotal : 0;
      way.to = isLast ? way.lastTo : way.part;
    }
    addBlock(places, places + tiles * MR * PLACE, panel, panelBytes, filters, walk, origin, packed, reload, way);
    panel += SUM_POSITIONS * NR * 4;
  }
}

function addBlock(places: usize, end: usize, panel: usize, panelBytes: usize, filters: i32, walk: Walk, origin: usize, packed: usize, reload: bool, way: Way): void {
  const row = <usize>((filters + NR - 1) / NR) * TILE_BYTES;
  const together = PANELS_BYTES / (walk.now * NR * 4) * NR;
  for (let begin = 0; begin < filters; begin += together, panel += <usize>(together / NR) * panelBytes) {
    const until = min(filters, begin + together);
    let sums = <usize>(begin / NR) * TILE_BYTES;
    for (let place = places; place != end; place += MR * PLACE, sums += row) {
      packWalk(place, walk, origin, packed);
      let dy = panel, tile = sums;
      for (let o = begin; o < until; o += NR, dy += panelBytes, tile += TILE_BYTES) {
        gradientTile(place, packed, dy, walk.now, o * 4, min(NR, filters - o), reload, way, tile);
      }
    }
  }
}

/**
 * dw[4 (tap, channel) pairs][8 filters] over `count` positions: x holds 4 values and `panel` 8 of dy for each position;
 * a place is a row of dw. `sums` is the byte offset of the tile in the float64 sums.
 */
function gradientTile(places: usize, x: usize, panel: usize, count: i32, channel: usize, lanes: i32, reload: bool, way: Way, sums: usize): void {
  const y0 = load<usize>(places, 4) + channel;
  const y1 = load<usize>(places, 12) + channel;
  const y2 = load<usize>(places, 20) + channel;
  const y3 = load<usize>(places, 28) + channel;
  let a00 = f32x4.splat(0), a01 = f32x4.splat(0);
  let a10 = f32x4.splat(0), a11 = f32x4.splat(0);
  let a20 = f32x4.splat(0), a21 = f32x4.splat(0);
  let a30 = f32x4.splat(0), a31 = f32x4.splat(0);
  if (reload) {
    a00 = v128.load(y0), a01 = v128.load(y0, 16);
    a10 = v128.load(y1), a11 = v128.load(y1, 16);
    a20 = v128.load(y2), a21 = v128.load(y2, 16);
    a30 = v128.load(y3), a31 = v128.load(y3, 16);
  }
  const end = x + count * (MR * 4);
  do {
    const d0 = v128.load(panel);
    const d1 = v128.load(panel, 16);
    const v0 = v128.load32_splat(x);
    a00 = f32x4.add(a00, f32x4.mul(v0, d0));
    a01 = f32x4.add(a01, f32x4.mul(v0, d1));
    const v1 = v128.load32_splat(x, 4);
    a10 = f32x4.add(a10, f32x4.mul(v1, d0));
    a11 = f32x4.add(a11, f32x4.mul(v1, d1));
    const v2 = v128.load32_splat(x, 8);
    a20 = f32x4.add(a20, f32x4.mul(v2, d0));
    a21 = f32x4.add(a21, f32x4.mul(v2, d1));
    const v3 = v128.load32_splat(x, 12);
    a30 = f32x4.add(a30, f32x4.mul(v3, d0));
    a31 = f32x4.add(a31, f32x4.mul(v3, d1));
    x += MR * 4;
    panel += NR * 4;
  } while (x != end);
  if (changetype<usize>(way)) {
    const from = way.from + sums, total = way.total + sums, to = way.to + sums;
    if (way.to) {
      if (way.total) moveTile(a00, a01, a10, a11, a20, a21, a30, a31, 2, from, total, to);
      else if (way.from) moveTile(a00, a01, a10, a11, a20, a21, a30, a31, 1, from, total, to);
      else moveTile(a00, a01, a10, a11, a20, a21, a30, a31, 0, from, total, to);
      return;
    }
    const terms = way.total ? 2 : 1;
    a00 = lastFour(a00, terms, from, total), a01 = lastFour(a01, terms, from + 32, total + 32);
    a10 = lastFour(a10, terms, from + 64, total + 64), a11 = lastFour(a11, terms, from + 96, total + 96);
    a20 = lastFour(a20, terms, from + 128, total + 128), a21 = lastFour(a21, terms, from + 160, total + 160);
    a30 = lastFour(a30, terms, from + 192, total + 192), a31 = lastFour(a31, terms, from + 224, total + 224);
  }
  storeLanes(y0, a00, a01, lanes);
  storeLanes(y1, a10, a11, lanes);
  storeLanes(y2, a20, a21, lanes);
  storeLanes(y3, a30, a31, lanes);
}

@inline
function moveTile(a00: v128, a01: v128, a10: v128, a11: v128, a20: v128, a21: v128, a30: v128, a31: v128, terms: i32, from: usize, total: usize, to: usize): void {
  addFour(a00, terms, from, total, to), addFour(a01, terms, from + 32, total + 32, to + 32);
  addFour(a10, terms, from + 64, total + 64, to + 64), addFour(a11, terms, from + 96, total + 96, to + 96);
  addFour(a20, terms, from + 128, total + 128, to + 128), addFour(a21, terms, from + 160, total + 160, to + 160);
  addFour(a30, terms, from + 192, total + 192, to + 192), addFour(a31, terms, from + 224, total + 224, to + 224);
}
