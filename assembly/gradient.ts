// The weight gradient: its tile, and the loops around it.
//
//              8 filters                  each step: 4 values of x × 2 vectors of dy at one position;
//   4 (tap,    [ a00 | a01 ]              lanes are different sums, never parts of one.
//   channel)   [ a10 | a11 ]              The sums of at most SUM_POSITIONS steps are then added in float64.
//   pairs      [ a20 | a21 ]
//              [ a30 | a31 ]

import { MR, NR, SUM_POSITIONS } from './blocks';
import { PLACE, Walk } from './geometry';
import { storeLanes } from './lanes';
import { addFour, TILE_BYTES, Way } from './long-sums';
import { packWalk } from './pack';

/** Filters whose panels, 256 KB of dy, stay in a second-level cache while all of x passes by. */
const TOGETHER: i32 = 0x40000 / (SUM_POSITIONS * 4);

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
  for (let begin = 0; begin < filters; begin += TOGETHER, panel += <usize>(TOGETHER / NR) * panelBytes) {
    const until = min(filters, begin + TOGETHER);
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
    addFour(a00, way, sums), addFour(a01, way, sums + 32);
    addFour(a10, way, sums + 64), addFour(a11, way, sums + 96);
    addFour(a20, way, sums + 128), addFour(a21, way, sums + 160);
    addFour(a30, way, sums + 192), addFour(a31, way, sums + 224);
    return;
  }
  storeLanes(y0, a00, a01, lanes);
  storeLanes(y1, a10, a11, lanes);
  storeLanes(y2, a20, a21, lanes);
  storeLanes(y3, a30, a31, lanes);
}
