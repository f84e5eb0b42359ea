// The sums of Winograd's filtering: in every plane, sums[tiles][filters] = x[tiles][channels] · weights.
//
//   weights of a net pass by once a run and come from memory: while a panel is multiplied, the next ones are touched,
//   a few pages side by side, so that the reader waits for several lines at a time; behind the last panel lie the
//   planes of x and of the sums, which are larger than what is touched there

import { MR, NR } from './blocks';
import { PLACE } from './lattice';
import { plus, Product } from './product';
import { lonePlace, loneProduct } from './scratch';
import { multiplyOne } from './tile-1x32';
import { Winograd } from './winograd';

/**
 * Bytes of a page, and how many pages are read at a time. With one, two or eight, layers run 1.2, 1.06 or 1.03 times
 * slower (measured).
 */
const PAGE: usize = 4096;
const PAGES: usize = 4;

/**
 * Bytes from one read in a page to the next; there is one for each channel. Half as many are 1.4 times slower, twice as
 * many 1.06 times (measured).
 */
const TOUCH: usize = 4;

/** Bytes of weights that stay in a second-level cache from one block of tiles to the next. */
const NEAR: usize = 0x200000;


/**
 * `count` tiles times the panels of a group. If one tile is left over after groups of four, the tile of 1 × 32 computes
 * it.
 */
export function winogradSums(g: Winograd, count: i32, panel: usize): void {
  const channels = <usize>g.channels;
  const panelBytes = channels * NR * 4;
  const planes = (g.outputs + 2) * (g.outputs + 2);
  const whole = count % MR == 1 ? count - 1 : count;
  const isFar = <usize>(planes * ((g.filters + NR - 1) / NR)) * panelBytes > NEAR;
  let inputs = g.inputs, sums = g.sums, front = panel, line: usize = 0;
  for (let e = 0; e < planes; e++) {
    const first = panel;
    for (let o = 0; o < g.filters; o += NR) {
      const end = panel + panelBytes;
      let x = inputs, y = sums + o * 4;
      for (let t = 0; t < whole; t += MR) {
        if (isFar && front < end + PAGES * PAGE) {
          tileAhead(g, x, panel, y, front + line);
          line += channels * TOUCH;
          if (line >= PAGE) {
            line = 0;
            front += PAGES * PAGE;
          }
        } else {
          tileOf(g, x, panel, y);
        }
        x += <usize>MR * g.inputRow;
        y += <usize>MR * g.sumRow;
      }
      panel = end;
    }
    if (whole < count) {
      // A table with the place of the tile, repeated so that it fills a tile, and its one run, at offset 0.
      const lone = lonePlace(), noRun = lone + MR * PLACE, one = changetype<Product>(loneProduct());
      for (let place = lone; place != noRun; place += PLACE) {
        store<usize>(place, inputs + <usize>whole * g.inputRow);
        store<usize>(place, sums + <usize>whole * g.sumRow, 4);
      }
      one.panelBytes = panelBytes;
      one.runs = noRun;
      one.runsEnd = noRun + 4;
      one.length = channels * 4;
      multiplyOne(one, lone, first, 0, g.filters);
    }
    inputs += g.inputPlane;
    sums += g.sumPlane;
  }
}

@inline
function tileOf(g: Winograd, x: usize, panel: usize, y: usize): void {
  product(g, x, panel, y, 0, false);
}

@inline
function tileAhead(g: Winograd, x: usize, panel: usize, y: usize, next: usize): void {
  product(g, x, panel, y, next, true);
}

/** Reads a word of each page. */
@inline
function touch(next: usize): void {
  load<i32>(next);
  load<i32>(next, PAGE);
  load<i32>(next, 2 * PAGE);
  load<i32>(next, 3 * PAGE);
}

/**
 * The same as the tile of tile-4x8.ts: 4 tiles × 8 filters, two steps a round. With `ahead`, a constant where this is
 * inlined, it also reads what lies from `next` on, so that it is in the cache.
 */
@inline
function product(g: Winograd, x0: usize, panel: usize, y: usize, next: usize, ahead: bool): void {
  const row = g.inputRow, sumRow = g.sumRow;
  const end = panel + <usize>g.channels * (NR * 4);
  let x1 = x0 + row, x2 = x1 + row, x3 = x2 + row;
  let a00 = f32x4.splat(0), a01 = f32x4.splat(0);
  let a10 = f32x4.splat(0), a11 = f32x4.splat(0);
  let a20 = f32x4.splat(0), a21 = f32x4.splat(0);
  let a30 = f32x4.splat(0), a31 = f32x4.splat(0);
  const last = end - NR * 4;
  do {
    const w0 = v128.load(panel), w1 = v128.load(panel, 16);
    const v0 = v128.load32_splat(x0), v1 = v128.load32_splat(x1);
    const v2 = v128.load32_splat(x2), v3 = v128.load32_splat(x3);
    a00 = plus<f32>(a00, v0, w0), a01 = plus<f32>(a01, v0, w1);
    a10 = plus<f32>(a10, v1, w0), a11 = plus<f32>(a11, v1, w1);
    a20 = plus<f32>(a20, v2, w0), a21 = plus<f32>(a21, v2, w1);
    a30 = plus<f32>(a30, v3, w0), a31 = plus<f32>(a31, v3, w1);
    if (ahead) {
      touch(next);
      next += TOUCH;
      x0 += 4, x1 += 4, x2 += 4, x3 += 4;
      panel += NR * 4;
      continue;
    }
    if (panel == last) break;
    const z0 = v128.load(panel, 32), z1 = v128.load(panel, 48);
    const u0 = v128.load32_splat(x0, 4), u1 = v128.load32_splat(x1, 4);
    const u2 = v128.load32_splat(x2, 4), u3 = v128.load32_splat(x3, 4);
    a00 = plus<f32>(a00, u0, z0), a01 = plus<f32>(a01, u0, z1);
    a10 = plus<f32>(a10, u1, z0), a11 = plus<f32>(a11, u1, z1);
    a20 = plus<f32>(a20, u2, z0), a21 = plus<f32>(a21, u2, z1);
    a30 = plus<f32>(a30, u3, z0), a31 = plus<f32>(a31, u3, z1);
    x0 += 8;
    x1 += 8;
    x2 += 8;
    x3 += 8;
    panel += 2 * NR * 4;
  } while (panel != end);
  v128.store(y, a00), v128.store(y, a01, 16);
  y += sumRow;
  v128.store(y, a10), v128.store(y, a11, 16);
  y += sumRow;
  v128.store(y, a20), v128.store(y, a21, 16);
  y += sumRow;
  v128.store(y, a30), v128.store(y, a31, 16);
}
